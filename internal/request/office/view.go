package office

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// target is a view of a request with what decides about access to it.
type target[T any] struct {
	view   T
	object authz.Object
}

// AuthzObject implements op.Target.
func (t target[T]) AuthzObject() authz.Object { return t.object }

// whole loads all of a request.
func (s *Service) whole(ctx context.Context, tx *op.Tx, ref request.Ref) (w request.Whole, err error) {
	if w.Request, err = s.store.Get(ctx, tx, ref); err != nil {
		return w, err
	}
	if w.Limits, err = s.store.LimitsOf(ctx, tx, w.Policy); err != nil {
		return w, err
	}
	if w.Dispatches, err = s.store.Dispatches(ctx, tx, w.ID); err != nil {
		return w, err
	}
	if w.Entries, err = s.store.Entries(ctx, tx, w.ID, true); err != nil {
		return w, err
	}
	if w.WordsFor, err = s.store.WordsFor(ctx, tx, w.ID); err != nil {
		return w, err
	}
	w.Files, err = s.store.Attachments(ctx, tx, w.ID)
	return w, err
}

// Case returns a request as staff read it.
func (s *Service) Case(ctx context.Context, ref request.Ref) (request.Case, error) {
	t, err := op.Read(ctx, s.desk, request.Read, func(tx *op.Tx) (t target[request.Case], err error) {
		w, err := s.whole(ctx, tx, ref)
		if err != nil {
			return t, err
		}
		if callable, err := consent.Allowed(ctx, tx, w.Owner, consent.Call); err != nil {
			return t, err
		} else if !callable {
			w.HasPhone = false
		}
		c := request.Case{Request: w.Request, Dispatches: w.Dispatches, Timeline: request.Readable(w.Entries, request.ToStaff), Files: w.Files, Limits: w.Limits,
			Clocks: request.Clocks(w.Limits, s.calendar(w.Request), w.Entries, tx.Now())}
		c.Kept = s.kept(w, tx.Now())
		if at, err := s.Calendar().AddWorking(tx.Now(), minutes(w.Limits.BodyMinutes), w.Limits.Hours); err == nil {
			c.BodyBy = at
		}
		t = target[request.Case]{c, w.AuthzObject()}
		return t, s.relatives(ctx, tx, &t.view)
	})
	return t.view, err
}

// kept reports whether the answer's date stands although a later notice would
// move it.
func (s *Service) kept(w request.Whole, now time.Time) bool {
	promised := request.AnswerOf(request.Clocks(w.Limits, s.calendar(w.Request), w.Entries, now))
	today := request.AnswerOf(request.Clocks(w.Limits, s.Calendar(), w.Entries, now))
	return w.Status.Busy() && !promised.Due.IsZero() && !promised.Due.Equal(today.Due)
}

// relatives fills in the requests joined to c.
func (s *Service) relatives(ctx context.Context, tx *op.Tx, c *request.Case) (err error) {
	if c.Followers, err = s.store.Followers(ctx, tx, c.ID); err != nil || c.Request.MergedInto == "" {
		return err
	}
	main, err := s.store.Get(ctx, tx, request.Ref{ID: c.Request.MergedInto})
	if err != nil {
		return err
	}
	f := record.Follower(main)
	c.MergedInto = &f
	return nil
}

// Progress returns a request as its worker reads it.
func (s *Service) Progress(ctx context.Context, ref request.Ref) (request.Own, error) {
	t, err := op.Read(ctx, s.desk, request.Progress, func(tx *op.Tx) (t target[request.Own], err error) {
		w, err := s.whole(ctx, tx, ref)
		if err != nil {
			return t, err
		}
		t = target[request.Own]{w.Own(s.calendar(w.Request), tx.Now()), w.AuthzObject()}
		if w.MergedInto == "" {
			return t, nil
		}
		main, err := s.store.Get(ctx, tx, request.Ref{ID: w.MergedInto})
		if err == nil {
			t.view.MainStatus = main.Status
		}
		return t, err
	})
	return t.view, err
}

// Matter returns a request as a body reads it.
func (s *Service) Matter(ctx context.Context, ref request.Ref) (request.Matter, error) {
	t, err := op.Read(ctx, s.desk, request.Handle, func(tx *op.Tx) (t target[request.Matter], err error) {
		w, err := s.whole(ctx, tx, ref)
		if err != nil {
			return t, err
		}
		return target[request.Matter]{w.Matter(tx.Subject, s.calendar(w.Request), tx.Now()), w.AuthzObject()}, nil
	})
	return t.view, err
}

// Attachment returns a file of a request if the caller may have it: the worker
// what is on the worker's timeline, staff everything, a body what it sent or was
// given.
func (s *Service) Attachment(ctx context.Context, ref request.Ref, aid request.AttachmentID) (request.Attachment, error) {
	t, err := op.Read(ctx, s.desk, request.See, func(tx *op.Tx) (t target[request.Attachment], err error) {
		w, err := s.whole(ctx, tx, ref)
		if err != nil {
			return t, err
		}
		i := slices.IndexFunc(w.Files, func(a request.Attachment) bool { return a.ID == aid })
		if i < 0 || !s.mayHave(tx.Subject, w, w.Files[i]) {
			return t, record.Missing(db.ErrNone)
		}
		return target[request.Attachment]{w.Files[i], w.AuthzObject()}, nil
	})
	return t.view, err
}

// mayHave reports whether who may have a file, in any of the parts that who plays.
func (s *Service) mayHave(who authz.Subject, w request.Whole, a request.Attachment) bool {
	o, rules := w.AuthzObject(), s.desk.Rules()
	onPage := slices.ContainsFunc(request.Readable(w.Entries, request.ToWorker), func(e request.Entry) bool { return e.Seq == a.Seq })
	return rules.May(who, request.Read, o) || rules.May(who, request.Progress, o) && onPage || rules.May(who, request.Handle, o) && a.ForBody(w.Request, who)
}

// Reveal returns who the worker is. It needs a purpose (op.Call), and leaves an
// audit row before it answers.
func (s *Service) Reveal(ctx context.Context, ref request.Ref) (request.Identity, error) {
	t, err := op.Read(ctx, s.desk, request.Reveal, func(tx *op.Tx) (t target[request.Identity], err error) {
		q, err := s.store.Get(ctx, tx, ref)
		if err != nil {
			return t, err
		}
		// Checked before anything is opened, not only before it is shown.
		if err := s.desk.Both(ctx, tx, request.Reveal, q.AuthzObject()); err != nil {
			return t, err
		}
		i, err := s.identity(ctx, tx, q)
		if err != nil {
			return t, err
		}
		callable, err := consent.Allowed(ctx, tx, q.Owner, consent.Call)
		if !callable {
			i.Phone, i.PhoneOK = "", false
		}
		return target[request.Identity]{i, q.AuthzObject()}, err
	})
	return t.view, err
}

// identity opens who the worker is: what was said at the capture, else what the
// worker's account says.
func (s *Service) identity(ctx context.Context, tx *op.Tx, q *request.Request) (i request.Identity, err error) {
	i.Worker, i.PhoneOK = q.Owner, q.PhoneOK
	if i.Name, i.Phone, err = s.store.Identity(q); err != nil || q.Owner == "" {
		return i, err
	}
	name, phone, err := s.needs.People.Contact(ctx, tx, q.Owner)
	if fault.Is(err, fault.Missing) {
		return i, nil // the account is gone; the request stays
	}
	if i.Name == "" {
		i.Name = name
	}
	if i.Phone == "" || !i.PhoneOK && phone != "" {
		i.Phone, i.PhoneOK = phone, phone != "" // an account's phone is confirmed
	}
	return i, err
}

// Propose returns the bodies that a matter could go to, the likeliest first.
func (s *Service) Propose(ctx context.Context, ref request.Ref) ([]request.Body, error) {
	t, err := op.Read(ctx, s.desk, request.Read, func(tx *op.Tx) (t target[[]request.Body], err error) {
		q, err := s.store.Get(ctx, tx, ref)
		if err != nil {
			return t, err
		}
		bodies, err := s.needs.Orgs.BodiesFor(ctx, tx, q.Topic, q.Place.Area)
		return target[[]request.Body]{bodies, q.AuthzObject()}, err
	})
	return t.view, err
}
