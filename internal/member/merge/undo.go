package merge

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// Merger is a merger that happened.
type Merger struct {
	Done
	Why, By, Union string
	At, Until      time.Time // Until: the end of the time in which it can be taken back
	UndoneAt       time.Time
	UndoneBy       string
	UndoneWhy      string
}

// Undoable reports whether there is still time to take a merger back.
func (m Merger) Undoable(now time.Time) bool { return m.UndoneAt.IsZero() && !now.After(m.Until) }

const mergerColumns = `member_id, seq, kept_id, reason, by_name, union_name, at, undo_until, undone_at, undone_by, undone_reason`

func mergers(ctx context.Context, tx *op.Tx, where string, args ...any) (all []Merger, err error) {
	err = tx.Each(ctx, `select `+mergerColumns+` from member_merge where `+where+` order by at desc, member_id, seq desc`, args, func(r db.Row) error {
		var m Merger
		err := r.Scan(&m.Gone, &m.Seq, &m.Kept, &m.Why, &m.By, &m.Union, db.Time(&m.At), db.Time(&m.Until), db.Time(&m.UndoneAt), &m.UndoneBy, &m.UndoneWhy)
		all = append(all, m)
		return err
	})
	return all, err
}

// no is why a merger is not taken back.
func no(msg string) *fault.Error { return fault.New(string(member.Divide), fault.Conflict, msg) }

// parting is the end of a merger.
type parting struct {
	*Service
	tx         *op.Tx
	keep, gone member.Member
	b          before
	why        string
}

// Undo takes the merger of a record back: both are as they were, but for what happened
// to the kept one meanwhile, which stays with it. Where that is in what the merger had
// written, nothing is undone (fault.Conflict "member.twin.touched", with its Fields).
func (s *Service) Undo(ctx context.Context, which member.ID, why string) (Done, error) {
	find := func(tx *op.Tx) (member.Member, error) { return s.members.Ask(ctx, tx, which) }
	return op.Write(ctx, s.desk, member.Divide, find, func(tx *op.Tx, gone member.Member) (Done, error) {
		why, err := member.Reason(member.Divide, why)
		if err != nil {
			return Done{}, err
		}
		m, err := s.undoable(ctx, tx, gone)
		if err != nil {
			return Done{}, err
		}
		keep, err := s.members.Ask(ctx, tx, m.Kept)
		if err != nil {
			return Done{}, err
		}
		if err := s.desk.Both(ctx, tx, member.Divide, keep.AuthzObject()); err != nil {
			return Done{}, err
		}
		if err := s.last(ctx, tx, m, keep); err != nil {
			return Done{}, err
		}
		if err := hold(ctx, tx, seen{keep.ID, keep.Version}, seen{gone.ID, gone.Version}); err != nil {
			return Done{}, err
		}
		p := parting{Service: s, tx: tx, keep: keep, gone: gone, why: why}
		if p.b, err = s.unseal(ctx, tx, gone.ID); err != nil {
			return Done{}, err
		}
		for _, step := range []func(context.Context) error{p.facts, p.consents, p.ties, p.works, p.state} {
			if err := step(ctx); err != nil {
				return Done{}, err
			}
		}
		return m.Done, p.told(ctx, m)
	})
}

// undoable is the merger that a record went into another by.
func (s *Service) undoable(ctx context.Context, tx *op.Tx, gone member.Member) (Merger, error) {
	if gone.State != member.Merged {
		return Merger{}, no("member.twin.apart")
	}
	all, err := mergers(ctx, tx, `member_id = $1 and undone_at is null`, string(gone.ID))
	switch {
	case err != nil:
		return Merger{}, err
	case len(all) == 0:
		return Merger{}, no("member.twin.apart")
	case !all[0].Undoable(tx.Now()):
		return Merger{}, no("member.twin.late")
	}
	return all[0], nil
}

// last refuses what is not the last merger of the kept record: those after it stand on
// what it made.
func (s *Service) last(ctx context.Context, tx *op.Tx, m Merger, keep member.Member) error {
	if keep.State == member.Merged {
		return no("member.twin.order")
	}
	if keep.Erased() {
		return no("member.twin.erased")
	}
	later, err := mergers(ctx, tx, `kept_id = $1 and undone_at is null and member_id <> $2 and at >= $3`, string(keep.ID), string(m.Gone), m.At.UnixMicro())
	if err == nil && len(later) > 0 {
		err = no("member.twin.order")
	}
	return err
}

func (s *Service) unseal(ctx context.Context, tx *op.Tx, which member.ID) (b before, err error) {
	var key, sealed []byte
	if err := tx.One(ctx, `select data_key, before from member where member_id = $1`, []any{string(which)}, &key, &sealed); err != nil {
		return b, err
	}
	if len(sealed) == 0 { // somebody of the two ended their account
		return b, no("member.twin.erased")
	}
	box, err := s.members.Box(key, which)
	if err != nil {
		return b, err
	}
	text, err := box.Open(sealed, "before")
	if err != nil {
		return b, err
	}
	return b, json.Unmarshal([]byte(text), &b)
}

// facts gives both records back what they knew and what guards them.
func (p *parting) facts(ctx context.Context) error {
	now, err := p.members.AskRaw(ctx, p.tx, p.keep.ID)
	if err != nil {
		return err
	}
	back, touched := restore(p.b.Keep, p.b.After, now)
	if len(touched) > 0 {
		return no("member.twin.touched").With(fault.Args{"Fields": joined(touched)})
	}
	if back != now {
		if err := p.members.Rewrite(ctx, p.tx, p.keep.ID, back); err != nil {
			return err
		}
	}
	if err := p.guards(ctx); err != nil || !p.keep.State.Belongs() || back.Document == now.Document {
		return err
	}
	return p.members.TakeDocument(ctx, p.tx, p.keep.ID) // where the merger let go of it
}

// guards gives the other record back what is found by it.
func (p *parting) guards(ctx context.Context) error {
	for i, had := range p.b.guards() {
		for _, v := range *had {
			if _, err := p.tx.Exec(ctx, guards[i].back, v, string(p.keep.ID), string(p.gone.ID)); err != nil {
				return err
			}
		}
	}
	if !p.b.State.Holds() {
		return nil
	}
	for _, v := range p.b.Phones { // the kept one may have left meanwhile, and let go of them
		mine, err := p.members.TakePhone(ctx, p.tx, p.gone.ID, v)
		if err == nil && !mine {
			err = no("member.twin.touched").With(fault.Args{"Fields": string(Phone)})
		}
		if err != nil {
			return err
		}
	}
	if len(p.b.Documents) == 0 {
		return nil
	}
	return p.members.TakeDocument(ctx, p.tx, p.gone.ID)
}

// restore is what the kept record knows without the merger; touched are the fields
// that the merger wrote and somebody changed since.
func restore(was, after, now member.Raw) (back member.Raw, touched []Field) {
	back = now
	for _, f := range append(Fields(), Account) {
		switch {
		case f.get(was) == f.get(after):
		case f.get(now) == f.get(after):
			f.set(&back, was)
		default:
			touched = append(touched, f)
		}
	}
	return back, touched
}

// joined are fields as one word of a fault.
func joined(all []Field) string {
	texts := make([]string, len(all))
	for i, f := range all {
		texts[i] = string(f)
	}
	return strings.Join(texts, ",")
}

// consents gives back what the merger narrowed, and takes what it brought, where the
// person has not decided anew since.
func (p *parting) consents(ctx context.Context) error {
	who := heir(p.keep, p.gone)
	said, err := consent.Of(ctx, p.tx, who)
	if err != nil {
		return err
	}
	for _, d := range consent.Latest(said) {
		if d.Way != consent.AtMerger || !slices.Contains(p.b.Back, d.Purpose) && !slices.Contains(p.b.Brought, d.Purpose) {
			continue
		}
		if err := decide(ctx, p.tx, p.members, who, d.Purpose, d.Version, !d.Given); err != nil {
			return err
		}
	}
	return nil
}

// ties gives back those that the merger carried over and that last.
func (p *parting) ties(ctx context.Context) error {
	gone := p.gone
	gone.State = p.b.State
	has, err := p.members.AskOwn(ctx, p.tx, p.keep)
	if err != nil {
		return err
	}
	old, err := p.members.AskOwn(ctx, p.tx, p.gone)
	if err != nil {
		return err
	}
	var carried []member.Tie
	for _, t := range has.Ties {
		if slices.Contains(p.b.TiesBegun, t.Seq) {
			carried = append(carried, t)
		}
	}
	today := clock.Day(p.tx.Now())
	if _, _, err := carry(ctx, p.tx, carried, p.keep.ID, gone, today); err != nil {
		return err
	}
	for _, t := range old.Ties { // that the kept one had, too
		both := slices.ContainsFunc(has.Ties, func(h member.Tie) bool {
			return h.Org == t.Org && h.Until == "" && !slices.Contains(p.b.TiesBegun, h.Seq)
		})
		if slices.Contains(p.b.TiesEnded, t.Seq) && (both || t.Org == p.keep.Union) {
			if _, err := tie(ctx, p.tx, gone, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// works gives back what the merger carried over and what lasts, and takes up again what the
// kept record has by itself, too. What either ended meanwhile stays so.
func (p *parting) works(ctx context.Context) error {
	keep, gone := string(p.keep.ID), string(p.gone.ID)
	old, err := work.Of(ctx, p.tx, gone)
	if err != nil {
		return err
	}
	has, err := work.Of(ctx, p.tx, keep)
	if err != nil {
		return err
	}
	today := clock.Day(p.tx.Now())
	if _, _, err := work.Carry(ctx, p.tx, member.Divide, keep, gone, today, func(w work.Work) bool { return slices.Contains(p.b.WorksBegun, w.Seq) }); err != nil {
		return err
	}
	for _, w := range old {
		both := slices.ContainsFunc(work.Now(has), func(h work.Work) bool { return h.Is(w) && !slices.Contains(p.b.WorksBegun, h.Seq) })
		if both && slices.Contains(p.b.WorksEnded, w.Seq) {
			if err := work.Follow(ctx, p.tx, gone, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// state makes the other record one of its own again.
func (p *parting) state(ctx context.Context) error {
	due := db.Micros(p.b.DueAt)
	if _, err := p.tx.Exec(ctx, `update member set state = $2, merged_into = null, before = null, due_at = $3, decided_at = $4, reason = $5, sought = 0 where member_id = $1`,
		string(p.gone.ID), string(p.b.State), due, db.Micros(p.b.DecidedAt), p.b.Reason); err != nil {
		return err
	}
	t := member.Term{Kind: member.Part, Union: p.gone.Union, UnionName: p.gone.UnionName, By: p.tx.Subject.Name, Reason: p.why}
	if err := p.members.Begin(ctx, p.tx, p.gone.ID, t); err != nil || p.b.State.Belongs() {
		return err
	}
	_, err := p.tx.Exec(ctx, `update member_term set until_at = $2 where member_id = $1 and until_at is null`, string(p.gone.ID), p.tx.Now().UnixMicro())
	return err
}

// told writes down that the merger is no more, and tells the others. The pair is open
// again, so that somebody says what the two are.
func (p *parting) told(ctx context.Context, m Merger) error {
	n, err := p.tx.Exec(ctx, `update member_merge set undone_at = $3, undone_by = $4, undone_reason = $5 where member_id = $1 and seq = $2 and undone_at is null`,
		string(m.Gone), m.Seq, p.tx.Now().UnixMicro(), p.tx.Subject.Name, p.why)
	if err == nil && n == 0 {
		err = no("member.twin.apart")
	}
	if err != nil {
		return err
	}
	if err := twin.Decide(ctx, p.tx, string(m.Kept), string(m.Gone), twin.Open, p.tx.Subject.Name, p.why); err != nil {
		return err
	}
	p.tx.Note("kept", string(m.Kept))
	p.tx.Emit(member.Parted{ID: m.Gone})
	var more []op.Event
	if p.keep.Person != p.gone.Person {
		more = append(more, member.Parted{ID: m.Kept})
	}
	return p.tx.Also(ctx, member.Divide, p.keep.AuthzObject(), more...)
}
