package whose

import (
	"context"
	"strings"

	"nuanxin/internal/account"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/member/mend"
	"nuanxin/internal/op"
	"nuanxin/internal/rights"
)

// Fields are what is kept of workers that may be wrong; it needs both domains.
type Fields struct {
	Accounts *account.Service
	Members  *member.Service
}

// The fields, by whose they are.
const (
	accountName = "account.name"
	ofMember    = "member."
)

// Known implements rights.Fields.
func (f Fields) Known(ctx context.Context, tx *op.Tx, worker string) (all []rights.Field, err error) {
	name, _, err := f.Accounts.Contact(ctx, tx, worker)
	if err != nil {
		return nil, err
	}
	if name != "" {
		all = append(all, rights.Field{Name: accountName, Value: name, Masked: idcard.MaskName(name)})
	}
	m, err := f.Members.AskPerson(ctx, tx, worker)
	if err != nil || !m.State.Holds() {
		return all, fault.Unless(err, fault.Missing)
	}
	var jobs []string
	for _, o := range member.Occupations() {
		jobs = append(jobs, string(o))
	}
	return append(all,
		rights.Field{Name: ofMember + mend.FieldName, Value: m.Name, Masked: idcard.MaskName(m.Name)},
		rights.Field{Name: ofMember + mend.FieldOccupation, Value: string(m.Occupation), Masked: string(m.Occupation), Choice: jobs},
		rights.Field{Name: ofMember + mend.FieldWorks, Value: m.Works, Masked: m.Works}), nil
}

// Correct implements rights.Fields.
func (f Fields) Correct(ctx context.Context, tx *op.Tx, worker, field, value string) (string, error) {
	if field == accountName {
		return f.Accounts.CorrectName(ctx, tx, worker, value)
	}
	return mend.Correct(ctx, tx, f.Members, worker, strings.TrimPrefix(field, ofMember), value)
}
