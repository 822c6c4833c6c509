package member

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// columns are those of members m that [Service.Scan] reads.
const columns = `m.member_id, m.number, m.person_id, m.union_id, m.union_name, m.area, m.state, m.name, m.phone_mask, m.doc_mask, m.born,
	m.occupation, ` + work.Text + `, m.channel, m.to_id, m.to_name, m.applied_at, m.due_at, m.decided_at, m.reason, m.changed_by, m.changed_at, m.data_key, m.merged_into, m.version, m.news`

// Uncalled is the condition on members m that they do not want to be called: staff
// neither see their phone nor find them by it.
var Uncalled = consent.Stopped("m.person_id", consent.Call)

// staffColumns are [columns] as staff read them.
var staffColumns = strings.Replace(columns, "m.phone_mask", "case when "+Uncalled+" then '' else m.phone_mask end", 1)

// Columns are those of members m that [Service.Scan] reads, as far as the reader of tx
// sees them.
func Columns(tx *op.Tx) string {
	if tx.Subject.Kind == authz.Staff {
		return staffColumns
	}
	return columns
}

// ByColumns are the columns that decide about a row.
var ByColumns = authz.Columns{ID: "m.member_id", Area: "m.area", Owner: "m.person_id"}

// vault seals and finds what a member's row keeps.
type vault struct{ ring *seal.Ring }

func keyPlace(row ID) []byte { return seal.Place("member", "data_key", string(row)) }

// box returns what the values of a member's row are sealed in.
func (v vault) box(key []byte, row ID) (Box, error) {
	b, err := v.ring.Box(key, keyPlace(row))
	return Box{b, row}, err
}

// fresh returns a box with a new data key, and the key, sealed, to be kept in the row.
func (v vault) fresh(row ID) (Box, []byte, error) {
	b, key, err := v.ring.NewBox(keyPlace(row))
	return Box{b, row}, key, err
}

// Box seals and opens the values of one member's row.
type Box struct {
	box seal.Box
	row ID
}

// Seal seals a value for a column; of nothing it is nothing.
func (b Box) Seal(plain, column string) ([]byte, error) {
	if plain == "" {
		return nil, nil
	}
	return b.box.Seal([]byte(plain), seal.Place("member", column, string(b.row)))
}

// Open opens a value of a column; of nothing it is nothing.
func (b Box) Open(sealed []byte, column string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := b.box.Open(sealed, seal.Place("member", column, string(b.row)))
	return string(plain), err
}

// index is the blind index of a value of one sort; of nothing it is nothing. Names,
// alone and with a birthday, are found however they are written.
func (v vault) index(sort, value string) string {
	if sort == "name" || sort == "birth" {
		value = idcard.Fold(value)
	}
	if value == "" {
		return ""
	}
	return v.ring.Index("member|"+sort, value)
}

// scan reads [Columns], and before them what else was selected into first.
func (v vault) scan(r db.Row, first ...any) (Member, error) {
	var m Member
	var name, born []byte
	err := r.Scan(append(first, &m.ID, &m.Number, db.Text(&m.Person), &m.Union, &m.UnionName, &m.Area, &m.State, &name, &m.Phone, &m.Document, &born,
		&m.Occupation, &m.Works, &m.Channel, db.Text(&m.To), &m.ToName, db.Time(&m.AppliedAt), db.Time(&m.DueAt), db.Time(&m.DecidedAt), &m.Reason, &m.ChangedBy, db.Time(&m.ChangedAt), &m.key, db.Text(&m.Into), &m.Version, &m.News)...)
	if err != nil {
		return m, err
	}
	b, err := v.box(m.key, m.ID)
	if err != nil {
		return m, err
	}
	if m.Name, err = b.Open(name, "name"); err == nil {
		m.Born, err = b.Open(born, "born")
	}
	return m, err
}

// shy is m as its worker sees it who has shown nothing but a phone: of the identity number
// its ends, of the birthday the year.
func (m Member) shy(tx *op.Tx) Member {
	if !tx.Subject.Whole(tx.Now()) {
		m.Document, m.Born = idcard.MaskOwn(m.Document), m.Born[:min(len(m.Born), 4)]
	}
	return m
}

func (v vault) get(ctx context.Context, tx *op.Tx, which ID) (Member, error) {
	if !id.Valid(string(which)) {
		return Member{}, fault.New("member.get", fault.Missing, "fault.missing")
	}
	return v.one(ctx, tx, `m.member_id = $1`, string(which))
}

// one returns the newest member that a condition selects, or Missing.
func (v vault) one(ctx context.Context, tx *op.Tx, where string, args ...any) (Member, error) {
	all, err := v.some(ctx, tx, where+` order by m.member_id desc limit 1`, args)
	if err == nil && len(all) == 0 {
		err = fault.New("member.get", fault.Missing, "fault.missing")
	}
	if err != nil {
		return Member{}, err
	}
	return all[0], nil
}

func (v vault) some(ctx context.Context, tx *op.Tx, where string, args db.Args) ([]Member, error) {
	var all []Member
	err := tx.Each(ctx, `select `+Columns(tx)+` from member m where `+where, args, func(r db.Row) error {
		m, err := v.scan(r)
		all = append(all, m.shy(tx))
		return err
	})
	return all, err
}

// insert stores an application.
func (v vault) insert(ctx context.Context, tx *op.Tx, m Member, d draft, phone string) error {
	box, key, err := v.fresh(m.ID)
	if err != nil {
		return err
	}
	sealed := map[string][]byte{}
	for column, plain := range map[string]string{"name": d.Name, "phone": phone, "document": d.Document, "born": d.resident.Birth} {
		if sealed[column], err = box.Seal(plain, column); err != nil {
			return err
		}
	}
	birth := ""
	if d.resident.Birth != "" {
		birth = v.index("birth", d.Name+"|"+d.resident.Birth)
	}
	_, err = tx.Exec(ctx, `
		insert into member (member_id, number, person_id, union_id, union_name, area, home_area, state, name, phone, phone_mask, document, doc_mask, born,
			name_index, birth_index, phone_index, doc_index, occupation, channel, to_id, to_name, applied_at, due_at, decided_at, reason, odd, data_key, version, sought)
		values ($1, '', $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, null, '', $19, $20, null, '', $21, $22, 1, 1)`,
		string(m.ID), db.Null(m.Person), m.Union, m.UnionName, m.Area, string(m.State), sealed["name"], sealed["phone"], m.Phone, blob(sealed["document"]), m.Document, blob(sealed["born"]),
		v.index("name", d.Name), birth, v.index("phone", phone), v.index("document", d.Document), string(m.Occupation), string(m.Channel),
		m.AppliedAt.UnixMicro(), db.Micros(m.DueAt), len(DoubtsOf(d.resident, clock.Day(tx.Now()))) > 0, key)
	return err
}

// blob is b as an argument, NULL when it is empty.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// save stores what may change of m if it still has the version that was read.
func save(ctx context.Context, tx *op.Tx, m Member, home string) error {
	n, err := tx.Exec(ctx, `
		update member set number = $2, union_id = $3, union_name = $4, area = $5, home_area = $6, state = $7, to_id = $8, to_name = $9,
			applied_at = $10, sought = case when area = $5 then sought else 0 end, due_at = $11, decided_at = $12, reason = $13, changed_by = $14, changed_at = $15, version = version + 1
		where member_id = $1 and version = $16`,
		string(m.ID), m.Number, m.Union, m.UnionName, m.Area, home, string(m.State), db.Null(m.To), m.ToName,
		m.AppliedAt.UnixMicro(), db.Micros(m.DueAt), db.Micros(m.DecidedAt), m.Reason, m.ChangedBy, db.Micros(m.ChangedAt), m.Version)
	if err == nil && n == 0 {
		err = fault.New("member.save", fault.Conflict, "member.changed")
	}
	return err
}

// homeArea is the area of the union that a member belongs to.
func homeArea(ctx context.Context, tx *op.Tx, which ID) (area string, err error) {
	err = tx.One(ctx, `select home_area from member where member_id = $1`, []any{string(which)}, &area)
	return area, err
}

// guard is a table in which a value belongs to one member.
type guard struct{ take, whose string }

var (
	guardPhone = guard{
		`insert into member_phone (phone, member_id) values ($1, $2) on conflict (phone) do nothing`,
		`select member_id from member_phone where phone = $1`,
	}
	guardDocument = guard{
		`insert into member_document (document, member_id) values ($1, $2) on conflict (document) do nothing`,
		`select member_id from member_document where document = $1`,
	}
)

// claim takes a value for a member, and returns whose it is then.
func (g guard) claim(ctx context.Context, tx *op.Tx, value string, which ID) (ID, error) {
	n, err := tx.Exec(ctx, g.take, value, string(which))
	if err != nil || n == 1 {
		return which, err
	}
	var whose ID
	err = tx.One(ctx, g.whose, []any{value}, &whose)
	return whose, err
}

// free lets go of what guards a member, so that the person may apply again.
func free(ctx context.Context, tx *op.Tx, which ID) error {
	_, err := tx.Exec(ctx, `delete from member_phone where member_id = $1`, string(which))
	if err == nil {
		_, err = tx.Exec(ctx, `delete from member_document where member_id = $1`, string(which))
	}
	return err
}

// drop is [free] for an application that came to nothing: nobody need compare it.
func drop(ctx context.Context, tx *op.Tx, which ID) error {
	if err := free(ctx, tx, which); err != nil {
		return err
	}
	return twin.Lie(ctx, tx, string(which))
}

// forgetDocument drops the identity number and all that was read from it.
func forgetDocument(ctx context.Context, tx *op.Tx, which ID) error {
	_, err := tx.Exec(ctx, `update member set document = null, doc_mask = '', born = null, birth_index = '', doc_index = '', odd = false, sought = 0, named = 0 where member_id = $1`, string(which))
	if err == nil {
		_, err = tx.Exec(ctx, `delete from member_document where member_id = $1`, string(which))
	}
	return err
}

// history returns a member's terms with those of the records that went into it, the
// first first.
func history(ctx context.Context, tx *op.Tx, which ID) ([]Term, error) {
	all, err := terms(ctx, tx, which)
	for level := []ID{which}; err == nil && len(level) > 0; {
		var args db.Args
		var next []ID
		err = tx.Each(ctx, `select member_id from member where merged_into in `+db.In(&args, level), args, func(r db.Row) error {
			var part ID
			err := r.Scan(&part)
			next = append(next, part)
			return err
		})
		for _, part := range next {
			var more []Term
			if err == nil {
				more, err = terms(ctx, tx, part)
			}
			for _, t := range more {
				t.Of = part
				all = append(all, t)
			}
		}
		level = next
	}
	slices.SortStableFunc(all, func(a, b Term) int { return a.From.Compare(b.From) })
	return all, err
}

// terms returns the history of one record, the first first.
func terms(ctx context.Context, tx *op.Tx, which ID) ([]Term, error) {
	var all []Term
	err := tx.Each(ctx, `select seq, kind, union_id, union_name, from_at, until_at, by_name, reason from member_term where member_id = $1 order by seq`, []any{string(which)}, func(r db.Row) error {
		var t Term
		err := r.Scan(&t.Seq, &t.Kind, &t.Union, &t.UnionName, db.Time(&t.From), db.Time(&t.Until), &t.By, &t.Reason)
		all = append(all, t)
		return err
	})
	return all, err
}

// begin ends the term that lasts and begins t now; one that ends the membership
// is over at once.
func begin(ctx context.Context, tx *op.Tx, which ID, t Term) error {
	now := tx.Now()
	if _, err := tx.Exec(ctx, `update member_term set until_at = $2 where member_id = $1 and until_at is null`, string(which), now.UnixMicro()); err != nil {
		return err
	}
	t.From, t.Until = now, time.Time{}
	if t.Kind == Leave || t.Kind == End || t.Kind == Merge {
		t.Until = now
	}
	var last int64
	if err := tx.One(ctx, `select coalesce(max(seq), 0) from member_term where member_id = $1`, []any{string(which)}, &last); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into member_term (member_id, seq, kind, union_id, union_name, from_at, until_at, by_name, reason) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(which), last+1, string(t.Kind), t.Union, t.UnionName, t.From.UnixMicro(), db.Micros(t.Until), t.By, t.Reason)
	return err
}

// rule is the value that counts now.
func rule(ctx context.Context, tx *op.Tx, name string) (value int64, err error) {
	err = tx.One(ctx, `select value from member_rule where name = $1 and since <= $2 order by since desc limit 1`, []any{name, clock.Day(tx.Now())}, &value)
	return value, err
}

// number is a member's number for life: the one that they had before, or a new
// one of the county (6), the year (2), and the running number of the two (6).
func number(ctx context.Context, tx *op.Tx, m Member) (string, error) {
	no, err := former(ctx, tx, m.ID)
	if err != nil {
		return "", err
	}
	if no != "" {
		_, err = tx.Exec(ctx, `update member_number set member_id = $2 where number = $1`, no, string(m.ID))
		return no, err
	}
	series := (m.Area + "000000")[:6] + clock.Day(tx.Now())[2:4]
	var n int64
	if err := tx.One(ctx, `
		insert into member_count (series, last) values ($1, 1)
		on conflict (series) do update set last = member_count.last + 1 returning last`, []any{series}, &n); err != nil {
		return "", err
	}
	no = fmt.Sprintf("%s%06d", series, n)
	_, err = tx.Exec(ctx, `insert into member_number (number, member_id) values ($1, $2)`, no, string(m.ID))
	return no, err
}

// former is the number of the membership that the same person had before, or
// nothing. Two of account, name and identity number say that it is the same
// person: a phone, and so an account, may have come to somebody else, and an
// identity number may be another's.
func former(ctx context.Context, tx *op.Tx, which ID) (no string, err error) {
	var person, name, document string
	if err := tx.One(ctx, `select person_id, name_index, doc_index from member where member_id = $1`, []any{string(which)}, db.Text(&person), &name, &document); err != nil {
		return "", err
	}
	err = tx.Each(ctx, `
		select number from member where state in ('left', 'ended') and number <> '' and member_id <> $1
			and (person_id = $2 and (name_index = $3 or doc_index = $4 and doc_index <> '') or doc_index = $4 and doc_index <> '' and name_index = $3)
		order by member_id desc limit 1`, []any{string(which), db.Null(person), name, document}, func(r db.Row) error { return r.Scan(&no) })
	return no, err
}
