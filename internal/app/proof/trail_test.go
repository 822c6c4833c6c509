package proof_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/app/proof"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// thing is a root of some group.
type thing struct{ id, group string }

func (th thing) AuthzObject() authz.Object {
	return authz.Object{Kind: "thing", ID: th.id, Group: th.group}
}

const act authz.Action = "thing.change"

// column is one column of a trail's table; key says that it is part of the key.
type column struct {
	name, kind string
	key        bool
}

// columns are the tables that a trail is made of.
func columns() map[string][]column {
	head := []column{{"root_id", "uuid", true}, {"seq", "int", false}, {"hash", "bytes", false}}
	rows := []column{{"root_id", "uuid", true}, {"seq", "int", true}, {"at", "int", false}, {"subject", "text", false}, {"kind", "text", false},
		{"action", "text", false}, {"purpose", "text", false}, {"note", "text", false}, {"prev", "bytes", false}, {"hash", "bytes", false}}
	return map[string][]column{
		"request_audit": rows, "person_audit": rows, "request_audit_head": head, "person_audit_head": head,
		"audit_anchor": {{"name", "text", true}, {"seq", "int", true}, {"since", "int", false}, {"until", "int", false}, {"size", "int", false}, {"heads", "bytes", false},
			{"root", "bytes", false}, {"prev", "bytes", false}, {"hash", "bytes", false}, {"signature", "bytes", false}},
	}
}

// row holds int64, string and []byte by column.
type row map[string]any

func (r row) num(name string) int64 {
	n, _ := r[name].(int64)
	return n
}

func (r row) text(name string) string {
	s, _ := r[name].(string)
	return s
}

// state is all that a trail's tables hold, in the order of their keys.
type state map[string][]row

// clone copies the rows; their values are never changed in place.
func (s state) clone() state {
	next := state{}
	for name, rows := range s {
		for _, r := range rows {
			c := row{}
			for k, v := range r {
				c[k] = v
			}
			next[name] = append(next[name], c)
		}
	}
	return next
}

// drop removes the rows for which gone says so.
func (s state) drop(table string, gone func(row) bool) { s[table] = slices.DeleteFunc(s[table], gone) }

// digest is how rows are chained, as ARCHITECTURE.md and package op tell it:
// written again here, so that a test forges what a thief would.
func (r row) digest(prev []byte) []byte {
	h := sha256.New()
	h.Write(prev)
	for _, n := range []string{"seq", "at"} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(r.num(n))))
	}
	for _, name := range []string{"root_id", "subject", "kind", "action", "purpose", "note"} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(r.text(name)))))
		h.Write([]byte(r.text(name)))
	}
	return h.Sum(nil)
}

// rechain writes the hashes of one root anew, with its head: whoever can write to
// the database can do that.
func (s state) rechain(group, root string) {
	prev, seq := make([]byte, sha256.Size), int64(0)
	for _, r := range s[group+"_audit"] {
		if r.text("root_id") == root {
			r["prev"], r["hash"] = prev, r.digest(prev)
			prev, seq = r.digest(prev), r.num("seq")
		}
	}
	s.drop(group+"_audit_head", func(r row) bool { return r.text("root_id") == root })
	if seq > 0 {
		s[group+"_audit_head"] = append(s[group+"_audit_head"], row{"root_id": root, "seq": seq, "hash": prev})
	}
}

// trail is a database with some hours of acts, sealed.
type trail struct {
	*testing.T
	d       *db.DB
	desk    *op.Desk
	now     *clock.Fake
	private ed25519.PrivateKey
	noted   []proof.Line // what was kept elsewhere, of every hour
	hours   []state      // all of it, as it was after each hour
}

func lay(t *testing.T, open func(testing.TB, clock.Clock, []fs.FS) *db.DB) *trail {
	now := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	d := open(t, now, []fs.FS{op.Schema})
	tr := &trail{T: t, d: d, now: now, private: ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))}
	tr.desk = op.New(d, authz.Rules{act: authz.Program})
	var roots []thing
	for hour := range 5 {
		for _, group := range []string{"request", "person"} {
			roots = append(roots, thing{id.New[string](), group})
		}
		for i, root := range roots {
			for range 1 + (i+hour)%2 {
				tr.act(root)
			}
		}
		tr.now.Move(time.Hour + 10*time.Minute)
		if err := op.SealAudit(t.Context(), d, tr.private); err != nil {
			t.Fatal(err)
		}
		report := tr.verify(nil)
		if !report.OK {
			t.Fatalf("whole after %d hours: %v", hour+1, report.Wrong)
		}
		tr.noted = append(tr.noted, report.Anchors...)
		tr.hours = append(tr.hours, tr.read())
	}
	for _, root := range roots[:3] {
		tr.act(root) // not sealed yet
	}
	if report := tr.verify(nil); !report.OK || report.Loose != 3 {
		t.Fatalf("whole, with three rows that are not sealed yet: %+v", report)
	}
	tr.hours = append(tr.hours, tr.read())
	return tr
}

func (tr *trail) act(root thing) {
	tr.Helper()
	tr.now.Move(time.Second)
	ctx := op.With(authz.AsSystem(context.Background(), "night"), op.Call{Purpose: "to test"})
	_, err := op.Write(ctx, tr.desk, act, func(*op.Tx) (thing, error) { return root, nil }, func(tx *op.Tx, _ thing) (bool, error) {
		tx.Note("state", "open")
		return true, nil
	})
	if err != nil {
		tr.Fatal(err)
	}
}

func (tr *trail) read() state {
	tr.Helper()
	all := state{}
	err := tr.d.View(tr.Context(), func(tx *db.Tx) error {
		for table, cols := range columns() {
			err := tx.Each(tr.Context(), `select `+names(cols)+` from `+table+` order by 1, 2`, nil, func(r db.Row) error {
				into := make([]any, len(cols))
				for i, c := range cols {
					into[i] = map[string]any{"int": new(int64), "text": new(string), "uuid": new(string), "bytes": new([]byte)}[c.kind]
				}
				err := r.Scan(into...)
				one := row{}
				for i, c := range cols {
					switch v := into[i].(type) {
					case *int64:
						one[c.name] = *v
					case *string:
						one[c.name] = *v
					case *[]byte:
						one[c.name] = *v
					}
				}
				all[table] = append(all[table], one)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tr.Fatal(err)
	}
	return all
}

func names(cols []column) string {
	var list []string
	for _, c := range cols {
		list = append(list, c.name)
	}
	return strings.Join(list, ", ")
}

var errUndo = errors.New("undo")

// verify looks at the trail as it would be with what next holds; nil leaves it.
func (tr *trail) verify(next state) (report proof.Report) {
	tr.Helper()
	public, _ := tr.private.Public().(ed25519.PublicKey)
	err := tr.d.Update(tr.Context(), func(tx *db.Tx) error {
		if next != nil {
			if err := tr.change(tx, tr.hours[len(tr.hours)-1], next); err != nil {
				return err
			}
		}
		var err error
		report, err = proof.Verify(tr.Context(), tx, public, tr.noted)
		return errors.Join(err, errUndo)
	})
	if !errors.Is(err, errUndo) || len(multi(err)) > 1 {
		tr.Fatal(err)
	}
	return report
}

// multi are the errors that were joined into err.
func multi(err error) []error {
	var all interface{ Unwrap() []error }
	if errors.As(err, &all) {
		return all.Unwrap()
	}
	return nil
}

// change brings the tables from one state to another.
func (tr *trail) change(tx *db.Tx, from, to state) error {
	for table, cols := range columns() {
		old := map[string]row{}
		for _, r := range from[table] {
			old[print(cols, r)] = r
		}
		var added []row
		for _, r := range to[table] {
			if p := print(cols, r); old[p] != nil {
				delete(old, p)
			} else {
				added = append(added, r)
			}
		}
		for _, r := range old {
			var args db.Args
			var where []string
			for _, c := range cols {
				if c.key {
					where = append(where, c.name+" = "+args.Add(r[c.name]))
				}
			}
			if _, err := tx.Exec(tr.Context(), `delete from `+table+` where `+strings.Join(where, " and "), args...); err != nil {
				return err
			}
		}
		for _, r := range added {
			var args db.Args
			var values []any
			for _, c := range cols {
				values = append(values, r[c.name])
			}
			if _, err := tx.Exec(tr.Context(), `insert into `+table+` (`+names(cols)+`) values `+db.In(&args, values), args...); err != nil {
				return fmt.Errorf("%s %v: %w", table, r, err)
			}
		}
	}
	return nil
}

func print(cols []column, r row) string {
	var b strings.Builder
	for _, c := range cols {
		fmt.Fprintf(&b, "%x|", r[c.name])
	}
	return b.String()
}
