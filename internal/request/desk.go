package request

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Look says that staff opened the request. The first look puts a name on the
// worker's timeline; later ones leave no trace there and are no conflict.
func (s *Service) Look(ctx context.Context, ref Ref) (Receipt, error) {
	return s.act(ctx, Look, ref, func(tx *op.Tx, m *matter) error {
		m.looked(tx)
		return nil
	})
}

// Assign gives the matter to an officer, by staff id and name.
func (s *Service) Assign(ctx context.Context, ref Ref, officer, name string) (Receipt, error) {
	return s.act(ctx, Assign, ref, func(tx *op.Tx, m *matter) error {
		name, err := need(Assign, "officer", name, maxShort)
		if err != nil {
			return err
		}
		if !id.Valid(officer) {
			return wrong(string(Assign), "officer", "fault.empty")
		}
		if err := m.fit(KindAssigned); err != nil {
			return err
		}
		m.looked(tx)
		m.Officer, m.OfficerName = officer, name
		m.add(tx, Entry{Kind: KindAssigned, Readers: ToWorker | ToStaff, Words: name})
		return nil
	})
}

// Class is how staff sort a matter. Nil leaves a part as it is.
type Class struct {
	Topic *string
	Title *string // holds no person: bodies and lists show it
	Heard *string // what the voice message says
	Area  *string // the matter belongs to another union's area
	Place *string
	Hide  *bool
}

// Classify sorts the matter, without the worker noticing.
func (s *Service) Classify(ctx context.Context, ref Ref, c Class) (Receipt, error) {
	return s.act(ctx, Classify, ref, func(tx *op.Tx, m *matter) error {
		m.looked(tx)
		if err := s.sort(ctx, tx, m, c); err != nil {
			return err
		}
		m.add(tx, Entry{Kind: KindClassified, Readers: ToStaff, Fact: m.Topic})
		return s.index(ctx, tx, m.ID, m.Title, m.Heard, m.Place.Text)
	})
}

func (s *Service) sort(ctx context.Context, tx *op.Tx, m *matter, c Class) (err error) {
	for _, t := range []struct {
		name string
		from *string
		to   *string
		most int
	}{{"title", c.Title, &m.Title, maxShort}, {"heard", c.Heard, &m.Heard, maxWords}, {"place", c.Place, &m.Place.Text, maxShort}} {
		if t.from == nil {
			continue
		}
		if *t.to, err = short(Classify, t.name, *t.from, t.most); err != nil {
			return err
		}
	}
	if c.Topic != nil {
		if _, ok := TopicOf(*c.Topic); !ok {
			return wrong(string(Classify), "topic", "request.topic.unknown")
		}
		m.Topic = *c.Topic
		m.Hidden = m.Hidden || m.limits.veils(m.Topic) // sorting never uncovers
	}
	if c.Hide != nil {
		m.Hidden = *c.Hide
	}
	if c.Area == nil || *c.Area == m.Place.Area && m.AreaKnown {
		return nil
	}
	u, err := s.needs.Orgs.UnionFor(ctx, tx, *c.Area)
	if err != nil {
		return wrong(string(Classify), "area", "request.area.wrong")
	}
	m.Place.Area, m.AreaKnown, m.Union = *c.Area, true, u.ID
	return nil
}

// Task is what the union asks of one body.
type Task struct {
	Body     string // organisation id
	Lead     bool
	Words    string // what to do; the body reads these, not the worker's
	Deadline time.Time
}

// Dispatch hands the matter to one or several bodies. The first is the lead if
// none is marked. What was sent back before counts as acted upon.
func (s *Service) Dispatch(ctx context.Context, ref Ref, tasks ...Task) (Receipt, error) {
	return s.act(ctx, Send, ref, func(tx *op.Tx, m *matter) error {
		if err := m.fit(KindDispatched); err != nil {
			return err
		}
		if err := m.checkTasks(tasks, tx.Now()); err != nil {
			return err
		}
		ids := make([]string, len(tasks))
		for i, t := range tasks {
			ids[i] = t.Body
		}
		names, err := s.needs.Orgs.Names(ctx, tx, ids)
		if err != nil {
			return err
		}
		m.looked(tx)
		m.settleBounced(tx)
		led := slices.ContainsFunc(m.ds, func(d Dispatch) bool { return d.Lead && d.holds() }) || slices.ContainsFunc(tasks, func(t Task) bool { return t.Lead })
		for i, t := range tasks {
			if names[t.Body] == "" {
				return wrong(string(Send), "body", "request.body.unknown")
			}
			words, err := need(Send, "task", t.Words, maxWords)
			if err != nil {
				return err
			}
			s.hand(tx, m, Dispatch{Body: t.Body, BodyName: names[t.Body], Lead: t.Lead || i == 0 && !led, Task: words, Deadline: t.Deadline})
		}
		if m.Status != StatusWaiting {
			m.settle()
		}
		return nil
	})
}

// checkTasks refuses tasks that say nothing, are late before they start, or go
// to who has the matter already.
func (m *matter) checkTasks(tasks []Task, now time.Time) error {
	if len(tasks) == 0 {
		return wrong(string(Send), "body", "fault.empty")
	}
	leads := 0
	for i, t := range tasks {
		if t.Lead {
			leads++
		}
		twice := slices.ContainsFunc(tasks[:i], func(o Task) bool { return o.Body == t.Body })
		switch {
		case !id.Valid(t.Body):
			return wrong(string(Send), "body", "fault.empty")
		case t.Deadline.IsZero() || !t.Deadline.After(now):
			return wrong(string(Send), "deadline", "request.deadline.past")
		case t.Deadline.After(now.AddDate(1, 0, 0)):
			return wrong(string(Send), "deadline", "request.deadline.far")
		case twice || slices.ContainsFunc(m.ds, func(d Dispatch) bool { return d.Body == t.Body && d.holds() && d.State != DispatchReported }):
			return wrong(string(Send), "body", "request.body.twice")
		}
	}
	if leads > 1 {
		return wrong(string(Send), "lead", "request.lead.one")
	}
	return nil
}

// hand adds a dispatch to the matter. After so many bounces the union decides:
// what it hands out then cannot be sent back.
func (s *Service) hand(tx *op.Tx, m *matter, d Dispatch) {
	d.ID, d.State, d.SentAt = id.New[DispatchID](), DispatchSent, tx.Now()
	d.Attempt = len(m.ds) + 1
	d.Final = m.Bounces >= m.limits.Bounces
	m.ds = append(m.ds, d)
	m.add(tx, Entry{Kind: KindDispatched, Readers: ToWorker | ToStaff | ToBody, Dispatch: d.ID, Body: d.Body, BodyName: d.BodyName, Until: d.Deadline})
	tx.Emit(Dispatched{ID: m.ID, Number: m.Number, Dispatch: d.ID, Body: d.Body})
}

// settleBounced marks what was sent back as acted upon.
func (m *matter) settleBounced(tx *op.Tx) {
	for i := range m.ds {
		if m.ds[i].State == DispatchBounced {
			m.ds[i].State, m.ds[i].EndedAt = DispatchSettled, tx.Now()
		}
	}
}

// Recall takes the matter from a body; it sees it no more. For one that was
// sent back it says that no other body is needed.
func (s *Service) Recall(ctx context.Context, ref Ref, did DispatchID, why string) (Receipt, error) {
	return s.act(ctx, Recall, ref, func(tx *op.Tx, m *matter) error {
		why, err := need(Recall, "why", why, maxShort)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(m.ds, func(d Dispatch) bool { return d.ID == did })
		switch {
		case i < 0:
			return fault.New(string(Recall), fault.Missing, "fault.missing")
		case m.ds[i].State == DispatchRecalled || m.ds[i].State == DispatchSettled:
			return fault.New(string(Recall), fault.Conflict, "request.dispatch.over")
		}
		if err := m.fit(KindRecalled); err != nil {
			return err
		}
		d := &m.ds[i]
		if d.State == DispatchBounced {
			d.State = DispatchSettled
		} else {
			d.State = DispatchRecalled
		}
		d.EndedAt = tx.Now()
		m.add(tx, Entry{Kind: KindRecalled, Readers: ToWorker | ToStaff, Dispatch: d.ID, Body: d.Body, BodyName: d.BodyName, Words: why})
		if slices.Contains(busy, m.Status) {
			m.settle()
		}
		return nil
	})
}

// Message is what staff say to the worker, or to each other.
type Message struct {
	Words     string
	Files     []File
	Followers bool // those whose requests were merged into this one read it, too
}

// Tell says something to the worker that is not yet the answer.
func (s *Service) Tell(ctx context.Context, ref Ref, msg Message) (Receipt, error) {
	return s.speak(ctx, Tell, KindTold, ref, msg, func(m *matter, _ time.Time) {})
}

// Answer tells the worker the result. The office's time stops until the worker
// says whether it is solved.
func (s *Service) Answer(ctx context.Context, ref Ref, msg Message) (Receipt, error) {
	return s.speak(ctx, Answer, KindAnswered, ref, msg, func(m *matter, now time.Time) {
		m.Status, m.AnsweredAt = StatusAnswered, now
		for i := range m.ds {
			if m.ds[i].State == DispatchBounced {
				m.ds[i].State, m.ds[i].EndedAt = DispatchSettled, now
			}
		}
	})
}

// Ask asks the worker for something. The clocks wait, visibly, until the worker
// replies.
func (s *Service) Ask(ctx context.Context, ref Ref, msg Message) (Receipt, error) {
	return s.speak(ctx, Ask, KindAsked, ref, msg, func(m *matter, _ time.Time) { m.Status = StatusWaiting })
}

// speak is what Tell, Answer and Ask share.
func (s *Service) speak(ctx context.Context, act authz.Action, k Kind, ref Ref, msg Message, then func(*matter, time.Time)) (Receipt, error) {
	return s.act(ctx, act, ref, func(tx *op.Tx, m *matter) error {
		y, err := Say{msg.Words, msg.Files}.tidy(string(act), false)
		if err != nil {
			return err
		}
		if err := m.fit(k); err != nil {
			return err
		}
		m.looked(tx)
		e := m.add(tx, Entry{Kind: k, Readers: ToWorker | ToStaff, Words: y.Words})
		m.attach(e, y.Files, "")
		then(m, tx.Now())
		m.told(tx, k)
		if k == KindAnswered {
			tx.Emit(Answered{ID: m.ID})
		}
		if !msg.Followers || k == KindAsked {
			return nil
		}
		return s.tellFollowers(ctx, tx, m, k, y.Words, "")
	})
}

// Note keeps something between staff: neither the worker nor a body reads it.
func (s *Service) Note(ctx context.Context, ref Ref, msg Message) (Receipt, error) {
	return s.act(ctx, Note, ref, func(tx *op.Tx, m *matter) error {
		y, err := Say{msg.Words, msg.Files}.tidy(string(Note), false)
		if err != nil {
			return err
		}
		e := m.add(tx, Entry{Kind: KindNoted, Readers: ToStaff, Words: y.Words})
		m.attach(e, y.Files, "")
		return nil
	})
}

// Release lets the bodies see one of the worker's files, or takes that back. The
// voice of a worker who is hidden cannot be released.
func (s *Service) Release(ctx context.Context, ref Ref, aid AttachmentID, release bool) (Receipt, error) {
	return s.act(ctx, Release, ref, func(tx *op.Tx, m *matter) error {
		files, err := s.attachments(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(files, func(a Attachment) bool { return a.ID == aid && a.Body == "" })
		if i < 0 {
			return fault.New(string(Release), fault.Missing, "fault.missing")
		}
		if a := files[i]; release && a.By == ByWorker && a.Kind == Voice && m.Hidden {
			return fault.New(string(Release), fault.Conflict, "request.release.voice")
		}
		fact := "on"
		if !release {
			fact = "off"
		}
		m.add(tx, Entry{Kind: KindReleased, Readers: ToStaff, Fact: fact})
		_, err = tx.Exec(ctx, `update request_attachment set released = $3 where request_id = $1 and attachment_id = $2`, m.ID, aid, release)
		return err
	})
}

// NotOurs tells the worker whose the matter is, with a phone number, and that it
// was passed on. The worker may still say that it is not solved.
func (s *Service) NotOurs(ctx context.Context, ref Ref, who, phone, words string) (Receipt, error) {
	return s.act(ctx, Refer, ref, func(tx *op.Tx, m *matter) error {
		who, err := need(Refer, "who", who, maxShort)
		if err != nil {
			return err
		}
		if phone, err = need(Refer, "phone", phone, 40); err != nil {
			return err
		}
		if words, err = short(Refer, "words", words, maxWords); err != nil {
			return err
		}
		if err := m.fit(KindNotOurs); err != nil {
			return err
		}
		m.looked(tx)
		m.Status, m.ClosedAt = StatusNotOurs, tx.Now()
		m.add(tx, Entry{Kind: KindNotOurs, Readers: ToWorker | ToStaff, BodyName: who, Fact: phone, Words: words})
		m.told(tx, KindNotOurs)
		return nil
	})
}

// Raise brings the matter before the union above, by hand.
func (s *Service) Raise(ctx context.Context, ref Ref, why string) (Receipt, error) {
	return s.act(ctx, Raise, ref, func(tx *op.Tx, m *matter) error {
		why, err := need(Raise, "why", why, maxWords)
		if err != nil {
			return err
		}
		if err := m.fit(KindRaised); err != nil {
			return err
		}
		up, err := s.above(ctx, tx, m.Place.Area)
		if err != nil {
			return err
		}
		m.Level, m.RaisedTo = levelUnion, up.Area
		m.add(tx, Entry{Kind: KindRaised, Readers: ToWorker | ToStaff, BodyName: up.Name, Words: why})
		tx.Emit(Reminded{ID: m.ID, Number: m.Number, Clock: "", Level: levelUnion, Area: up.Area})
		return nil
	})
}

// Identity is who the worker is.
type Identity struct {
	Name, Phone string
	PhoneOK     bool // confirmed
	Worker      string
	object      authz.Object
}

// AuthzObject implements op.Target.
func (i Identity) AuthzObject() authz.Object { return i.object }

// Reveal returns who the worker is. It needs a purpose (op.Call), and leaves an
// audit row before it answers.
func (s *Service) Reveal(ctx context.Context, ref Ref) (Identity, error) {
	return op.Read(ctx, s.desk, Reveal, func(tx *op.Tx) (Identity, error) {
		q, err := s.get(ctx, tx, ref)
		if err != nil {
			return Identity{}, err
		}
		i := Identity{Worker: q.owner, PhoneOK: q.phoneOK, object: q.AuthzObject()}
		if i.Name, err = s.open(q.name, "request", "name", string(q.ID)); err != nil {
			return i, err
		}
		if i.Phone, err = s.open(q.phone, "request", "phone", string(q.ID)); err != nil || q.owner == "" {
			return i, err
		}
		name, phone, err := s.needs.People.Contact(ctx, tx, q.owner)
		if i.Name == "" {
			i.Name = name
		}
		if i.Phone == "" {
			i.Phone, i.PhoneOK = phone, phone != ""
		}
		return i, err
	})
}

// Propose returns the bodies that a matter could go to, the likeliest first.
func (s *Service) Propose(ctx context.Context, ref Ref) ([]Body, error) {
	return op.List(ctx, s.desk, Read, func(tx *op.Tx, _ op.Scope) ([]Body, error) {
		q, err := s.get(ctx, tx, ref)
		if err != nil {
			return nil, err
		}
		if err := s.desk.Check(tx.Subject, Read, q.AuthzObject()); err != nil {
			return nil, err
		}
		return s.needs.Orgs.BodiesFor(ctx, tx, q.Topic, q.Place.Area)
	})
}
