package whose

import (
	"context"
	"strings"

	"nuanxin/internal/account"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// Held says what of every domain may be held; it needs all of them.
type Held struct {
	Accounts *account.Service
	Members  *member.Service
	Requests *record.Store
}

// Find implements hold.Subjects.
func (h Held) Find(ctx context.Context, tx *op.Tx, kind hold.Kind, number string) (hold.Subject, error) {
	number = strings.TrimSpace(number)
	missing := fault.New("hold.find", fault.Missing, "fault.missing")
	switch kind {
	case hold.Matter:
		q, err := h.Requests.Get(ctx, tx, request.Ref{Number: number})
		if err != nil {
			return hold.Subject{}, err
		}
		return hold.Subject{Kind: kind, ID: string(q.ID), Area: q.Place.Area, Called: q.Number}, nil
	case hold.Member:
		m, err := h.Members.AskNumber(ctx, tx, number)
		return hold.Subject{Kind: kind, ID: string(m.ID), Area: m.Area, Called: m.Number}, err
	case hold.Account:
		phone, err := idcard.ParseMobile(number)
		if err != nil {
			return hold.Subject{}, missing
		}
		who, err := h.Accounts.Whose(ctx, tx, phone)
		if err == nil && who == "" {
			err = missing
		}
		return hold.Subject{Kind: kind, ID: string(who)}, err
	}
	return hold.Subject{}, missing
}

// Things returns the ids of a worker's matters and members' records.
func (h Held) Things(ctx context.Context, tx *op.Tx, worker string) (all []string, err error) {
	members, err := h.Members.AskSome(ctx, tx, `m.person_id = $1`, db.Args{worker})
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		all = append(all, string(m.ID))
	}
	matters, err := h.Requests.IDsOf(ctx, tx, worker)
	return append(all, matters...), err
}
