// Package parts says what of every domain belongs to a union and goes to the one
// that takes it over.
package parts

import (
	"context"
	"net/url"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/member/body"
	"nuanxin/internal/member/intake"
	memberdesk "nuanxin/internal/member/memberweb/desk"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/request/record"
	"nuanxin/internal/rights"
	"nuanxin/internal/station"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Domains are those that keep something of unions.
type Domains struct {
	Lists    *intake.Service
	Stations *station.Service
	Accounts *account.Service
	Requests *record.Store
	Rights   *rights.Service
	Firms    *platform.Service
}

// List returns the parts in the order in which they are told.
func (d Domains) List() []life.Part {
	return []life.Part{
		{Name: "members", Count: d.belonging, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, why string) (int64, error) {
			return body.MoveMembers(ctx, tx, from, union(into), why)
		}},
		{Name: "applicants", Count: body.Applying, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, _ string) (int64, error) {
			return body.MoveApplicants(ctx, tx, from, union(into))
		}},
		{Name: "ties", Count: body.Tied, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, _ string) (int64, error) {
			return body.MoveTies(ctx, tx, from, union(into))
		}},
		{Name: "lists", Count: d.Lists.OpenOf, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, _ string) (int64, error) {
			return d.Lists.Pass(ctx, tx, from, union(into))
		}},
		{Name: "requests", Count: d.Requests.OpenOf, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, _ string) (int64, error) {
			return d.Requests.Pass(ctx, tx, from, string(into.ID))
		}},
		{Name: "matters", Count: d.Requests.HandsOf, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, _ string) (int64, error) {
			return d.Requests.PassHands(ctx, tx, from, string(into.ID), into.Called())
		}},
		{Name: "asks", Count: d.Rights.OpenOf, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, _ string) (int64, error) {
			return d.Rights.Pass(ctx, tx, from, rights.Union{ID: string(into.ID), Name: into.Called(), Area: into.Area})
		}},
		{Name: "stations", Count: d.Stations.Hosted, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, _ string) (int64, error) {
			return d.Stations.Rehost(ctx, tx, from, string(into.ID))
		}},
		{Name: "firms", Count: d.Firms.Here, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, _ string) (int64, error) {
			return d.Firms.Follow(ctx, tx, from, string(into.ID))
		}},
		{Name: "staff", Count: d.Accounts.Seated, Move: func(ctx context.Context, tx *op.Tx, from string, into org.Org, _ string) (int64, error) {
			return d.Accounts.Reseat(ctx, tx, from, string(into.ID), into.Area)
		}},
	}
}

// belonging counts the members of a union.
func (d Domains) belonging(ctx context.Context, tx *op.Tx, union string) (int64, error) {
	all, err := body.Counts(ctx, tx, []string{union})
	return all[union], err
}

// Companies is what members need of companies. Firms may come later than they do.
type Companies struct {
	Firms    **platform.Service
	Accounts *account.Service
}

// UnionOf implements lead.Firms. The officer is who looks after the area.
func (c Companies) UnionOf(ctx context.Context, tx *op.Tx, works, area string) (member.Union, error) {
	o, err := (*c.Firms).UnionOf(ctx, tx, works, area)
	if err != nil {
		return member.Union{}, err
	}
	u := union(o)
	staff, err := c.Accounts.Staffed(ctx, tx, o.Area, authz.Cadre)
	if len(staff) > 0 {
		u.Officer = staff[0].Name
	}
	return u, err
}

// Around implements work.Firms.
func (c Companies) Around(ctx context.Context, tx *op.Tx, area string) ([]work.Firm, error) {
	found, err := (*c.Firms).Around(ctx, tx, area)
	all := make([]work.Firm, len(found))
	for i, f := range found {
		all[i] = work.Firm{ID: string(f.Firm), Name: f.Name}
	}
	return all, err
}

// Called implements work.Firms.
func (c Companies) Called(ctx context.Context, tx *op.Tx, name, area string) (work.Firm, error) {
	f, err := (*c.Firms).Named(ctx, tx, name, area)
	return work.Firm{ID: string(f.Firm), Name: f.Name}, err
}

// Follow is told in the transaction in which a union gets another area.
type Follow = func(ctx context.Context, tx *op.Tx, union, area string) error

// Relocate tells all who keep something by the area of a union.
func Relocate(all ...Follow) Follow {
	return func(ctx context.Context, tx *op.Tx, union, area string) error {
		for _, follow := range all {
			if err := follow(ctx, tx, union, area); err != nil {
				return err
			}
		}
		return nil
	}
}

// union is a union as members know it.
func union(o org.Org) member.Union {
	return member.Union{ID: string(o.ID), Name: o.Called(), Area: o.Area}
}

// Spread tells companies how the members of some areas spread.
func Spread(ctx context.Context, tx *op.Tx, areas []string) ([]platform.Spread, error) {
	found, err := body.Spreads(ctx, tx, areas)
	all := make([]platform.Spread, len(found))
	for i, s := range found {
		all[i] = platform.Spread{Union: org.ID(s.Union), Occupation: string(s.Occupation), N: s.N}
		for _, w := range s.Works {
			all[i].Works = append(all[i].Works, platform.Called{Firm: platform.Firm(w.ID), Name: w.Name})
		}
	}
	return all, err
}

// Occupations are those of members, in the reader's words.
func Occupations(ctx context.Context) []ui.Option {
	var all []ui.Option
	for _, o := range member.Occupations() {
		all = append(all, ui.Option{Value: string(o), Text: web.T(ctx, "member.occupation."+string(o))})
	}
	return all
}

// MembersOf is where the members of an occupation are listed.
func MembersOf(occupation string) string { return MembersIn(occupation, "") }

// MembersIn is where the members of an occupation in an area are listed.
func MembersIn(occupation, area string) string {
	q := url.Values{"tab": {"members"}, "occupation": {occupation}}
	if area != "" {
		q.Set("area", area)
	}
	return memberdesk.HrefMembers + "?" + q.Encode()
}
