// Command members takes a list of members in, as a cadre would: reads the file and
// compares each row with the others and with those who are there, takes the good
// ones in, and takes them back. A tenth are there before. It is beside its
// limit: a minute for 100,000 rows until all of them are members.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nuanxin/bench/internal/measure"
	"nuanxin/internal/app"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

const limit = time.Minute

func main() {
	rows := flag.Int("rows", 100_000, "rows of the list")
	url := flag.String("db", "", "an empty PostgreSQL database; empty: SQLite")
	where := flag.String("data", "", "folder of the database, on the disk to be measured; empty: the system's temporary folder")
	flag.Parse()
	if err := run(context.Background(), *where, *url, *rows); err != nil {
		fmt.Fprintln(os.Stderr, "members:", err)
		os.Exit(1)
	}
}

// unions is one union for everywhere.
type unions struct{}

func (unions) UnionFor(context.Context, *op.Tx, string) (member.Union, error) {
	return member.Union{ID: id.Of[string]("union"), Name: "示例区总工会", Area: "220402"}, nil
}

func (unions) Contact(context.Context, *op.Tx, string) (name, phone string, err error) {
	return "", "", nil
}

func run(ctx context.Context, where, url string, rows int) error {
	dir, err := os.MkdirTemp(where, "nuanxin-members")
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
	service := intake.New(desk, member.NewService(desk, member.Config{Ring: ring, Orgs: unions{}, People: unions{}}), unions{}, ring)
	return measured(ctx, d, service, rows)
}

// measured takes a tenth of a list in, and then the whole.
func measured(ctx context.Context, d *db.DB, s *intake.Service, rows int) error {
	ctx = authz.With(ctx, authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "示例", Grants: []authz.Grant{{Role: authz.Cadre, Area: "220402"}}})
	var before, read, applied, undone time.Duration
	var first, which intake.ID
	var used time.Duration // of the processor, by this process
	if err := errors.Join(
		timed(&before, func() (err error) {
			if first, err = s.Upload(ctx, list(0, rows/10), options); err == nil {
				err = through(ctx, s, s.Start(ctx, first, true))
			}
			return err
		}),
		analyse(ctx, d),
		timed(&read, func() (err error) {
			used = measure.CPU()
			which, err = s.Upload(ctx, list(0, rows), options)
			return err
		}),
		timed(&applied, func() error { return through(ctx, s, s.Start(ctx, which, true)) })); err != nil {
		return err
	}
	used = measure.CPU() - used
	found, err := s.Lines(ctx, which, "", 1, 1)
	if err == nil {
		err = timed(&undone, func() error { return through(ctx, s, s.Undo(ctx, which)) })
	}
	if err != nil {
		return err
	}
	twice := rows - rows/10 - found.Counts[intake.WillAdd]
	measure.Table(os.Stdout, [][]string{{"rows", "read and compared", "taken in", "both", "of the limit", "CPU", "taken back", "were there", "twice in the file"},
		{fmt.Sprint(rows), sec(read), sec(applied), sec(read + applied), fmt.Sprintf("%.0f %%", 100*float64(read+applied)/float64(limit)*100_000/float64(rows)), sec(used), sec(undone),
			fmt.Sprint(found.Counts[intake.WillSkip]), fmt.Sprint(found.Counts[intake.WillRefuse])}})
	if found.Counts[intake.WillSkip] != rows/10-rows/10/100 || twice != found.Counts[intake.WillRefuse]-rows/10/100 {
		return fmt.Errorf("not all duplicates were found: %v", found.Counts)
	}
	return nil
}

// analyse lets the database count its rows, as it does by itself after a while.
func analyse(ctx context.Context, d *db.DB) error {
	return d.Update(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `analyze`)
		return err
	})
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

var options = intake.Options{File: "list.csv", Basis: intake.OnPaper, Where: "示例"}

// list is a list of invented people with identity numbers. Every hundredth row
// repeats the phone of the one before it.
func list(from, to int) []byte {
	var b strings.Builder
	b.WriteString("姓名,手机号,身份证号,工种,单位\n")
	for i := from; i < to; i++ {
		phone := i
		if i%100 == 99 {
			phone--
		}
		name := string([]rune{rune(0x4e00 + i%300), rune(0x5000 + i/300%2000), rune(0x5200 + i%1000)})
		fmt.Fprintf(&b, "%s,139%08d,%s,外卖骑手,示例公司\n", name, phone, document(i))
	}
	return []byte(b.String())
}

// document is an identity number of nobody: a day and a running number.
func document(n int) string {
	s := fmt.Sprintf("220402%d%02d%02d%03d", 1960+n/12/28%40, 1+n%12, 1+n/12%28, n/12/28/40%1000)
	sum := 0
	for i, weight := range [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(s[i]-'0')
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}
