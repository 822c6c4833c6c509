package proof_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/app/proof"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
)

// way is one way to tamper with a trail. It says what it did, or "" where this
// draw does not fit. What it forges is as good as anybody can make it who has all
// of the database and not the key.
type way func(rnd *rand.Rand, tr *trail, s state) (did string)

// Whatever is done to the trail behind the program's back is found with the public
// key and the anchors that were kept elsewhere, and the place is named.
func TestTampering(t *testing.T) {
	proves.That(t, "audit-tamper")
	for name, run := range map[string]struct {
		open  func(testing.TB, clock.Clock, []fs.FS) *db.DB
		times int
	}{"sqlite": {dbtest.SQLite, 1000}, "postgres": {dbtest.Postgres, 1000}} {
		t.Run(name, func(t *testing.T) {
			tr := lay(t, run.open)
			whole := tr.hours[len(tr.hours)-1]
			all := slices.Concat(edits(), []way{removed, swapped, copied, backdated, newRoot, rewritten, cut, rootGone, rewound, unsealed})
			rnd := rand.New(rand.NewPCG(7, 12351))
			done, ways := map[string]int{}, 0
			for n := 0; ways < run.times; n++ {
				s := whole.clone()
				did := all[n%len(all)](rnd, tr, s)
				if did == "" {
					continue
				}
				ways++
				kind, _, _ := strings.Cut(did, ":")
				done[kind]++
				if report := tr.verify(s); report.OK || report.Wrong[0] == "" {
					t.Errorf("not found: %s", did)
				}
			}
			if report := tr.verify(nil); !report.OK {
				t.Errorf("the trail that nobody touched: %v", report.Wrong)
			}
			for _, kind := range slices.Sorted(maps.Keys(done)) {
				t.Logf("%4d × %s", done[kind], kind)
			}
			t.Logf("%4d ways, all found", ways)
		})
	}
}

// edits change one byte, each of another column.
func edits() (all []way) {
	cols := columns()
	for _, table := range slices.Sorted(maps.Keys(cols)) {
		for _, c := range cols[table] {
			all = append(all, func(rnd *rand.Rand, _ *trail, s state) string {
				r := s[table][rnd.IntN(len(s[table]))]
				r[c.name] = bent(rnd, c.kind, r[c.name])
				return fmt.Sprintf("a byte of %s.%s: %v", table, c.name, r)
			})
		}
	}
	return all
}

// bent is v with one byte changed, and of the same type.
func bent(rnd *rand.Rand, kind string, v any) any {
	switch v := v.(type) {
	case int64:
		return v ^ (1+rnd.Int64N(255))<<(8*(1+rnd.IntN(3))) // above the numbers in use: no key is taken
	case []byte:
		b := bytes.Clone(v)
		b[rnd.IntN(len(b))] ^= byte(1 + rnd.IntN(255))
		return b
	case string:
		b := []byte(v)
		if len(b) == 0 {
			return "x"
		}
		i := rnd.IntN(len(b))
		for kind == "uuid" && b[i] == '-' {
			i = rnd.IntN(len(b))
		}
		const digits = "0123456789abcdef"
		b[i] = digits[(strings.IndexByte(digits, b[i])+1+rnd.IntN(14))%16]
		return string(b)
	}
	return nil
}

// pick draws a chain: its group, its root and its rows.
func pick(rnd *rand.Rand, s state) (group, root string, rows []row) {
	group = []string{"request", "person"}[rnd.IntN(2)]
	root = s[group+"_audit_head"][rnd.IntN(len(s[group+"_audit_head"]))].text("root_id")
	for _, r := range s[group+"_audit"] {
		if r.text("root_id") == root {
			rows = append(rows, r)
		}
	}
	return group, root, rows
}

// seals is the newest row of root that the trail's anchors seal.
func (tr *trail) seals(group, root string) (seq int64) {
	for _, r := range tr.hours[len(tr.hours)-2][group+"_audit_head"] {
		if r.text("root_id") == root {
			seq = r.num("seq")
		}
	}
	return seq
}

func removed(rnd *rand.Rand, _ *trail, s state) string {
	table := slices.Sorted(maps.Keys(s))[rnd.IntN(len(s))]
	i := rnd.IntN(len(s[table]))
	did := fmt.Sprintf("a row removed from %s: %v", table, s[table][i])
	s[table] = slices.Delete(s[table], i, i+1)
	return did
}

func swapped(rnd *rand.Rand, tr *trail, s state) string {
	group, root, rows := pick(rnd, s)
	a, b := rnd.IntN(len(rows)), rnd.IntN(len(rows))
	if a == b || rows[min(a, b)].num("seq") > tr.seals(group, root) {
		return ""
	}
	rows[a]["seq"], rows[b]["seq"] = rows[b]["seq"], rows[a]["seq"]
	if rnd.IntN(2) == 0 {
		slices.SortFunc(s[group+"_audit"], func(x, y row) int {
			return strings.Compare(fmt.Sprintf("%s %9d", x.text("root_id"), x.num("seq")), fmt.Sprintf("%s %9d", y.text("root_id"), y.num("seq")))
		})
		s.rechain(group, root)
		return fmt.Sprintf("rows swapped and chained anew: %d and %d of %s", a+1, b+1, root)
	}
	return fmt.Sprintf("rows swapped: %d and %d of %s", a+1, b+1, root)
}

func copied(rnd *rand.Rand, _ *trail, s state) string {
	group, root, rows := pick(rnd, s)
	more := maps.Clone(rows[rnd.IntN(len(rows))])
	more["seq"] = int64(len(rows) + 1)
	s[group+"_audit"] = append(s[group+"_audit"], more)
	return "a row inserted at an end: " + root
}

// backdated adds a row that is chained as it must be, under an old date.
func backdated(rnd *rand.Rand, _ *trail, s state) string {
	group, root, rows := pick(rnd, s)
	more := maps.Clone(rows[rnd.IntN(len(rows))])
	if more.num("at") > rows[0].num("at")+int64(3600e6) {
		more["at"] = rows[0].num("at") + 1
	}
	if more.num("at") > s["audit_anchor"][0].num("until")+int64(2*3600e6) {
		return "" // dated in the last hours, where rows may still come
	}
	more["seq"] = int64(len(rows) + 1)
	s[group+"_audit"] = append(s[group+"_audit"], more)
	s.rechain(group, root)
	return "an old row inserted and chained: " + root
}

// newRoot adds a whole chain under an old date.
func newRoot(rnd *rand.Rand, _ *trail, s state) string {
	group, _, rows := pick(rnd, s)
	root := id.New[string]()
	if rows[0].num("at") > s["audit_anchor"][0].num("until")+int64(2*3600e6) {
		return ""
	}
	for _, r := range rows[:1+rnd.IntN(len(rows))] {
		more := maps.Clone(r)
		more["root_id"] = root
		s[group+"_audit"] = append(s[group+"_audit"], more)
	}
	s.rechain(group, root)
	return "a whole old chain inserted: " + root
}

// rewritten changes a sealed row and chains all after it anew.
func rewritten(rnd *rand.Rand, tr *trail, s state) string {
	group, root, rows := pick(rnd, s)
	r := rows[rnd.Int64N(tr.seals(group, root))]
	name := []string{"subject", "purpose", "note", "action"}[rnd.IntN(4)]
	r[name] = bent(rnd, "text", r[name])
	s.rechain(group, root)
	return fmt.Sprintf("a row changed and all chained anew: %s of row %d of %s", name, r.num("seq"), root)
}

// cut takes the newest rows, at least one of them sealed, and sets the head back.
func cut(rnd *rand.Rand, tr *trail, s state) string {
	group, root, _ := pick(rnd, s)
	from := 1 + rnd.Int64N(tr.seals(group, root))
	s.drop(group+"_audit", func(r row) bool { return r.text("root_id") == root && r.num("seq") >= from })
	s.rechain(group, root)
	return fmt.Sprintf("a chain cut short with its head: from row %d of %s", from, root)
}

func rootGone(rnd *rand.Rand, _ *trail, s state) string {
	group, root, _ := pick(rnd, s)
	s.drop(group+"_audit", func(r row) bool { return r.text("root_id") == root })
	s.drop(group+"_audit_head", func(r row) bool { return r.text("root_id") == root })
	return "a whole chain removed: " + root
}

// rewound sets all of it back to an earlier hour, and perhaps the anchors alone.
func rewound(rnd *rand.Rand, tr *trail, s state) string {
	hour := rnd.IntN(len(tr.hours) - 2)
	if rnd.IntN(2) == 0 {
		s["audit_anchor"] = tr.hours[hour]["audit_anchor"]
		return fmt.Sprintf("the anchors set back: %d hours", len(tr.hours)-2-hour)
	}
	for table := range s {
		s[table] = tr.hours[hour][table]
	}
	return fmt.Sprintf("all set back: %d hours", len(tr.hours)-2-hour)
}

// unsealed takes the newest anchors of a group, or all.
func unsealed(rnd *rand.Rand, _ *trail, s state) string {
	from := 1 + rnd.Int64N(5)
	group := []string{"request", "person", ""}[rnd.IntN(3)]
	s.drop("audit_anchor", func(r row) bool { return r.num("seq") >= from && (group == "" || r.text("name") == group) })
	return fmt.Sprintf("anchors removed: %s from %d", group, from)
}

// A note that was changed is not taken for data that was set back, and another
// installation's key fits nothing.
func TestNotesAndKeys(t *testing.T) {
	tr := lay(t, dbtest.SQLite)
	tr.noted[3].Text += " "
	if report := tr.verify(nil); len(report.Wrong) != 1 || !strings.Contains(report.Wrong[0], "the note was changed") {
		t.Errorf("a changed note: %v", report.Wrong)
	}
	tr.noted = nil
	tr.private = ed25519.NewKeyFromSeed(bytes.Repeat([]byte("x"), ed25519.SeedSize))
	if report := tr.verify(nil); len(report.Wrong) != 10 || !strings.Contains(report.Wrong[0], "is not signed by this installation's key") {
		t.Errorf("another key: %v", report.Wrong)
	}
}

func TestRead(t *testing.T) {
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := proof.PEM(public)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := json.Marshal(proof.Report{Kept: proof.Kept{AnchorKey: block}})
	if err != nil {
		t.Fatal(err)
	}
	bare := strings.Split(block, "\n")[1]
	for about, text := range map[string]string{"a PEM block": block, "an answer as JSON": string(kept), "bare base64": bare + "\n"} {
		if got, err := proof.Read(text); err != nil || !got.Equal(public) {
			t.Errorf("%s: %v, %v", about, got, err)
		}
	}
	for about, text := range map[string]string{"nothing": "", "a name": "key.pem", "other bytes": base64.StdEncoding.EncodeToString([]byte("no key"))} {
		if got, err := proof.Read(text); err == nil {
			t.Errorf("%s was read as %v", about, got)
		}
	}
}
