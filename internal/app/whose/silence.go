package whose

import (
	"context"
	"slices"

	"nuanxin/internal/account"
	"nuanxin/internal/account/silence"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/half"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// Records know what is kept of who a worker is; it needs all of its domains.
type Records struct {
	Accounts *account.Service
	Members  *member.Service
	Checks   *verify.Service
	Halves   *half.Service
	Wards    consent.Wards
	Requests *record.Store
}

// mostMatters is how many matters of a worker are asked for a name, the newest first.
const mostMatters = 30

// Known implements silence.Records. A name is one by which any of them calls the worker:
// each was written by the worker, or read from a document.
func (r Records) Known(ctx context.Context, tx *op.Tx, worker string) (k silence.Known, err error) {
	members, err := r.Members.AskSome(ctx, tx, `m.person_id = $1`, db.Args{worker})
	if err != nil {
		return k, err
	}
	for _, m := range members {
		raw, err := r.Members.AskRaw(ctx, tx, m.ID)
		if err != nil {
			return k, err
		}
		if k.Names = append(k.Names, raw.Name); raw.Document != "" {
			k.Numbers = append(k.Numbers, raw.Document)
		}
	}
	if len(k.Numbers) > 0 {
		return k, nil
	}
	more, err := r.names(ctx, tx, worker)
	k.Names = append(k.Names, more...)
	return k, err
}

func (r Records) names(ctx context.Context, tx *op.Tx, worker string) ([]string, error) {
	name, _, err := r.Accounts.Contact(ctx, tx, worker)
	if err != nil {
		return nil, err
	}
	begun, err := r.Halves.Name(ctx, tx, worker)
	if err != nil {
		return nil, err
	}
	all, err := r.Wards.Names(ctx, tx, worker)
	if err != nil {
		return nil, err
	}
	said, err := r.said(ctx, tx, worker)
	return slices.Concat([]string{name, begun}, all, said), err
}

// said are the names that came with a worker's matters.
func (r Records) said(ctx context.Context, tx *op.Tx, worker string) (all []string, err error) {
	ids, err := r.Requests.IDsOf(ctx, tx, worker)
	slices.Sort(ids)
	slices.Reverse(ids)
	for _, which := range ids[:min(len(ids), mostMatters)] {
		if err != nil {
			return nil, err
		}
		var q *request.Request
		if q, err = r.Requests.Get(ctx, tx, request.Ref{ID: request.ID(which)}); fault.Is(err, fault.Missing) {
			err = nil
			continue
		}
		if err == nil {
			var name string
			name, _, err = r.Requests.Identity(q)
			all = append(all, name)
		}
	}
	return all, err
}

// Numbered implements silence.Records.
func (r Records) Numbered(ctx context.Context, tx *op.Tx, worker, number string) (bool, error) {
	return r.Checks.Numbered(ctx, tx, worker, number)
}

// Has implements silence.Records.
func (r Records) Has(ctx context.Context, tx *op.Tx, worker string) (bool, error) {
	return r.Checks.Numbered(ctx, tx, worker, "")
}
