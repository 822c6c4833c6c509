// Command tree takes the tree of a province in from a workbook, as its administrator
// would: reads it and holds it against the tree that is there, does it, takes it out
// again, and takes it back. Each union has a term of office; there are companies with
// plans and ties to industries besides.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"nuanxin/bench/internal/measure"
	"nuanxin/internal/app"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/intake"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/seal"
	"nuanxin/internal/sheet"
)

func main() {
	rows := flag.Int("rows", 60_000, "unions of the province")
	url := flag.String("db", "", "an empty PostgreSQL database; empty: SQLite")
	where := flag.String("data", "", "folder of the database, on the disk to be measured; empty: the system's temporary folder")
	flag.Parse()
	if err := run(context.Background(), *where, *url, *rows); err != nil {
		fmt.Fprintln(os.Stderr, "tree:", err)
		os.Exit(1)
	}
}

type program struct {
	trees *intake.Service
	files *treefile.Service
	orgs  *org.Service
}

func run(ctx context.Context, where, url string, rows int) error {
	dir, err := os.MkdirTemp(where, "nuanxin-tree")
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
	desk := op.New(d, app.Policy)
	orgs := org.NewService(desk, ring)
	terms, firms := life.NewService(desk, life.Config{Orgs: orgs, Ring: ring}), platform.NewService(desk, platform.Config{Orgs: orgs})
	return measured(ctx, program{intake.NewService(desk, intake.Config{Orgs: orgs, Life: terms, Firms: firms}), treefile.NewService(desk, orgs, terms, firms), orgs}, rows)
}

func measured(ctx context.Context, p program, rows int) error {
	ctx = authz.With(ctx, authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "示例", Grants: []authz.Grant{{Role: authz.Admin, Area: "99"}}})
	book, err := province(rows)
	if err != nil {
		return err
	}
	var read, applied, waited, exported, again, undone time.Duration
	var which, second intake.ID
	var out bytes.Buffer
	var used time.Duration // of the processor, by this process
	stop := make(chan struct{})
	if err := errors.Join(
		timed(&read, func() (err error) { which, err = p.trees.Upload(ctx, book, "tree.xlsx"); return err }),
		timed(&applied, func() error {
			used = measure.CPU()
			longest := p.waits(stop)
			err := through(ctx, p.trees, p.trees.Start(ctx, which))
			used = measure.CPU() - used
			close(stop)
			waited = <-longest
			return err
		}),
		timed(&exported, func() error {
			all, err := p.files.Export(ctx)
			if err != nil {
				return err
			}
			return treefile.WriteBook(sheet.NewBook(&out), all, "", false)
		}),
		timed(&again, func() (err error) { second, err = p.trees.Upload(ctx, out.Bytes(), "tree.xlsx"); return err })); err != nil {
		return err
	}
	first, err := p.trees.Items(ctx, which, "", 1, 1)
	if err != nil {
		return err
	}
	same, err := p.trees.Items(ctx, second, "", 1, 1)
	if err == nil {
		err = timed(&undone, func() error { return through(ctx, p.trees, p.trees.Undo(ctx, which)) })
	}
	if err != nil {
		return err
	}
	measure.Table(os.Stdout, [][]string{{"unions", "rows", "file", "read and judged", "done", "CPU", "others wait", "taken out", "that read again", "taken back"},
		{fmt.Sprint(rows), fmt.Sprint(first.Total), fmt.Sprintf("%.1f MB", float64(len(book))/1e6), sec(read), sec(applied), sec(used), sec(waited), sec(exported), sec(again), sec(undone)}})
	if first.Counts[intake.New] != first.Total || same.Counts[intake.Same] != same.Total {
		return fmt.Errorf("not all came in, or not all was the same: %v, %v", first.Counts, same.Counts)
	}
	left, err := p.trees.Items(ctx, which, intake.Left, 1, 1)
	if err == nil && left.Counts[intake.Left] > 0 {
		err = fmt.Errorf("%d rows were not taken back", left.Counts[intake.Left])
	}
	return err
}

// waits changes another union again and again, and tells how long it took at most.
func (p program) waits(stop <-chan struct{}) <-chan time.Duration {
	ctx, longest := authz.AsSystem(context.Background(), "bench"), make(chan time.Duration, 1)
	go func() {
		var most time.Duration
		defer func() { longest <- most }()
		which, err := p.orgs.Found(ctx, org.Draft{Kind: org.Partner, Level: org.County, Name: "别的单位", Area: "98"})
		for version := int64(1); err == nil; version++ {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			var took time.Duration
			err = timed(&took, func() error { return p.orgs.Rename(ctx, which, version, fmt.Sprint("别的单位", version), "") })
			most = max(most, took)
		}
	}()
	return longest
}

func sec(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func timed(took *time.Duration, do func() error) error {
	begin := clock.System.Now()
	err := do()
	*took = clock.System.Now().Sub(begin)
	return err
}

// through does what waits for the background.
func through(ctx context.Context, s *intake.Service, err error) error {
	if err != nil {
		return err
	}
	return s.Work(authz.AsSystem(ctx, "bench"))
}

// province is the workbook of a province: cities, counties, towns, and a union at each
// of many employers.
func province(n int) ([]byte, error) {
	var unions, links, terms, firms, steps, facts [][]string
	add := func(kind, level, name, area, parent string) string {
		which := id.New[string]()
		unions = append(unions, []string{which, name, kind, level, area, parent, "0999-1234567"})
		terms = append(terms, []string{which, name, "2024-05-01", "5"})
		return which
	}
	top := add("总工会", "省级", "示例省总工会", "99", "")
	trade := add("产业工会", "省级", "示例省快递业工会", "99", top)
	var towns []string
	var areas []string
	for c := range 15 {
		city := fmt.Sprintf("99%02d", c+1)
		up := add("总工会", "市级", "示例"+city+"市总工会", city, top)
		for x := range 8 {
			county := fmt.Sprintf("%s%02d", city, x+1)
			over := add("总工会", "县级", "示例"+county+"县总工会", county, up)
			firms = append(firms, []string{"示例外卖" + city, "是", county, over, "2024-06-01", "示例"})
			firms = append(firms, []string{"示例出行" + city, "是", county, "", "", "示例"})
			steps = append(steps, []string{"示例出行" + city, county, "约谈", "2026-03-01"})
			facts = append(facts, []string{"示例外卖" + city, county, "外卖骑手", "120", "2026-06-30", "企业填报"})
			for s := range 12 {
				area := fmt.Sprintf("%s%03d", county, s+1)
				towns, areas = append(towns, add("总工会", "街道", "示例"+area+"街道总工会", area, over)), append(areas, area)
			}
		}
	}
	for i := 0; len(unions) < n; i++ {
		which := add("基层工会", "基层", fmt.Sprintf("示例%d公司工会", i), areas[i%len(areas)], towns[i%len(towns)])
		if i%30 == 0 {
			links = append(links, []string{which, trade, "2025-01-01"})
		}
	}
	var out bytes.Buffer
	book := sheet.NewBook(&out)
	for _, s := range []struct {
		name string
		rows [][]string
	}{
		{"工会", append([][]string{{"编号", "名称", "类别", "级别", "区划代码", "上级编号", "电话"}}, unions...)},
		{"产业联系", append([][]string{{"工会编号", "产业工会编号", "开始"}}, links...)},
		{"届次", append([][]string{{"工会编号", "工会名称", "当选日期", "每届年数"}}, terms...)},
		{"企业", append([][]string{{"单位名称", "平台企业", "区划代码", "工会编号", "建会日期", "负责人"}}, firms...)},
		{"建会步骤", append([][]string{{"单位名称", "区划代码", "步骤", "期限"}}, steps...)},
		{"从业人数", append([][]string{{"单位名称", "区划代码", "岗位工种", "人数", "日期", "来源"}}, facts...)},
	} {
		if err := book.Sheet(s.name); err != nil {
			return nil, err
		}
		for _, r := range s.rows {
			if err := book.Write(r...); err != nil {
				return nil, err
			}
		}
	}
	err := book.Close()
	return out.Bytes(), err
}
