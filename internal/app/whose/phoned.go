package whose

import (
	"context"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/request/phoned"
)

// Holders know who has which phone; it needs all of its domains.
type Holders struct {
	Accounts *account.Service
	Phones   *phone.Service
	Members  *member.Service
}

// Has implements rights.Callers.
func (h Holders) Has(ctx context.Context, tx *op.Tx, worker string, proved time.Time) (string, func(string, time.Time) bool, error) {
	who, err := h.Holder(ctx, tx, worker)
	if !proved.IsZero() {
		who.Proved = proved
	}
	return who.Phone, who.Has, err
}

// Holder implements phoned.Holders.
func (h Holders) Holder(ctx context.Context, tx *op.Tx, worker string) (who phoned.Holder, err error) {
	if _, who.Phone, err = h.Accounts.Contact(ctx, tx, worker); err != nil || who.Phone == "" {
		return who, err
	}
	if who.Since, who.Proved, err = h.Phones.Proofs(ctx, tx, worker); err != nil {
		return who, err
	}
	m, err := h.Members.AskPerson(ctx, tx, worker)
	if err == nil && m.State.Belongs() && m.Channel != member.ByList { // of a list the union has compared nothing
		who.Name = m.Name
	}
	return who, fault.Unless(err, fault.Missing)
}
