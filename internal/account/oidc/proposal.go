package oidc

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/seal"
)

// This part is how a union's provider comes into force: the union's administrator, who
// knows it, proposes it; a security administrator of the area, who holds the rules of
// signing in, decides. Nobody has both powers, and nobody decides on their own.

// Draft is a provider as its union describes it.
type Draft struct {
	Org, Issuer, ClientID, Secret string

	Strong string // words, between spaces
}

// Proposal is a provider that waits for a security administrator.
type Proposal struct {
	Entry
	By     string // the name of who proposed it
	ByID   string
	Mine   bool // whoever asks proposed it
	Ousts  bool // the union has another in force, which ends with it
	sealed []byte
}

const (
	longest  = 200
	leastWhy = 4
)

// read returns the entry that d describes, or what is wrong with it.
func (s *Service) read(d Draft) (Entry, error) {
	e := Entry{ID: id.New[string](), Org: d.Org, Issuer: strings.TrimSpace(d.Issuer), ClientID: strings.TrimSpace(d.ClientID), Strong: strings.Fields(d.Strong)}
	var f fault.Form
	if !id.Valid(d.Org) {
		f.Add("org", "account.org.unknown", nil)
	}
	if err := s.Provider.Check(e.Issuer); err != nil || len(e.Issuer) > longest {
		f.Add("issuer", "account.provider.issuer", nil)
	}
	if e.ClientID == "" || len(e.ClientID) > longest {
		f.Add("client", "account.provider.client", nil)
	}
	if n := len(d.Secret); n < 8 || n > longest {
		f.Add("secret", "account.provider.secret", nil)
	}
	if len(d.Strong) > longest {
		f.Add("strong", "account.provider.strong_long", nil)
	}
	return e, f.Err(string(Propose))
}

// Propose proposes a provider of a union; its address to come back to holds from then on.
// What was proposed for the union before and waits still is withdrawn by it.
func (s *Service) Propose(ctx context.Context, d Draft) (string, error) {
	e, err := s.read(d)
	if err != nil {
		return "", err
	}
	sealed, err := s.Ring.Seal([]byte(d.Secret), draftPlace(e.ID))
	if err != nil {
		return "", err
	}
	describe := func(tx *op.Tx) (_ Entry, err error) {
		e.Area, err = s.Orgs.Area(ctx, tx, d.Org)
		return e, err
	}
	return op.Write(ctx, s.desk, Propose, describe, func(tx *op.Tx, e Entry) (string, error) {
		if err := tx.Lock(ctx, "provider "+e.Org); err != nil {
			return "", err
		}
		tx.Note("org", e.Org)
		tx.Note("issuer", e.Issuer)
		if _, err := tx.Exec(ctx, `update account_provider_draft set decided_at = $2, verdict = 'replaced', secret = null where org_id = $1 and decided_at is null`, e.Org, tx.Now().UnixMicro()); err != nil {
			return "", err
		}
		_, err := tx.Exec(ctx, `
			insert into account_provider_draft (draft_id, org_id, area, issuer, client_id, secret, strong, made_at, made_by, made_name, decided_at, decided_by, verdict, why)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, null, '', '', '')`,
			e.ID, e.Org, e.Area, e.Issuer, e.ClientID, sealed, strings.Join(e.Strong, " "), tx.Now().UnixMicro(), tx.Subject.ID, tx.Subject.Name)
		return e.ID, err
	})
}

// Proposals are those that wait and that whoever asks may see.
func (s *Service) Proposals(ctx context.Context) ([]Proposal, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Proposal, error) {
		var args db.Args
		where := scope.Where(authz.Columns{ID: "draft_id", Area: "area"}, &args)
		all, err := proposals(ctx, tx, where, args...)
		if err != nil || len(all) == 0 {
			return nil, err
		}
		orgs := make([]string, len(all))
		for i, p := range all {
			orgs[i] = p.Org
		}
		names, err := s.Orgs.Names(ctx, tx, orgs)
		if err != nil {
			return nil, err
		}
		for i := range all {
			all[i].Name, all[i].Mine = names[all[i].Org], all[i].ByID == tx.Subject.ID
			before, err := entries(ctx, tx, `org_id = $1`, all[i].Org)
			if err != nil {
				return nil, err
			}
			all[i].Ousts = len(before) > 0
		}
		return all, nil
	})
}

// Set puts a proposal into force. Another description is another provider: the union's
// provider before it ends, with all links to it. Conflict: it waits no more. Denied:
// whoever asks proposed it.
func (s *Service) Set(ctx context.Context, draft string) error {
	_, err := op.Write(ctx, s.desk, Set, waits(ctx, draft), func(tx *op.Tx, p Proposal) (bool, error) {
		if p.ByID == tx.Subject.ID {
			return false, fault.New(string(Set), fault.Denied, "account.provider.own")
		}
		if err := decide(ctx, tx, Set, p, "set", ""); err != nil {
			return false, err
		}
		// A union that has ended, or went elsewhere, gets no provider by an old word.
		area, err := s.Orgs.Area(ctx, tx, p.Org)
		if err == nil && area != p.Area {
			err = fault.New(string(Set), fault.Conflict, "account.provider.moved")
		}
		if err != nil {
			return false, err
		}
		secret, err := s.Ring.Open(p.sealed, draftPlace(p.ID))
		if err != nil {
			return false, err
		}
		sealed, err := s.Ring.Seal(secret, secretPlace(p.ID))
		if err != nil {
			return false, err
		}
		before, err := entries(ctx, tx, `org_id = $1`, p.Org)
		if err != nil {
			return false, err
		}
		for _, old := range before {
			if err := end(ctx, tx, old.ID); err != nil {
				return false, err
			}
		}
		return true, insert(ctx, tx, p.Entry, sealed)
	})
	return err
}

// Refuse says no to a proposal, with a reason that whoever proposed it reads.
func (s *Service) Refuse(ctx context.Context, draft, why string) error {
	why = strings.TrimSpace(plain.Line(why))
	if n := utf8.RuneCountInString(why); n < leastWhy || n > longest {
		var f fault.Form
		f.Add("why", "account.why.length", fault.Args{"Least": leastWhy, "Most": longest})
		return f.Err(string(Refuse))
	}
	_, err := op.Write(ctx, s.desk, Refuse, waits(ctx, draft), func(tx *op.Tx, p Proposal) (bool, error) {
		return true, decide(ctx, tx, Refuse, p, "refused", why)
	})
	return err
}

// Withdraw takes a proposal back.
func (s *Service) Withdraw(ctx context.Context, draft string) error {
	_, err := op.Write(ctx, s.desk, Withdraw, waits(ctx, draft), func(tx *op.Tx, p Proposal) (bool, error) {
		return true, decide(ctx, tx, Withdraw, p, "withdrawn", "")
	})
	return err
}

// Refused are the proposals that were refused lately, for those who may propose.
func (s *Service) Refused(ctx context.Context) ([]Verdict, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) (all []Verdict, err error) {
		var args db.Args
		where := scope.Where(authz.Columns{ID: "draft_id", Area: "area"}, &args)
		since := args.Add(tx.Now().AddDate(0, 0, -30).UnixMicro())
		err = tx.Each(ctx, `select org_id, issuer, decided_at, why from account_provider_draft where verdict = 'refused' and decided_at > `+since+` and `+where+` order by decided_at desc limit 10`, args, func(r db.Row) error {
			var v Verdict
			err := r.Scan(&v.Org, &v.Issuer, db.Time(&v.At), &v.Why)
			all = append(all, v)
			return err
		})
		return all, err
	})
}

// Verdict is what became of a proposal that was refused.
type Verdict struct {
	Org, Issuer, Why string

	At time.Time
}

// Redirect is where browsers come back to from a provider, as it must know it.
func (s *Service) Redirect(provider string) string { return s.Origin + s.Path(provider) }

func draftPlace(draft string) []byte { return seal.Place("account_provider_draft", "secret", draft) }

func proposals(ctx context.Context, tx *op.Tx, where string, args ...any) (all []Proposal, err error) {
	err = tx.Each(ctx, `
		select draft_id, org_id, area, issuer, client_id, secret, strong, made_at, made_by, made_name
		from account_provider_draft where decided_at is null and `+where+` order by area, draft_id`, args, func(r db.Row) error {
		var p Proposal
		var strong string
		err := r.Scan(&p.ID, &p.Org, &p.Area, &p.Issuer, &p.ClientID, &p.sealed, &strong, db.Time(&p.MadeAt), &p.ByID, &p.By)
		p.Strong = strings.Fields(strong)
		all = append(all, p)
		return err
	})
	return all, err
}

// waits finds a proposal that waits, or Missing.
func waits(ctx context.Context, draft string) func(*op.Tx) (Proposal, error) {
	return func(tx *op.Tx) (Proposal, error) {
		if id.Valid(draft) {
			all, err := proposals(ctx, tx, `draft_id = $1`, draft)
			if err != nil || len(all) > 0 {
				return append(all, Proposal{})[0], err
			}
		}
		return Proposal{}, fault.New("account.provider", fault.Missing, "account.provider.no_draft")
	}
}

// decide closes p; the secret goes with it. Of two who decide at once the second reads
// that somebody was faster.
func decide(ctx context.Context, tx *op.Tx, act authz.Action, p Proposal, verdict, why string) error {
	if err := tx.Lock(ctx, "provider "+p.Org); err != nil {
		return err
	}
	tx.Note("org", p.Org)
	tx.Note("issuer", p.Issuer)
	n, err := tx.Exec(ctx, `
		update account_provider_draft set decided_at = $2, decided_by = $3, verdict = $4, why = $5, secret = null where draft_id = $1 and decided_at is null`,
		p.ID, tx.Now().UnixMicro(), tx.Subject.ID, verdict, why)
	if err == nil && n == 0 {
		err = fault.New(string(act), fault.Conflict, "account.provider.decided")
	}
	return err
}
