package intake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// person is somebody on a list, as a union takes its people in. Name, phone and
// identity number are those that passed.
type person struct {
	ID         member.ID
	Name       string
	Phone      string
	Document   string // identity number; may be empty
	Old        bool   // it had fifteen digits
	Occupation member.Occupation
	Works      []work.Said
}

// already is who is there of a newcomer: by phone or identity number the same
// person, and by name those who may be.
type already struct {
	Same  member.ID // empty: nobody is
	By    string    // "phone" or "document"
	Alike []member.Doubt
}

// newcomer is one with what it is found by.
type newcomer struct {
	person
	resident                     idcard.Resident
	name, phone, document, birth string // blind indexes
}

func (s *Service) indexed(people []person, today string) []newcomer {
	all := make([]newcomer, len(people))
	for i, p := range people {
		n := newcomer{person: p, name: s.members.Index("name", p.Name), phone: s.members.Index("phone", p.Phone), document: s.members.Index("document", p.Document)}
		if r, err := idcard.ParseResident(p.Document, today); err == nil {
			n.resident, n.birth = r, s.members.Index("birth", p.Name+"|"+r.Birth)
		}
		all[i] = n
	}
	return all
}

// column is one of what all newcomers are found by.
func column(all []newcomer, of func(newcomer) string) (values []string) {
	for _, n := range all {
		if v := of(n); v != "" {
			values = append(values, v)
		}
	}
	slices.Sort(values) // two who claim the same do so in one order
	return slices.Compact(values)
}

// held are the states that keep somebody from coming in a second time, and known
// those in which somebody may be the same as a newcomer.
const (
	held  = ` and m.state in ('applied', 'active', 'kept', 'merged')`
	known = ` and m.state in ('applied', 'active', 'kept', 'left', 'ended')`
)

// known says of each newcomer to an area who is there already, in five statements
// for all of them.
func (s *Service) known(ctx context.Context, tx *op.Tx, area string, people []person) ([]already, error) {
	all, out := s.indexed(people, clock.Day(tx.Now())), make([]already, len(people))
	phones, err := found(ctx, tx, `select g.phone, g.member_id, '' from member_phone g where g.phone in `, ``, column(all, func(n newcomer) string { return n.phone }))
	if err != nil {
		return nil, err
	}
	documents, err := found(ctx, tx, `select m.doc_index, coalesce(m.merged_into, m.member_id), '' from member m where m.doc_index in `, held, column(all, func(n newcomer) string { return n.document }))
	if err != nil {
		return nil, err
	}
	formers, err := found(ctx, tx, `select m.doc_index, m.member_id, m.name_index from member m where m.doc_index in `, ` and m.state in ('left', 'ended')`, column(all, func(n newcomer) string { return n.document }))
	if err != nil {
		return nil, err
	}
	births, err := found(ctx, tx, `select m.birth_index, m.member_id, '' from member m where m.birth_index in `, known, column(all, func(n newcomer) string { return n.birth }))
	if err != nil {
		return nil, err
	}
	names, err := found(ctx, tx, `select m.name_index, m.member_id, m.birth_index from member m where m.name_index in `, known+` and m.area = `, column(all, func(n newcomer) string { return n.name }), area)
	for i, n := range all {
		switch {
		case len(phones[n.phone]) > 0:
			out[i] = already{Same: phones[n.phone][0].id, By: "phone"}
		case n.document != "" && len(documents[n.document]) > 0:
			out[i] = already{Same: documents[n.document][0].id, By: "document"}
		default:
			out[i].Alike = alikeTo(n, formers, births, names)
		}
		if n.Old {
			out[i].Alike = append(out[i].Alike, member.Doubt{Why: member.OldDocument})
		}
		out[i].Alike = append(out[i].Alike, member.DoubtsOf(n.resident, clock.Day(tx.Now()))...)
	}
	return out, err
}

// alikeTo is who may be the same as a newcomer. Of two of one name in an area
// whose birthdays are both known, and differ, neither is the other.
func alikeTo(n newcomer, formers, births, names map[string][]holder) (all []member.Doubt) {
	var own []member.ID // who left, and comes again: name and identity number say so, and the number comes back
	for _, h := range formers[n.document] {
		switch {
		case n.document != "" && h.birth == n.name:
			own = append(own, h.id)
		case n.document != "" && len(all) < mostAlike:
			all = append(all, member.Doubt{Why: member.SameDocument, Other: h.id})
		}
	}
	for _, h := range births[n.birth] {
		if n.birth != "" && len(all) < mostAlike && !slices.Contains(own, h.id) {
			all = append(all, member.Doubt{Why: member.SameNameBirth, Other: h.id})
		}
	}
	for _, h := range names[n.name] {
		if (n.birth == "" || h.birth == "") && len(all) < mostAlike {
			all = append(all, member.Doubt{Why: member.SameNameArea, Other: h.id})
		}
	}
	return all
}

// holder is who holds a value, and by what else it is compared.
type holder struct {
	id    member.ID
	birth string // of formers the name
}

// keysAtOnce is how many keys one statement looks for: with many more, databases
// read the whole table instead of its index.
const keysAtOnce = 200

// found returns who holds each of the values; more is what ends the statement
// before one more argument.
func found(ctx context.Context, tx *op.Tx, query, more string, values []string, last ...string) (map[string][]holder, error) {
	all := map[string][]holder{}
	for some := range slices.Chunk(values, keysAtOnce) {
		var args db.Args
		q := query + db.In(&args, some) + more
		for _, v := range last {
			q += args.Add(v)
		}
		if err := tx.Each(ctx, q, args, func(r db.Row) error {
			var value string
			var h holder
			err := r.Scan(&value, &h.id, &h.birth)
			all[value] = append(all[value], h)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// mostAlike is how many others are named for one row and reason.
const mostAlike = 5

// blob is b as an argument, NULL when it is empty.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// most is how many arguments one statement has: SQLite looks each up among all
// before it, each time; PostgreSQL is asked across a network, and better seldom.
const most = 600

// atOnce is how many members are named in one statement that removes them.
const atOnce = 100

// admit makes newcomers members of a union at once, by whoever runs tx and for the
// reason, which stands in their history. It returns those who were somebody else's
// phone or identity number meanwhile, and are left out. Nothing is announced: nobody
// of them has signed in, so there is nobody to tell.
func (s *Service) admit(ctx context.Context, tx *op.Tx, u member.Union, reason string, people []person) (left []member.ID, err error) {
	all := s.indexed(people, clock.Day(tx.Now()))
	if all, left, err = claimAll(ctx, tx, all); err != nil || len(all) == 0 {
		return left, err
	}
	numbers, err := numbersFor(ctx, tx, u.Area, all)
	if err != nil {
		return nil, err
	}
	now := tx.Now().UnixMicro()
	var members, terms, works [][]any
	called := remembered(s.members.Called(ctx, tx, u.Area))
	for i, n := range all {
		row, err := s.row(n, u, numbers[i], tx.Subject.Name, now)
		if err != nil {
			return nil, err
		}
		members = append(members, row)
		terms = append(terms, []any{string(n.ID), 1, string(member.Join), u.ID, u.Name, now, nil, tx.Subject.Name, reason})
		some, err := work.Rows(string(n.ID), clock.Day(tx.Now()), tx.Subject.Name, n.Works, called)
		if err != nil {
			return nil, err
		}
		works = append(works, some...)
	}
	if err := insertAll(ctx, tx, `insert into member (member_id, number, person_id, union_id, union_name, area, home_area, state, name, phone, phone_mask, document, doc_mask, born,
		name_index, birth_index, phone_index, doc_index, occupation, channel, to_id, to_name, applied_at, due_at, decided_at, reason, odd, data_key, version, changed_by, changed_at) values `, members); err != nil {
		return nil, err
	}
	if err := insertAll(ctx, tx, `insert into member_term (member_id, seq, kind, union_id, union_name, from_at, until_at, by_name, reason) values `, terms); err != nil {
		return nil, err
	}
	if err := insertAll(ctx, tx, work.Insert, works); err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, n := range all {
		ids[i] = string(n.ID)
	}
	return left, tx.AlsoAll(ctx, member.Import, "member", ids)
}

// remembered asks for a name once, however many come with it.
func remembered(called func(string) (work.Firm, error)) func(string) (work.Firm, error) {
	if called == nil {
		return nil
	}
	had := map[string]work.Firm{}
	return func(name string) (f work.Firm, err error) {
		f, ok := had[name]
		if !ok {
			f, err = called(name)
			had[name] = f
		}
		return f, err
	}
}

// row is a newcomer's row as a member.
func (s *Service) row(n newcomer, u member.Union, number, by string, now int64) ([]any, error) {
	box, key, err := s.members.Fresh(n.ID)
	if err != nil {
		return nil, err
	}
	var sealed [4][]byte
	for i, v := range [][2]string{{"name", n.Name}, {"phone", n.Phone}, {"document", n.Document}, {"born", n.resident.Birth}} {
		if sealed[i], err = box.Seal(v[1], v[0]); err != nil {
			return nil, err
		}
	}
	return []any{string(n.ID), number, nil, u.ID, u.Name, u.Area, u.Area, string(member.Active), sealed[0], sealed[1], idcard.MaskPhone(n.Phone), blob(sealed[2]), idcard.MaskID(n.Document), blob(sealed[3]),
		n.name, n.birth, n.phone, n.document, string(n.Occupation), string(member.ByList), nil, "", now, nil, now, "", false, key, 1, by, now}, nil
}

// insertAll inserts rows, some at once.
func insertAll(ctx context.Context, tx *op.Tx, head string, rows [][]any, tail ...string) error {
	if len(rows) == 0 {
		return nil
	}
	for some := range slices.Chunk(rows, most/len(rows[0])) {
		var args db.Args
		var q strings.Builder
		q.WriteString(head)
		for i, row := range some {
			if i > 0 {
				q.WriteString(", ")
			}
			q.WriteString("(")
			for j, v := range row {
				if j > 0 {
					q.WriteString(", ")
				}
				q.WriteString(args.Add(v))
			}
			q.WriteString(")")
		}
		q.WriteString(strings.Join(tail, ""))
		if _, err := tx.Exec(ctx, q.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// unique is a guard for many at once.
type unique struct {
	insert, tail, whose string
	of                  func(newcomer) string
}

var uniques = []unique{
	{`insert into member_phone (phone, member_id) values `, ` on conflict (phone) do nothing`, `select phone, member_id, '' from member_phone where phone in `, func(n newcomer) string { return n.phone }},
	{`insert into member_document (document, member_id) values `, ` on conflict (document) do nothing`, `select document, member_id, '' from member_document where document in `, func(n newcomer) string { return n.document }},
}

// claimAll takes phones and identity numbers for newcomers, and parts from them
// those who did not get both.
func claimAll(ctx context.Context, tx *op.Tx, all []newcomer) (got []newcomer, left []member.ID, err error) {
	lost := map[member.ID]bool{}
	for _, u := range uniques {
		whose := map[string]member.ID{} // who asks for a value
		for _, n := range all {
			if v := u.of(n); v != "" && !lost[n.ID] {
				whose[v] = n.ID
			}
		}
		values := slices.Sorted(maps.Keys(whose)) // two who claim the same do so in one order
		rows := make([][]any, len(values))
		for i, v := range values {
			rows[i] = []any{v, string(whose[v])}
		}
		if err := insertAll(ctx, tx, u.insert, rows, u.tail); err != nil {
			return nil, nil, err
		}
		now, err := found(ctx, tx, u.whose, ``, values)
		if err != nil {
			return nil, nil, err
		}
		for _, n := range all {
			if v := u.of(n); v != "" && !lost[n.ID] && now[v][0].id != n.ID {
				lost[n.ID], left = true, append(left, n.ID)
			}
		}
	}
	got = slices.DeleteFunc(all, func(n newcomer) bool { return lost[n.ID] })
	return got, left, release(ctx, tx, left)
}

// release lets go of what guards members.
func release(ctx context.Context, tx *op.Tx, which []member.ID) error {
	for some := range slices.Chunk(which, atOnce) {
		for _, q := range []string{`delete from member_phone where member_id in `, `delete from member_document where member_id in `} {
			var args db.Args
			if _, err := tx.Exec(ctx, q+db.In(&args, some), args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// numbersFor are the numbers for life of newcomers to a county: those that they had
// before, or new ones. It keeps them.
func numbersFor(ctx context.Context, tx *op.Tx, area string, all []newcomer) ([]string, error) {
	had, err := formerly(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	series, fresh := (area + "000000")[:6]+clock.Day(tx.Now())[2:4], len(all)-len(had)
	var last int64
	if fresh > 0 {
		if err := tx.One(ctx, `
			insert into member_count (series, last) values ($1, $2)
			on conflict (series) do update set last = member_count.last + $2 returning last`, []any{series, fresh}, &last); err != nil {
			return nil, err
		}
	}
	numbers, next := make([]string, len(all)), last-int64(fresh)
	var rows [][]any
	for i, n := range all {
		if no := had[n.ID]; no != "" {
			numbers[i] = no
			if _, err := tx.Exec(ctx, `update member_number set member_id = $2 where number = $1`, no, string(n.ID)); err != nil {
				return nil, err
			}
			continue
		}
		next++
		numbers[i] = fmt.Sprintf("%s%06d", series, next)
		rows = append(rows, []any{numbers[i], string(n.ID)})
	}
	return numbers, insertAll(ctx, tx, `insert into member_number (number, member_id) values `, rows)
}

// formerly are the numbers of newcomers who were members before: name and identity
// number say so, as at an approval.
func formerly(ctx context.Context, tx *op.Tx, all []newcomer) (map[member.ID]string, error) {
	had, whose := map[member.ID]string{}, map[string]member.ID{}
	for _, n := range all {
		if n.document != "" {
			whose[n.document+n.name] = n.ID
		}
	}
	values := column(all, func(n newcomer) string { return n.document })
	if len(values) == 0 {
		return had, nil
	}
	var args db.Args
	err := tx.Each(ctx, `select doc_index, name_index, number from member where state in ('left', 'ended') and number <> '' and doc_index in `+db.In(&args, values)+` order by member_id`, args, func(r db.Row) error {
		var document, name, number string
		err := r.Scan(&document, &name, &number)
		if who, ok := whose[document+name]; ok {
			had[who] = number
		}
		return err
	})
	return had, err
}

// dismiss takes newcomers back who were admitted by a list, as long as nothing has
// happened to them since: nobody signed in as one of them, changed or looked at one.
// It returns those whom it left.
func (s *Service) dismiss(ctx context.Context, tx *op.Tx, which []member.ID) (left []member.ID, err error) {
	var args db.Args
	var gone []member.ID
	in := db.In(&args, which)
	err = tx.Each(ctx, `select m.member_id from member m where m.member_id in `+in+` and m.channel = 'list' and m.version = 1 and m.person_id is null
		and not exists (select 1 from member_audit a where a.root_id = m.member_id and a.action <> 'member.import')`, args, func(r db.Row) error {
		var one member.ID
		err := r.Scan(&one)
		gone = append(gone, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, one := range which {
		if !slices.Contains(gone, one) {
			left = append(left, one)
		}
	}
	if err := release(ctx, tx, gone); err != nil {
		return nil, err
	}
	return left, s.erase(ctx, tx, gone)
}

// erase removes the rows of members. A number that they had before goes back to
// whom they were.
func (s *Service) erase(ctx context.Context, tx *op.Tx, which []member.ID) error {
	for some := range slices.Chunk(which, atOnce) {
		var args db.Args
		in := db.In(&args, some)
		for _, q := range []string{
			`update member_number set member_id = (select o.member_id from member o where o.number = member_number.number and o.member_id not in ` + in + ` order by o.member_id desc limit 1)
				where number in (select m.number from member m where m.member_id in ` + in + `) and exists (select 1 from member o where o.number = member_number.number and o.member_id not in ` + in + `)`,
			`delete from member_number where number in (select m.number from member m where m.member_id in ` + in + `) and member_id in ` + in,
			`delete from member_twin where member_id in ` + in + ` or other_id in ` + in,
			`delete from member_work where member_id in ` + in, `delete from member_term where member_id in ` + in, `delete from member where member_id in ` + in,
		} {
			if _, err := tx.Exec(ctx, q, args...); err != nil {
				return err
			}
		}
	}
	return nil
}
