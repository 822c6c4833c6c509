package office

import (
	"cmp"
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Look says that staff opened the request. The first look puts a name on the
// worker's timeline; later ones leave no trace there and are no conflict.
func (s *Service) Look(ctx context.Context, ref request.Ref) (request.Receipt, error) {
	return s.act(ctx, request.Look, ref, func(tx *op.Tx, m *matter) error {
		m.looked(tx)
		return nil
	})
}

// Assign gives the matter to an officer, by staff id and name.
func (s *Service) Assign(ctx context.Context, ref request.Ref, officer, name string) (request.Receipt, error) {
	return s.act(ctx, request.Assign, ref, func(tx *op.Tx, m *matter) error {
		name, err := need(request.Assign, "officer", name, maxShort)
		if err != nil {
			return err
		}
		if !id.Valid(officer) {
			return wrong(string(request.Assign), "officer", "fault.empty")
		}
		if err := m.Fit(request.KindAssigned); err != nil {
			return err
		}
		m.looked(tx)
		m.Officer, m.OfficerName = officer, name
		m.add(tx, request.Entry{Kind: request.KindAssigned, Readers: request.ToWorker | request.ToStaff, Words: name})
		return nil
	})
}

// Classify sorts the matter, without the worker noticing; but one that goes to
// another union, be it below or above, tells the worker who has it now.
func (s *Service) Classify(ctx context.Context, ref request.Ref, c request.Class) (request.Receipt, error) {
	return s.act(ctx, request.Classify, ref, func(tx *op.Tx, m *matter) error {
		m.looked(tx)
		if err := s.sort(ctx, tx, m, c); err != nil {
			return err
		}
		m.add(tx, request.Entry{Kind: request.KindClassified, Readers: request.ToStaff, Fact: m.Topic})
		return s.store.Index(ctx, tx, m.Request, m.Title, m.Heard, m.Place.Text)
	})
}

func (s *Service) sort(ctx context.Context, tx *op.Tx, m *matter, c request.Class) (err error) {
	for _, t := range []struct {
		name string
		from *string
		to   *string
		most int
	}{{"title", c.Title, &m.Title, maxShort}, {"heard", c.Heard, &m.Heard, maxWords}, {"place", c.Place, &m.Place.Text, maxShort}} {
		if t.from == nil {
			continue
		}
		if *t.to, err = short(request.Classify, t.name, *t.from, t.most); err != nil {
			return err
		}
	}
	if c.Topic != nil {
		if _, ok := request.TopicOf(*c.Topic); !ok {
			return wrong(string(request.Classify), "topic", "request.topic.unknown")
		}
		m.Topic = *c.Topic
		m.Hidden = m.Hidden || m.limits.Veils(m.Topic) // sorting never uncovers
	}
	if c.Hide != nil {
		m.Hidden = *c.Hide
	}
	if c.Area == nil || *c.Area == m.Place.Area && m.AreaKnown {
		return nil
	}
	u, err := s.needs.Orgs.UnionFor(ctx, tx, *c.Area)
	if err != nil {
		return wrong(string(request.Classify), "area", "request.area.wrong")
	}
	was, err := s.needs.Orgs.UnionFor(ctx, tx, m.Place.Area)
	if err != nil && !fault.Is(err, fault.Missing) {
		return err
	}
	if err != nil || u.ID != was.ID { // whose name stood there may not even see it any more
		m.Officer, m.OfficerName = u.Officer, u.OfficerName
		m.add(tx, request.Entry{Kind: request.KindAssigned, Readers: request.ToWorker | request.ToStaff, Words: cmp.Or(u.OfficerName, u.Name)})
		m.told(tx, request.KindAssigned)
	}
	m.Place.Area, m.AreaKnown, m.Union = *c.Area, true, u.ID
	return nil
}

// Dispatch hands the matter to one or several bodies. The first is the lead if
// none is marked. What was sent back before counts as acted upon.
func (s *Service) Dispatch(ctx context.Context, ref request.Ref, tasks ...request.Task) (request.Receipt, error) {
	return s.act(ctx, request.Send, ref, func(tx *op.Tx, m *matter) error {
		if err := m.Fit(request.KindDispatched); err != nil {
			return err
		}
		if err := request.CheckTasks(tasks, m.ds, tx.Now()); err != nil {
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
		led := slices.ContainsFunc(m.ds, func(d request.Dispatch) bool { return d.Lead && d.Holds() }) || slices.ContainsFunc(tasks, func(t request.Task) bool { return t.Lead })
		for i, t := range tasks {
			if names[t.Body] == "" {
				return wrong(string(request.Send), "body", "request.body.unknown")
			}
			words, err := need(request.Send, "task", t.Words, maxWords)
			if err != nil {
				return err
			}
			s.hand(tx, m, request.Dispatch{Body: t.Body, BodyName: names[t.Body], Lead: t.Lead || i == 0 && !led, Task: words, Deadline: t.Deadline})
		}
		if m.Status != request.StatusWaiting {
			m.settle()
		}
		wants, err := s.store.AskFirst(ctx, tx, m.ID)
		if wants {
			tx.Emit(request.Told{ID: m.ID, Number: m.Number, Kind: request.KindDispatched})
		}
		return err
	})
}

// hand adds a dispatch to the matter. After so many bounces the union decides:
// what it hands out then cannot be sent back.
func (s *Service) hand(tx *op.Tx, m *matter, d request.Dispatch) {
	d.ID, d.State, d.SentAt = id.New[request.DispatchID](), request.DispatchSent, tx.Now()
	d.Attempt = len(m.ds) + 1
	d.Final = m.Bounces >= m.limits.Bounces
	m.ds = append(m.ds, d)
	m.add(tx, request.Entry{Kind: request.KindDispatched, Readers: request.ToWorker | request.ToStaff | request.ToBody, Dispatch: d.ID, Body: d.Body, BodyName: d.BodyName, Until: d.Deadline})
	tx.Emit(request.Dispatched{ID: m.ID, Number: m.Number, Dispatch: d.ID, Body: d.Body})
}

// settleBounced marks what was sent back as acted upon.
func (m *matter) settleBounced(tx *op.Tx) {
	for i := range m.ds {
		if m.ds[i].State == request.DispatchBounced {
			m.ds[i].State, m.ds[i].EndedAt = request.DispatchSettled, tx.Now()
		}
	}
}

// Recall takes the matter from a body; it sees it no more. For one that was
// sent back it says that no other body is needed.
func (s *Service) Recall(ctx context.Context, ref request.Ref, did request.DispatchID, why string) (request.Receipt, error) {
	return s.act(ctx, request.Recall, ref, func(tx *op.Tx, m *matter) error {
		why, err := need(request.Recall, "why", why, maxShort)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(m.ds, func(d request.Dispatch) bool { return d.ID == did })
		switch {
		case i < 0:
			return fault.New(string(request.Recall), fault.Missing, "fault.missing")
		case m.ds[i].State == request.DispatchRecalled || m.ds[i].State == request.DispatchSettled:
			return fault.New(string(request.Recall), fault.Conflict, "request.dispatch.over")
		}
		if err := m.Fit(request.KindRecalled); err != nil {
			return err
		}
		d := &m.ds[i]
		if d.State == request.DispatchBounced {
			d.State = request.DispatchSettled
		} else {
			d.State = request.DispatchRecalled
		}
		d.EndedAt = tx.Now()
		m.add(tx, request.Entry{Kind: request.KindRecalled, Readers: request.ToWorker | request.ToStaff, Dispatch: d.ID, Body: d.Body, BodyName: d.BodyName, Words: why})
		if m.Status.Busy() {
			m.settle()
		}
		return nil
	})
}

// Tell says something to the worker that is not yet the answer.
func (s *Service) Tell(ctx context.Context, ref request.Ref, msg request.Message) (request.Receipt, error) {
	return s.speak(ctx, request.Tell, request.KindTold, ref, msg, func(*op.Tx, *matter) {})
}

// Answer tells the worker the result. The office's time stops until the worker
// says whether it is solved.
func (s *Service) Answer(ctx context.Context, ref request.Ref, msg request.Message) (request.Receipt, error) {
	return s.speak(ctx, request.Answer, request.KindAnswered, ref, msg, func(tx *op.Tx, m *matter) {
		m.Status, m.AnsweredAt = request.StatusAnswered, tx.Now()
		m.settleBounced(tx)
	})
}

// Ask asks the worker for something. The clocks wait, visibly, until the worker
// replies.
func (s *Service) Ask(ctx context.Context, ref request.Ref, msg request.Message) (request.Receipt, error) {
	return s.speak(ctx, request.Ask, request.KindAsked, ref, msg, func(_ *op.Tx, m *matter) { m.Status = request.StatusWaiting })
}

// speak is what Tell, Answer and Ask share.
func (s *Service) speak(ctx context.Context, act authz.Action, k request.Kind, ref request.Ref, msg request.Message, then func(*op.Tx, *matter)) (request.Receipt, error) {
	return s.act(ctx, act, ref, func(tx *op.Tx, m *matter) error {
		y, err := tidySay(request.Say{Words: msg.Words, Files: msg.Files}, string(act), false)
		if err != nil {
			return err
		}
		if err := m.Fit(k); err != nil {
			return err
		}
		m.looked(tx)
		e := m.add(tx, request.Entry{Kind: k, Readers: request.ToWorker | request.ToStaff, Words: y.Words})
		m.attach(e, y.Files, "")
		then(tx, m)
		m.told(tx, k)
		if k == request.KindAnswered {
			tx.Emit(request.Answered{ID: m.ID})
		}
		if !msg.Followers || k == request.KindAsked {
			return nil
		}
		return s.tellFollowers(ctx, tx, m, act, request.Entry{Kind: k, Words: y.Words})
	})
}

// Brief says something to one body that has the matter: what the worker added,
// in the cadre's words, or a question. Neither the worker nor another body reads it.
func (s *Service) Brief(ctx context.Context, ref request.Ref, did request.DispatchID, msg request.Message) (request.Receipt, error) {
	return s.act(ctx, request.Brief, ref, func(tx *op.Tx, m *matter) error {
		y, err := tidySay(request.Say{Words: msg.Words, Files: msg.Files}, string(request.Brief), false)
		if err != nil {
			return err
		}
		if err := m.Fit(request.KindBriefed); err != nil {
			return err
		}
		i := slices.IndexFunc(m.ds, func(d request.Dispatch) bool { return d.ID == did && d.Holds() })
		if i < 0 {
			return fault.New(string(request.Brief), fault.Conflict, "request.dispatch.over")
		}
		d := m.ds[i]
		e := m.add(tx, request.Entry{Kind: request.KindBriefed, Readers: request.ToStaff | request.ToBody, Dispatch: d.ID, Body: d.Body, BodyName: d.BodyName, Words: y.Words})
		m.attach(e, y.Files, d.Body)
		tx.Emit(request.Addressed{ID: m.ID, Dispatch: d.ID, Body: d.Body})
		return nil
	})
}

// Note keeps something between staff: neither the worker nor a body reads it.
func (s *Service) Note(ctx context.Context, ref request.Ref, msg request.Message) (request.Receipt, error) {
	return s.act(ctx, request.Note, ref, func(tx *op.Tx, m *matter) error {
		y, err := tidySay(request.Say{Words: msg.Words, Files: msg.Files}, string(request.Note), false)
		if err != nil {
			return err
		}
		e := m.add(tx, request.Entry{Kind: request.KindNoted, Readers: request.ToStaff, Words: y.Words})
		m.attach(e, y.Files, "")
		return nil
	})
}

// Release lets the bodies see one of the worker's files, or takes that back. The
// voice of a worker who is hidden cannot be released. A body sees what is released once the
// worker has agreed to that body.
func (s *Service) Release(ctx context.Context, ref request.Ref, aid request.AttachmentID, release bool) (request.Receipt, error) {
	return s.act(ctx, request.Release, ref, func(tx *op.Tx, m *matter) error {
		files, err := s.store.Attachments(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(files, func(a request.Attachment) bool { return a.ID == aid && a.Body == "" })
		if i < 0 {
			return fault.New(string(request.Release), fault.Missing, "fault.missing")
		}
		if a := files[i]; release && a.By == request.ByWorker && a.Kind == request.Voice && m.Hidden {
			return fault.New(string(request.Release), fault.Conflict, "request.release.voice")
		}
		fact := "on"
		if !release {
			fact = "off"
		}
		m.add(tx, request.Entry{Kind: request.KindReleased, Readers: request.ToStaff, Fact: fact})
		return s.store.Release(ctx, tx, m.ID, aid, release)
	})
}

// NotOurs tells the worker whose the matter is, with a phone number, and that it
// was passed on. The worker may still say that it is not solved; so may those
// whose requests were joined to it.
func (s *Service) NotOurs(ctx context.Context, ref request.Ref, who, phone, words string) (request.Receipt, error) {
	return s.act(ctx, request.Refer, ref, func(tx *op.Tx, m *matter) error {
		who, err := need(request.Refer, "who", who, maxShort)
		if err != nil {
			return err
		}
		if phone, err = need(request.Refer, "phone", phone, 40); err != nil {
			return err
		}
		if words, err = short(request.Refer, "words", words, maxWords); err != nil {
			return err
		}
		if err := m.Fit(request.KindNotOurs); err != nil {
			return err
		}
		m.looked(tx)
		m.Status, m.ClosedAt = request.StatusNotOurs, tx.Now()
		m.settleBounced(tx)
		e := request.Entry{Kind: request.KindNotOurs, Readers: request.ToWorker | request.ToStaff, BodyName: who, Fact: phone, Words: words}
		m.add(tx, e)
		m.told(tx, request.KindNotOurs)
		return s.tellFollowers(ctx, tx, m, request.Refer, e)
	})
}

// Raise brings the matter before the union above, by hand.
func (s *Service) Raise(ctx context.Context, ref request.Ref, why string) (request.Receipt, error) {
	return s.act(ctx, request.Raise, ref, func(tx *op.Tx, m *matter) error {
		why, err := need(request.Raise, "why", why, maxWords)
		if err != nil {
			return err
		}
		if err := m.Fit(request.KindRaised); err != nil {
			return err
		}
		up, err := s.above(ctx, tx, m.Place.Area)
		if err != nil {
			return err
		}
		m.Level, m.RaisedTo = request.LevelUnion, up.Area
		m.add(tx, request.Entry{Kind: request.KindRaised, Readers: request.ToWorker | request.ToStaff, BodyName: up.Name, Words: why})
		tx.Emit(request.Reminded{ID: m.ID, Number: m.Number, Clock: "", Level: request.LevelUnion, Area: up.Area})
		return nil
	})
}
