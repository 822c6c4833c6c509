// Command cover counts how far unions reach in a nation of 3,000 counties, and asks for
// its pages: beside the limit of 300 ms for a page.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"nuanxin/bench/internal/measure"
	"nuanxin/internal/app"
	"nuanxin/internal/app/parts"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/cover"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/seal"
	"nuanxin/internal/station"
)

const limit = 300 * time.Millisecond

func main() {
	members := flag.Int("members", 1_000_000, "members of the nation")
	unions := flag.Int("unions", 60_000, "unions of the nation")
	url := flag.String("db", "", "an empty PostgreSQL database; empty: SQLite")
	where := flag.String("data", "", "folder of the database, on the disk to be measured; empty: the system's temporary folder")
	flag.Parse()
	if err := run(context.Background(), *where, *url, *unions, *members); err != nil {
		fmt.Fprintln(os.Stderr, "cover:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, where, url string, unions, members int) error {
	dir, err := os.MkdirTemp(where, "nuanxin-cover")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system empties its temporary folder
	if url == "" {
		url = filepath.Join(dir, "nuanxin.db")
	}
	d, err := db.Open(ctx, db.Config{URL: url, Clock: clock.System})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // the data is thrown away
	if err := d.Migrate(ctx, app.Schemas...); err != nil {
		return err
	}
	ring, err := seal.Open(filepath.Join(dir, "keys"), seal.AES256GCM)
	if err != nil {
		return err
	}
	if err := fill(ctx, d, unions, members); err != nil {
		return err
	}
	desk := op.New(d, app.Policy)
	firms := platform.NewService(desk, platform.Config{Orgs: org.NewService(desk, ring)})
	return measured(ctx, parts.Cover(desk, firms, station.NewService(desk, nil)), unions, members)
}

func measured(ctx context.Context, s *cover.Service, unions, members int) error {
	system := authz.AsSystem(ctx, "bench")
	var first, again time.Duration
	used := measure.CPU()
	if err := timed(&first, func() error { return s.Count(system) }); err != nil {
		return err
	}
	used = measure.CPU() - used
	if err := timed(&again, func() error { return s.Count(system) }); err != nil {
		return err
	}
	fmt.Printf("%d unions, %d members: counted in %s (%s of processor time), again in %s\n", unions, members, ms(first), ms(used), ms(again))
	out := [][]string{{"page", "rows", "median", "slowest of 30", "of the limit"}}
	leader := authz.With(ctx, authz.Subject{ID: id.New[string](), Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Leader}}})
	for _, area := range []string{"", "11", "1101", "110101"} {
		var took []time.Duration
		rows := 0
		for range 30 {
			var one time.Duration
			if err := timed(&one, func() error {
				p, err := s.In(leader, area)
				rows = len(p.Rows)
				return err
			}); err != nil {
				return err
			}
			took = append(took, one)
		}
		slices.Sort(took)
		out = append(out, []string{"area " + area, fmt.Sprint(rows), ms(took[15]), ms(took[29]), fmt.Sprintf("%.1f %%", 100*float64(took[15])/float64(limit))})
	}
	measure.Table(os.Stdout, out)
	return nil
}

// fill makes 3,000 counties, each with streets, unions, companies and members: 30
// provinces of ten cities of ten counties.
func fill(ctx context.Context, d *db.DB, unions, members int) error {
	var counties []string
	for p := range 30 {
		for c := range 10 {
			for x := range 10 {
				counties = append(counties, fmt.Sprintf("%02d%02d%02d", 11+p, c+1, x+1))
			}
		}
	}
	union := id.New[string]()
	firms := make([]string, 20)
	for i := range firms {
		firms[i] = id.New[string]()
	}
	return errors.Join(
		put(ctx, d, `insert into org (org_id, kind, level, name, short, area, parent_id, phone, address, contact, mask, find, active, founded_at, version) values `, unions, func(i int) []any {
			kind, level, area := "local", "county", counties[i%len(counties)]
			if i >= len(counties) {
				kind, level, area = "basic", "grassroots", fmt.Sprintf("%s%03d", area, i/len(counties)%12+1)
			}
			return []any{id.New[string](), kind, level, fmt.Sprint("示例", i), "", area, nil, "", "", nil, "", "", true, 1, 1}
		}),
		put(ctx, d, `insert into firm (firm_id, name, platform, find, made_at) values `, len(firms), func(i int) []any {
			return []any{firms[i], fmt.Sprint("示例平台", i), true, "", 1}
		}),
		put(ctx, d, `insert into firm_branch (branch_id, firm_id, area, union_id, since, owner, obstacle, result, also, steps, due, version) values `, 10*len(counties), func(i int) []any {
			var with any
			if i%3 == 0 {
				with = union
			}
			return []any{id.New[string](), firms[i%len(firms)], counties[i/10], with, "", "", "", "", "", "{}", []string{"", "2026-01-01"}[i%2], 1}
		}),
		put(ctx, d, `insert into member (member_id, number, union_id, union_name, area, home_area, state, name, phone, phone_mask, doc_mask, name_index, birth_index, phone_index, doc_index, occupation, works, channel, to_name, applied_at, reason, version, odd, changed_by, changed_at) values `, members, func(i int) []any {
			area := counties[i*7%len(counties)]
			works := fmt.Sprint("示例平台", i%len(firms))
			if i%5 == 0 {
				works = fmt.Sprint("某公司", i%1000)
			}
			return []any{id.New[string](), "", union, "", area, area, "active", []byte{1}, []byte{1}, "", "", "", "", "", "", []string{"rider", "courier", "driver", "trucker", "other"}[i%5], works, "self", "", 1, "", 1, false, "", 1}
		}),
		d.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `analyze`)
			return err
		}))
}

// put inserts so many rows, twenty to a statement.
func put(ctx context.Context, d *db.DB, head string, n int, row func(i int) []any) error {
	const at, chunk = 20, 5000
	for from := 0; from < n; from += chunk {
		if err := d.Update(ctx, func(tx *db.Tx) error {
			for i := from; i < min(from+chunk, n); i += at {
				var rows [][]any
				for j := i; j < min(i+at, n); j++ {
					rows = append(rows, row(j))
				}
				var args db.Args
				if _, err := tx.Exec(ctx, head+db.Values(&args, rows), args...); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/1e6) }

func timed(took *time.Duration, do func() error) error {
	begin := clock.System.Now()
	err := do()
	*took = clock.System.Now().Sub(begin)
	return err
}
