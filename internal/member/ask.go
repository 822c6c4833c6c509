package member

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// Ask returns a member to a room of this domain, in its transaction; the room's own
// action decides who may ask. None is fault.Missing.
func (s *Service) Ask(ctx context.Context, tx *op.Tx, which ID) (Member, error) {
	return s.get(ctx, tx, which)
}

// ofPerson selects an account's memberships; one that was merged only where there is
// no other, and then its state tells.
const ofPerson = `m.person_id = $1 and (m.state <> 'merged' or not exists (select 1 from member o where o.person_id = $1 and o.state <> 'merged'))`

// AskPerson is [Service.Ask] for the newest membership of an account, be it over.
func (s *Service) AskPerson(ctx context.Context, tx *op.Tx, person string) (Member, error) {
	return s.one(ctx, tx, ofPerson, person)
}

// AskNumber is [Service.Ask] for whoever has a number.
func (s *Service) AskNumber(ctx context.Context, tx *op.Tx, number string) (Member, error) {
	return s.one(ctx, tx, `m.member_id = (select n.member_id from member_number n where n.number = $1)`, number)
}

// AskSome is [Service.Ask] for those rows m that a condition selects.
func (s *Service) AskSome(ctx context.Context, tx *op.Tx, where string, args db.Args) ([]Member, error) {
	return s.some(ctx, tx, where, args)
}

// AskOwn adds to a member the history, the ties, the works and what was agreed to.
func (s *Service) AskOwn(ctx context.Context, tx *op.Tx, m Member) (o Own, err error) {
	o.Member = m
	if o.Terms, err = history(ctx, tx, m.ID); err != nil {
		return o, err
	}
	if o.Ties, err = ties(ctx, tx, m.ID); err != nil {
		return o, err
	}
	if o.Worked, err = work.Of(ctx, tx, string(m.ID)); err != nil {
		return o, err
	}
	if err = work.Call(ctx, tx, s.posts, o.Worked); err != nil {
		return o, err
	}
	o.Consents, err = consents(ctx, tx, m.Person)
	return o, err
}

// AskUnion returns the union of an area.
func (s *Service) AskUnion(ctx context.Context, tx *op.Tx, area string) (Union, error) {
	return s.orgs.UnionFor(ctx, tx, area)
}

// AskPhone returns the phone of a worker's account.
func (s *Service) AskPhone(ctx context.Context, tx *op.Tx, worker string) (phone string, err error) {
	_, phone, err = s.people.Contact(ctx, tx, worker)
	return phone, err
}

// Rule is the value of a rule that counts now.
func (s *Service) Rule(ctx context.Context, tx *op.Tx, name string) (int64, error) {
	return rule(ctx, tx, name)
}

// Waiting is the condition on rows m that the union has something to decide, in the
// words of the index.
const Waiting = `(m.state = 'applied' or m.to_id is not null)`

// Scan reads [Columns], and before them what else was selected into first.
func (s *Service) Scan(r db.Row, first ...any) (Member, error) { return s.scan(r, first...) }

// Box returns what the values of a row are sealed in, of its column data_key.
func (s *Service) Box(key []byte, row ID) (Box, error) { return s.box(key, row) }

// BoxOf returns the box of a row that is there.
func (s *Service) BoxOf(ctx context.Context, tx *op.Tx, which ID) (Box, error) {
	return s.boxOf(ctx, tx, which)
}

// Fresh returns the box of a new row, and what to keep in its column data_key.
func (s *Service) Fresh(row ID) (Box, []byte, error) { return s.fresh(row) }

// Index is the blind index by which members are found; of nothing it is nothing.
func (s *Service) Index(sort, value string) string { return s.index(sort, value) }

// DropDocument forgets the identity number of a member who does not agree to it.
func (s *Service) DropDocument(ctx context.Context, tx *op.Tx, which ID) error {
	return forgetDocument(ctx, tx, which)
}
