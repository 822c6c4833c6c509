package member

import (
	"context"
	"strconv"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
)

// mostAlike is how many others are named for one reason.
const mostAlike = 5

// doubts are why one should look twice at applications: what each says of
// itself, and who else it may be; and those others, as far as the reader may see
// them. However many applications there are, it asks the database three times.
func (s *Service) doubts(ctx context.Context, tx *op.Tx, which ...Member) (map[ID][]Doubt, map[ID]Member, error) {
	var ids []ID
	for _, m := range which {
		if m.State == Applied {
			ids = append(ids, m.ID)
		}
	}
	all, others := map[ID][]Doubt{}, map[ID]Member{}
	if len(ids) == 0 {
		return all, others, nil
	}
	if err := s.alike(ctx, tx, ids, all); err != nil {
		return nil, nil, err
	}
	if err := s.odd(ctx, tx, ids, all); err != nil {
		return nil, nil, err
	}
	var named []ID
	for _, list := range all {
		for _, d := range list {
			if d.Other != "" {
				named = append(named, d.Other)
			}
		}
	}
	var args db.Args
	found, err := s.some(ctx, tx, `m.member_id in `+db.In(&args, named), args)
	for _, o := range found {
		if s.desk.Check(tx.Subject, See, o.AuthzObject()) == nil {
			others[o.ID] = o
		}
	}
	return all, others, err
}

// alikes are the reasons by which somebody is found, the strongest first.
var alikes = []struct {
	why Why
	on  string
}{
	{SameDocument, `o.doc_index = a.doc_index and a.doc_index <> ''`},
	{SameNameBirth, `o.birth_index = a.birth_index and a.birth_index <> ''`},
	{SameNameArea, `o.name_index = a.name_index and o.area = a.area`},
}

// alike adds who else the applications may be; each other once, by the
// strongest reason.
func (s *Service) alike(ctx context.Context, tx *op.Tx, ids []ID, all map[ID][]Doubt) error {
	var args db.Args
	in, most, q := db.In(&args, ids), args.Add(mostAlike), ""
	for i, look := range alikes {
		if i > 0 {
			q += ` union all `
		}
		q += `select ` + strconv.Itoa(i) + ` as strength, a.member_id as member_id, o.member_id as other,
				row_number() over (partition by a.member_id order by o.member_id) as n
			from member a join member o on ` + look.on + ` and o.member_id <> a.member_id and o.state in ('applied', 'active', 'kept')
			where a.member_id in ` + in
	}
	seen := map[[2]ID]bool{}
	return tx.Each(ctx, `select member_id, strength, other from (`+q+`) f where n <= `+most+` order by member_id, strength, other`, args, func(r db.Row) error {
		var which, other ID
		var i int
		err := r.Scan(&which, &i, &other)
		if err == nil && !seen[[2]ID{which, other}] {
			seen[[2]ID{which, other}] = true
			all[which] = append(all[which], Doubt{alikes[i].why, other})
		}
		return err
	})
}

// odd adds what the identity numbers say of themselves.
func (s *Service) odd(ctx context.Context, tx *op.Tx, ids []ID, all map[ID][]Doubt) error {
	var args db.Args
	today := clock.Day(tx.Now())
	return tx.Each(ctx, `select member_id, document from member where document is not null and member_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var which ID
		var sealed []byte
		if err := r.Scan(&which, &sealed); err != nil {
			return err
		}
		number, err := s.open(sealed, "document", which)
		if err != nil {
			return err
		}
		resident, err := idcard.ParseResident(number, today)
		if err == nil {
			all[which] = append(all[which], doubtsOf(resident, today)...)
		}
		return err
	})
}

// doubtful is the condition on rows m that a doubt stands against: an
// application like another one, or odd by itself.
func doubtful() string {
	q := `m.odd`
	for _, look := range []string{`m.doc_index <> '' and exists (select 1 from member o where o.doc_index = m.doc_index and `,
		`m.birth_index <> '' and exists (select 1 from member o where o.birth_index = m.birth_index and `,
		`exists (select 1 from member o where o.name_index = m.name_index and o.area = m.area and `} {
		q += ` or ` + look + `o.member_id <> m.member_id and o.state in ('applied', 'active', 'kept'))`
	}
	return `(m.state = 'applied' and (` + q + `))`
}
