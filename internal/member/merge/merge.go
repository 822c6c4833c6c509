package merge

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// Order is what a cadre decides about two records of one person.
type Order struct {
	Keep, Gone               member.ID
	KeepVersion, GoneVersion int64   // as they were seen
	Take                     []Field // that the kept record takes from the other one
	Why                      string  // the person reads it in their history
}

// Done names a merger.
type Done struct {
	Kept member.ID `json:"kept"`
	Gone member.ID `json:"gone"`
	Seq  int64     `json:"seq"`
}

// before is what the merger changed, so that it can be taken back.
type before struct {
	Keep, After member.Raw // what the kept record knew, and what the merger wrote
	State       member.State
	DueAt       time.Time
	DecidedAt   time.Time
	Reason      string
	Phones      []string // guards of the other record, by their index
	Documents   []string
	Numbers     []string
	TiesEnded   []int64  // of the other record
	TiesBegun   []int64  // of the kept one
	WorksEnded  []int64  // of the other record
	WorksBegun  []int64  // of the kept one
	Back        []string // purposes that the kept one agrees to no longer
	Brought     []string // that it agrees to by the other one
	At          time.Time
}

// joining is a merger while it happens.
type joining struct {
	*Service
	tx         *op.Tx
	keep, gone member.Member
	b          before
	why        string
}

// Merge puts one record into another, in one transaction. Who came first is told:
// fault.Conflict "member.changed".
func (s *Service) Merge(ctx context.Context, o Order) (Done, error) {
	find := func(tx *op.Tx) (member.Member, error) { return s.members.Ask(ctx, tx, o.Keep) }
	return op.Write(ctx, s.desk, member.Combine, find, func(tx *op.Tx, keep member.Member) (Done, error) {
		why, err := member.Reason(member.Combine, o.Why)
		if err != nil {
			return Done{}, err
		}
		gone, err := s.members.Ask(ctx, tx, o.Gone)
		if err != nil {
			return Done{}, err
		}
		if err := s.desk.Both(ctx, tx, member.Combine, gone.AuthzObject()); err != nil {
			return Done{}, err
		}
		if err := fits(keep, gone); err != nil {
			return Done{}, err
		}
		if err := hold(ctx, tx, seen{keep.ID, o.KeepVersion}, seen{gone.ID, o.GoneVersion}); err != nil {
			return Done{}, err
		}
		j := joining{Service: s, tx: tx, keep: keep, gone: gone, why: why}
		j.b = before{State: gone.State, DueAt: gone.DueAt, DecidedAt: gone.DecidedAt, Reason: gone.Reason, At: tx.Now()}
		for _, step := range []func(context.Context) error{j.facts(o.Take), j.ties, j.works, j.store, j.pairs} {
			if err := step(ctx); err != nil {
				return Done{}, err
			}
		}
		return j.told(ctx)
	})
}

// seen is a record as somebody saw it.
type seen struct {
	id      member.ID
	version int64
}

// hold moves two records to their next versions, which keeps everybody else from
// both, in one order whoever comes; one that is not as it was seen is a conflict.
func hold(ctx context.Context, tx *op.Tx, two ...seen) error {
	slices.SortFunc(two, func(a, b seen) int { return strings.Compare(string(a.id), string(b.id)) })
	by := ""
	if tx.Subject.Kind == authz.Staff {
		by = tx.Subject.Name
	}
	for _, r := range two {
		n, err := tx.Exec(ctx, `update member set version = version + 1, changed_by = $3, changed_at = $4 where member_id = $1 and version = $2`, string(r.id), r.version, by, tx.Now().UnixMicro())
		if err == nil && n == 0 {
			err = fault.New(string(member.Combine), fault.Conflict, "member.changed")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// facts puts together what the two know, and gives the kept one what guards the other.
func (j *joining) facts(take []Field) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		tx, keep, gone := j.tx, string(j.keep.ID), string(j.gone.ID)
		other, err := j.members.AskRaw(ctx, tx, j.gone.ID)
		if err != nil {
			return err
		}
		if j.b.Keep, err = j.members.AskRaw(ctx, tx, j.keep.ID); err != nil {
			return err
		}
		j.b.After = choose(j.b.Keep, other, take)
		if err := j.consents(ctx); err != nil {
			return err
		}
		for i, had := range j.b.guards() {
			if *had, err = texts(ctx, tx, guards[i].of, gone); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, guards[i].lead, gone, keep); err != nil {
				return err
			}
		}
		if j.b.After == j.b.Keep {
			return nil
		}
		if err := j.members.Rewrite(ctx, tx, j.keep.ID, j.b.After); err != nil {
			return err
		}
		if !j.keep.State.Belongs() || j.b.After.Document == j.b.Keep.Document {
			return nil
		}
		return j.members.TakeDocument(ctx, tx, j.keep.ID)
	}
}

// guards are what leads to a record: how all of one is read, led to another, and one
// value led back.
var guards = [3]struct{ of, lead, back string }{
	{`select phone from member_phone where member_id = $1 order by phone`, `update member_phone set member_id = $2 where member_id = $1`,
		`update member_phone set member_id = $3 where phone = $1 and member_id = $2`},
	{`select document from member_document where member_id = $1 order by document`, `update member_document set member_id = $2 where member_id = $1`,
		`update member_document set member_id = $3 where document = $1 and member_id = $2`},
	{`select number from member_number where member_id = $1 order by number`, `update member_number set member_id = $2 where member_id = $1`,
		`update member_number set member_id = $3 where number = $1 and member_id = $2`},
}

// guards are those of the other record, in their order.
func (b *before) guards() [3]*[]string { return [3]*[]string{&b.Phones, &b.Documents, &b.Numbers} }

// texts reads one column.
func texts(ctx context.Context, tx *op.Tx, query string, args ...any) (all []string, err error) {
	err = tx.Each(ctx, query, args, func(r db.Row) error {
		var s string
		err := r.Scan(&s)
		all = append(all, s)
		return err
	})
	return all, err
}

// consents leaves what both agreed to, with the account that the kept record leads to.
func (j *joining) consents(ctx context.Context) error {
	tx, who := j.tx, heir(j.keep, j.gone)
	keep, err := agreed(ctx, tx, who)
	if err != nil {
		return err
	}
	gone, err := agreed(ctx, tx, j.gone.Person)
	if err != nil {
		return err
	}
	back, bring, lost := narrow(keep, gone)
	if who != "" {
		for _, p := range back {
			if err := decide(ctx, tx, j.members, who, p, latest(keep, p).Version, false); err != nil {
				return err
			}
		}
		for _, g := range bring {
			if err := decide(ctx, tx, j.members, who, g.Purpose, g.Version, true); err != nil {
				return err
			}
			j.b.Brought = append(j.b.Brought, g.Purpose)
		}
	}
	if j.b.Back = back; !lost {
		return nil
	}
	j.b.After.Document, j.b.After.Born = "", ""
	_, err = tx.Exec(ctx, `delete from member_document where member_id in ($1, $2)`, string(j.keep.ID), string(j.gone.ID))
	return err
}

// heir is the account that the kept record leads to: its own, or the other one's where
// it has none.
func heir(keep, gone member.Member) string {
	if keep.Person == "" {
		return gone.Person
	}
	return keep.Person
}

// decide adds what the merger decides for a person, and lets what is kept by it follow.
func decide(ctx context.Context, tx *op.Tx, members *member.Service, who, purpose string, version int64, yes bool) error {
	d := consent.Decision{Said: consent.Said{Purpose: purpose, Version: version}, Given: yes, Way: consent.AtMerger}
	if err := consent.Record(ctx, tx, who, d); err != nil || purpose == document {
		return err // the number is part of what the two are put together from
	}
	return members.Decided(ctx, tx, who, purpose, yes)
}

// latest is the newest row of a purpose.
func latest(all []given, purpose string) (last given) {
	for _, g := range all {
		if g.Purpose == purpose {
			last = g
		}
	}
	return last
}

func agreed(ctx context.Context, tx *op.Tx, who string) (all []given, err error) {
	said, err := consent.Of(ctx, tx, who)
	for _, d := range said {
		if d.Given {
			all = append(all, given{Purpose: d.Purpose, Version: d.Version, At: d.At})
		} else if n := len(all); n > 0 && all[n-1].Purpose == d.Purpose {
			all[n-1].WithdrawnAt = d.At
		}
	}
	return all, err
}

// ties gives the kept record the ties of the other one that last, from their own days.
func (j *joining) ties(ctx context.Context) error {
	all, err := j.members.AskOwn(ctx, j.tx, j.gone)
	if err != nil {
		return err
	}
	j.b.TiesEnded, j.b.TiesBegun, err = carry(ctx, j.tx, all.Ties, j.gone.ID, j.keep, clock.Day(j.b.At))
	return err
}

// works gives the kept record what the other one works for now, from its own days.
func (j *joining) works(ctx context.Context) (err error) {
	j.b.WorksEnded, j.b.WorksBegun, err = work.Carry(ctx, j.tx, member.Combine, string(j.gone.ID), string(j.keep.ID), clock.Day(j.b.At), nil)
	return err
}

// carry ends those of some ties of a record that last, on a day, and begins them for
// another one that has none to the same organisation. Where that one is over, they end.
func carry(ctx context.Context, tx *op.Tx, ties []member.Tie, from member.ID, into member.Member, today string) (ended, begun []int64, err error) {
	for _, t := range slices.Backward(ties) {
		if t.Until != "" {
			continue
		}
		if _, err := tx.Exec(ctx, `update member_tie set until_day = case when from_day > $3 then from_day else $3 end, ended_by = $4 where member_id = $1 and seq = $2`,
			string(from), t.Seq, today, tx.Subject.Name); err != nil {
			return nil, nil, err
		}
		ended = append(ended, t.Seq)
		seq, err := tie(ctx, tx, into, t)
		if err != nil {
			return nil, nil, err
		}
		if seq > 0 {
			begun = append(begun, seq)
		}
	}
	return ended, begun, nil
}

// tie begins a tie for a record; 0 where it has one, leads there itself, or is over.
func tie(ctx context.Context, tx *op.Tx, into member.Member, t member.Tie) (seq int64, err error) {
	var there int64
	if err := tx.One(ctx, `select coalesce(max(seq), 0) + 1, coalesce(sum(case when org_id = $2 and until_day = '' then 1 else 0 end), 0) from member_tie where member_id = $1`,
		[]any{string(into.ID), t.Org}, &seq, &there); err != nil || there > 0 || t.Org == into.Union || !into.State.Belongs() {
		return 0, err
	}
	_, err = tx.Exec(ctx, `insert into member_tie (member_id, seq, kind, org_id, org_name, from_day, until_day, by_name, ended_by) values ($1, $2, $3, $4, $5, $6, '', $7, '')`,
		string(into.ID), seq, string(t.Kind), t.Org, t.OrgName, t.From, t.By)
	return seq, err
}

// store leads the other record to the kept one, with what is needed to part them.
func (j *joining) store(ctx context.Context) error {
	text, err := json.Marshal(j.b)
	if err != nil {
		return err
	}
	box, err := j.members.BoxOf(ctx, j.tx, j.gone.ID)
	if err != nil {
		return err
	}
	sealed, err := box.Seal(string(text), "before")
	if err != nil {
		return err
	}
	if _, err := j.tx.Exec(ctx, `update member set state = 'merged', merged_into = $2, before = $3, due_at = null, decided_at = $4, area = home_area where member_id = $1`,
		string(j.gone.ID), string(j.keep.ID), sealed, j.b.At.UnixMicro()); err != nil {
		return err
	}
	return j.members.Begin(ctx, j.tx, j.gone.ID, member.Term{Kind: member.Merge, Union: j.keep.Union, UnionName: j.keep.UnionName, By: j.tx.Subject.Name, Reason: j.why})
}

// pairs keeps that the two are one, and lets whoever was like the other one be
// compared with the kept one.
func (j *joining) pairs(ctx context.Context) error {
	keep, gone := string(j.keep.ID), string(j.gone.ID)
	near, err := twin.Of(ctx, j.tx, []string{gone})
	if err != nil {
		return err
	}
	if err := twin.Lie(ctx, j.tx, gone); err != nil {
		return err
	}
	if err := twin.Decide(ctx, j.tx, keep, gone, twin.Merged, j.tx.Subject.Name, j.why); err != nil {
		return err
	}
	which := []string{keep}
	for _, p := range near {
		if p.Other != keep {
			which = append(which, p.Other)
		}
	}
	return twin.Seek(ctx, j.tx, which...)
}

// told writes the merger down and tells the others.
func (j *joining) told(ctx context.Context) (Done, error) {
	d := Done{Kept: j.keep.ID, Gone: j.gone.ID}
	u, err := j.members.AskUnion(ctx, j.tx, j.keep.Area)
	if err != nil && !fault.Is(err, fault.Missing) {
		return d, err
	}
	days, err := j.members.Rule(ctx, j.tx, "merge_undo_days")
	if err != nil {
		return d, err
	}
	if err := j.tx.One(ctx, `select coalesce(max(seq), 0) + 1 from member_merge where member_id = $1`, []any{string(d.Gone)}, &d.Seq); err != nil {
		return d, err
	}
	if _, err := j.tx.Exec(ctx, `
		insert into member_merge (member_id, seq, kept_id, reason, by_name, union_name, at, undo_until, undone_at, undone_by, undone_reason) values ($1, $2, $3, $4, $5, $6, $7, $8, null, '', '')`,
		string(d.Gone), d.Seq, string(d.Kept), j.why, j.tx.Subject.Name, u.Name, j.b.At.UnixMicro(), j.b.At.AddDate(0, 0, int(days)).UnixMicro()); err != nil {
		return d, err
	}
	j.tx.Note("gone", string(d.Gone))
	j.tx.Emit(member.Combined{ID: d.Kept, Gone: d.Gone})
	var more []op.Event
	if j.gone.Person != "" && j.gone.Person != j.b.After.Person { // another account: it is told, too
		more = append(more, member.Combined{ID: d.Gone, Into: d.Kept})
	}
	return d, j.tx.Also(ctx, member.Combine, j.gone.AuthzObject(), more...)
}
