package roll

import (
	"context"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// mostAlike is how many others are named for one reason.
const mostAlike = 5

// doubts are why one should look twice at applications: what each says of
// itself, and who else it may be; and those others, as far as the reader may see
// them. However many applications there are, it asks the database three times.
func (s *Service) doubts(ctx context.Context, tx *op.Tx, which ...member.Member) (map[member.ID][]member.Doubt, map[member.ID]member.Member, error) {
	var ids []member.ID
	for _, m := range which {
		if m.State == member.Applied {
			ids = append(ids, m.ID)
		}
	}
	all, others := map[member.ID][]member.Doubt{}, map[member.ID]member.Member{}
	if len(ids) == 0 {
		return all, others, nil
	}
	if err := s.alike(ctx, tx, ids, all); err != nil {
		return nil, nil, err
	}
	if err := s.odd(ctx, tx, ids, all); err != nil {
		return nil, nil, err
	}
	var named []member.ID
	for _, list := range all {
		for _, d := range list {
			if d.Other != "" {
				named = append(named, d.Other)
			}
		}
	}
	var args db.Args
	found, err := s.members.AskSome(ctx, tx, `m.member_id in `+db.In(&args, named), args)
	for _, o := range found {
		if s.desk.Check(tx.Subject, member.See, o.AuthzObject()) == nil {
			others[o.ID] = o
		}
	}
	return all, others, err
}

// key is what somebody is found by: the column and its value, and for names the
// area as well.
type key struct{ column, value, area string }

// alikes are the columns by which somebody is found, the strongest first.
var alikes = []struct {
	why    member.Why
	column string
}{
	{member.SameDocument, `doc_index`},
	{member.SameNameBirth, `birth_index`},
	{member.SameNameArea, `name_index`},
}

// alike adds who else the applications may be; each other once, by the
// strongest reason. It asks what they are found by and then who has the same:
// the two are rows of different roots, which no statement joins.
func (s *Service) alike(ctx context.Context, tx *op.Tx, ids []member.ID, all map[member.ID][]member.Doubt) error {
	has := map[member.ID][]key{}
	var args db.Args
	if err := tx.Each(ctx, `select member_id, doc_index, birth_index, name_index, area from member where member_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var which member.ID
		k := []key{{column: `doc_index`}, {column: `birth_index`}, {column: `name_index`}}
		err := r.Scan(&which, &k[0].value, &k[1].value, &k[2].value, &k[2].area)
		has[which] = k
		return err
	}); err != nil {
		return err
	}
	same, err := sharing(ctx, tx, has)
	if err != nil {
		return err
	}
	for _, which := range ids {
		seen := map[member.ID]bool{which: true}
		for i, k := range has[which] {
			n := 0
			for _, other := range same[k] {
				if n == mostAlike {
					break
				}
				if other == which {
					continue
				}
				if n++; !seen[other] {
					seen[other] = true
					all[which] = append(all[which], member.Doubt{Why: alikes[i].why, Other: other})
				}
			}
		}
	}
	return nil
}

// sharing returns who holds each of the keys, some more than are named.
func sharing(ctx context.Context, tx *op.Tx, has map[member.ID][]key) (map[key][]member.ID, error) {
	var args db.Args
	q, most := ``, args.Add(mostAlike+1)
	for i, look := range alikes {
		var values, areas []string
		for _, k := range has {
			if k[i].value != "" {
				values, areas = append(values, k[i].value), append(areas, k[i].area)
			}
		}
		area, narrow := `''`, ``
		if look.why == member.SameNameArea {
			area, narrow = `area`, ` and area in `+db.In(&args, areas)
		}
		if i > 0 {
			q += ` union all `
		}
		q += `select '` + look.column + `' as found_by, ` + look.column + ` as value, ` + area + ` as area, member_id,
				row_number() over (partition by ` + look.column + `, ` + area + ` order by member_id) as n
			from member where ` + look.column + ` <> '' and ` + look.column + ` in ` + db.In(&args, values) + narrow + ` and state in ('applied', 'active', 'kept')`
	}
	same := map[key][]member.ID{}
	err := tx.Each(ctx, `select found_by, value, area, member_id from (`+q+`) f where n <= `+most+` order by found_by, value, area, member_id`, args, func(r db.Row) error {
		var k key
		var who member.ID
		err := r.Scan(&k.column, &k.value, &k.area, &who)
		same[k] = append(same[k], who)
		return err
	})
	return same, err
}

// odd adds what the identity numbers say of themselves.
func (s *Service) odd(ctx context.Context, tx *op.Tx, ids []member.ID, all map[member.ID][]member.Doubt) error {
	var args db.Args
	today := clock.Day(tx.Now())
	return tx.Each(ctx, `select member_id, document from member where document is not null and member_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var which member.ID
		var sealed []byte
		if err := r.Scan(&which, &sealed); err != nil {
			return err
		}
		number, err := s.members.Unseal(sealed, "document", which)
		if err != nil {
			return err
		}
		resident, err := idcard.ParseResident(number, today)
		if err == nil {
			all[which] = append(all[which], member.DoubtsOf(resident, today)...)
		}
		return err
	})
}

// doubtful is the condition on rows m that a doubt stands against: an
// application like another one, or odd by itself. in is a condition on rows m
// that holds for all that are asked about. Each list is found for itself: rows of
// different roots are not joined.
func doubtful(in string) string {
	q := `m.odd`
	for _, look := range []struct{ columns, filled string }{
		{`doc_index`, ` and doc_index <> ''`}, {`birth_index`, ` and birth_index <> ''`}, {`name_index, area`, ``},
	} {
		q += ` or (` + look.columns + `) in (select ` + look.columns + ` from member o where (` + look.columns + `) in
				(select ` + look.columns + ` from member m where ` + in + ` and m.state = 'applied'` + look.filled + `)
			and o.state in ('applied', 'active', 'kept') group by ` + look.columns + ` having count(*) > 1)`
	}
	return `(m.state = 'applied' and (` + q + `))`
}
