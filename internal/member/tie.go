package member

import (
	"context"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
)

// Tie is an organisation that a member belongs to beside the union that leads: of a
// street, a platform, an industry. It gives nobody a right to the member's record.
type Tie struct {
	Seq     int64
	Kind    TieKind
	Org     string
	OrgName string // as it was called then
	From    string // the day, YYYY-MM-DD
	Until   string // the day on which it ended; empty: it lasts
	By      string // who added it
	EndedBy string // who ended it; empty while it lasts, and where it ended with the membership
}

// TieKind is what joins a member to an organisation. Its words are "member.tie."+TieKind.
type TieKind string

// The kinds of ties.
const (
	OfStreet   TieKind = "street"
	OfPlatform TieKind = "platform"
	OfIndustry TieKind = "industry"
)

// TieKinds are all kinds of ties.
func TieKinds() []TieKind { return []TieKind{OfStreet, OfPlatform, OfIndustry} }

// ties returns a member's ties, those that last first, then the newest.
func ties(ctx context.Context, tx *op.Tx, which ID) (all []Tie, err error) {
	err = tx.Each(ctx, `select seq, kind, org_id, org_name, from_day, until_day, by_name, ended_by from member_tie where member_id = $1 order by seq desc`, []any{string(which)}, func(r db.Row) error {
		var t Tie
		err := r.Scan(&t.Seq, &t.Kind, &t.Org, &t.OrgName, &t.From, &t.Until, &t.By, &t.EndedBy)
		all = append(all, t)
		return err
	})
	slices.SortStableFunc(all, func(a, b Tie) int { return strings.Compare(min(a.Until, "1"), min(b.Until, "1")) })
	return all, err
}

// day reads a day that is not to come and not before another.
func day(f *fault.Form, field, text, after, today string) string {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil || at.Format(time.DateOnly) != text || text < after || text > today {
		f.Add(field, "member.tie.day", fault.Args{"From": after})
	}
	return text
}

// Tie joins a member to an organisation beside the union, from a day on. Whom it was
// joined to already is fault.Conflict "member.tie.there".
func (s *Service) Tie(ctx context.Context, which ID, kind TieKind, org, from string) error {
	_, err := op.Write(ctx, s.desk, Bind, s.finder(ctx, which), func(tx *op.Tx, m Member) (bool, error) {
		var f fault.Form
		if !slices.Contains(TieKinds(), kind) {
			f.Add("kind", "member.tie.kind", nil)
		}
		day(&f, "from", from, "1949-10-01", clock.Day(tx.Now()))
		name, err := s.bodies.Called(ctx, tx, org)
		if fault.Is(err, fault.Missing) || err == nil && org == m.Union {
			f.Add("org", "member.tie.org", nil)
			err = nil
		}
		if err == nil {
			err = f.Err(string(Bind))
		}
		if err == nil && !m.State.Belongs() {
			err = fault.New(string(Bind), fault.Conflict, "member.changed")
		}
		if err != nil {
			return false, err
		}
		all, err := ties(ctx, tx, m.ID)
		if err != nil {
			return false, err
		}
		next := int64(1)
		for _, t := range all {
			if next = max(next, t.Seq+1); t.Org == org && t.Until == "" {
				return false, fault.New(string(Bind), fault.Conflict, "member.tie.there")
			}
		}
		tx.Note("org", org)
		_, err = tx.Exec(ctx, `insert into member_tie (member_id, seq, kind, org_id, org_name, from_day, until_day, by_name, ended_by) values ($1, $2, $3, $4, $5, $6, '', $7, '')`,
			string(m.ID), next, string(kind), org, name, from, tx.Subject.Name)
		return true, err
	})
	return err
}

// Untie ends a tie on a day.
func (s *Service) Untie(ctx context.Context, which ID, seq int64, until string) error {
	_, err := op.Write(ctx, s.desk, Bind, s.finder(ctx, which), func(tx *op.Tx, m Member) (bool, error) {
		all, err := ties(ctx, tx, m.ID)
		if err != nil {
			return false, err
		}
		i := slices.IndexFunc(all, func(t Tie) bool { return t.Seq == seq })
		if i < 0 {
			return false, fault.New(string(Bind), fault.Missing, "fault.missing")
		}
		var f fault.Form
		day(&f, "until", until, all[i].From, clock.Day(tx.Now()))
		if err := f.Err(string(Bind)); err != nil {
			return false, err
		}
		n, err := tx.Exec(ctx, `update member_tie set until_day = $3, ended_by = $4 where member_id = $1 and seq = $2 and until_day = ''`, string(m.ID), seq, until, tx.Subject.Name)
		if err == nil && n == 0 {
			err = fault.New(string(Bind), fault.Conflict, "member.changed")
		}
		tx.Note("org", all[i].Org)
		return true, err
	})
	return err
}

// loosen ends the ties of a membership that is over, on the day on which that was.
func (s *Service) loosen(ctx context.Context, e job.Event) error {
	var gone Gone
	if err := e.Decode(&gone); err != nil {
		return err
	}
	_, err := op.Write(authz.AsSystem(ctx, "member.ties"), s.desk, Bind, s.finder(ctx, gone.ID), func(tx *op.Tx, m Member) (bool, error) {
		if m.State.Belongs() {
			return false, nil
		}
		_, err := tx.Exec(ctx, `update member_tie set until_day = case when from_day > $2 then from_day else $2 end where member_id = $1 and until_day = ''`, string(m.ID), clock.Day(m.DecidedAt))
		return true, err
	})
	return err
}
