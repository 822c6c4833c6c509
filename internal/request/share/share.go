// Package share asks the worker of a matter what each body that handles it may see of what
// came with it: the photos, the voice, the worker's own words. A consent belongs to one
// matter and one body (个人信息保护法 art. 23: it names the body, its contact, what for, how and
// which kinds, and is given by itself), so another body is asked about anew and sees nothing
// before. It is given on the page of the matter, once a body has it, or said to a cadre, who
// writes it down; a tick when the matter is sent names no body, and is only the wish to be
// told when there is something to answer. The condition stands in the reads themselves
// (package record), so that taking it back counts with its commit.
package share

import (
	"context"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// The actions.
const (
	See  authz.Action = "request.see_share"
	Say  authz.Action = "request.share"      // by the worker
	Told authz.Action = "request.share_told" // by a cadre, what the caller said
)

// Policy says who may do them.
var Policy = authz.Rules{
	See:  authz.Any(authz.Owner, authz.Held, authz.InArea(authz.Cadre, authz.Leader)),
	Say:  authz.Any(authz.Owner, authz.Held),
	Told: authz.InArea(authz.Cadre),
}

// Contact is a body as the register of organisations has it.
type Contact struct{ Name, Phone, Address string }

// Line is the contact in one line; empty: the register has none.
func (c Contact) Line() string { return strings.Trim(c.Phone+" "+c.Address, " ") }

// Orgs knows bodies.
type Orgs interface {
	// Contact returns a body's public contact.
	Contact(ctx context.Context, tx *op.Tx, body string) (Contact, error)
}

// Receiver is a body about which the worker is asked: one that has the matter, or one that
// had it and may see something.
type Receiver struct {
	Body string
	Contact
	Task string        // what for
	Last request.Share // what was said last; zero: nothing
	Here bool          // it has the matter now
}

// May reports whether the worker can say yes: the body has the matter, and the register says
// how it is reached.
func (r Receiver) May() bool { return r.Here && r.Line() != "" }

// Asked is what there is to ask about a matter.
type Asked struct {
	Kinds     []request.ShareKind // that came with it
	Receivers []Receiver
	Wish      bool // the worker wants to be told when a body has it
}

// Service is what pages may ask.
type Service struct {
	desk  *op.Desk
	store *record.Store
	orgs  Orgs
}

// New returns the service.
func New(desk *op.Desk, store *record.Store, orgs Orgs) *Service { return &Service{desk, store, orgs} }

// Of returns what was decided about a matter, the first first.
func (s *Service) Of(ctx context.Context, ref request.Ref) (all []request.Share, err error) {
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (*request.Request, error) {
		q, err := s.store.Get(ctx, tx, ref)
		if err == nil {
			all, err = s.store.Shares(ctx, tx, q.ID)
		}
		return q, err
	})
	return all, err
}

// Ask returns what there is to ask about a matter.
func (s *Service) Ask(ctx context.Context, ref request.Ref) (a Asked, err error) {
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (*request.Request, error) {
		q, err := s.store.Get(ctx, tx, ref)
		if err == nil {
			a, _, err = s.asked(ctx, tx, q)
		}
		return q, err
	})
	return a, err
}

func (s *Service) asked(ctx context.Context, tx *op.Tx, q *request.Request) (a Asked, said []request.Share, err error) {
	files, err := s.store.Attachments(ctx, tx, q.ID)
	if err != nil {
		return a, nil, err
	}
	if said, err = s.store.Shares(ctx, tx, q.ID); err != nil {
		return a, nil, err
	}
	ds, err := s.store.Dispatches(ctx, tx, q.ID)
	if err != nil {
		return a, nil, err
	}
	a.Kinds = request.Sharable(q, files)
	wish, _ := request.LastShare(said, "")
	a.Wish = wish.Given
	for _, d := range slices.Backward(ds) {
		last, _ := request.LastShare(said, d.Body)
		known := slices.ContainsFunc(a.Receivers, func(r Receiver) bool { return r.Body == d.Body })
		here := d.Holds() && q.Status.Open()
		if known || !here && !last.Given {
			continue
		}
		c, err := s.orgs.Contact(ctx, tx, d.Body)
		if err != nil {
			return a, nil, err
		}
		a.Receivers = append(a.Receivers, Receiver{Body: d.Body, Contact: c, Task: d.Task, Last: last, Here: here})
	}
	slices.Reverse(a.Receivers)
	return a, said, nil
}

// Decide says in the worker's name what a body may see of a matter; of no kind: nothing.
func (s *Service) Decide(ctx context.Context, ref request.Ref, body string, kinds ...request.ShareKind) error {
	return s.decide(ctx, Say, ref, request.Share{Body: body, Kinds: kinds, Way: request.SharePage})
}

// Told writes down what the worker said to a cadre about a body. What the worker refused
// themselves on the page, they alone change.
func (s *Service) Told(ctx context.Context, ref request.Ref, body string, kinds ...request.ShareKind) error {
	return s.decide(ctx, Told, ref, request.Share{Body: body, Kinds: kinds, Way: request.ShareTold})
}

func (s *Service) decide(ctx context.Context, act authz.Action, ref request.Ref, x request.Share) error {
	_, err := op.Write(ctx, s.desk, act, func(tx *op.Tx) (*request.Request, error) { return s.store.Lock(ctx, tx, ref) }, func(tx *op.Tx, q *request.Request) (bool, error) {
		a, said, err := s.asked(ctx, tx, q)
		if err != nil {
			return false, err
		}
		if x.Way == request.ShareTold {
			x.By = tx.Subject.Name
		}
		i := slices.IndexFunc(a.Receivers, func(r Receiver) bool { return r.Body == x.Body })
		if i < 0 {
			return false, fault.New(string(act), fault.Conflict, "sharing.gone")
		}
		x.BodyName, x.Contact = a.Receivers[i].Name, a.Receivers[i].Line()
		x.Kinds = slices.DeleteFunc(request.ShareKinds(), func(k request.ShareKind) bool {
			return !slices.Contains(x.Kinds, k) || !slices.Contains(a.Kinds, k)
		})
		if x.Given = len(x.Kinds) > 0; x.Given {
			if err := mayGive(act, a.Receivers[i], x, said); err != nil {
				return false, err
			}
		}
		last := a.Receivers[i].Last
		if last.Given == x.Given && slices.Equal(last.Kinds, x.Kinds) && (!last.At.IsZero() || x.Way == request.ShareTold) {
			return true, nil // as it stands
		}
		return true, s.store.Share(ctx, tx, q.ID, x)
	})
	return err
}

// mayGive refuses a yes to a body that has the matter no more or that cannot be named as the
// law wants it, and one by a cadre where the worker's own no stands.
func mayGive(act authz.Action, r Receiver, x request.Share, said []request.Share) error {
	switch {
	case !r.Here:
		return fault.New(string(act), fault.Conflict, "sharing.gone")
	case !r.May():
		return fault.New(string(act), fault.Conflict, "sharing.no_contact")
	case x.Way == request.ShareTold && slices.ContainsFunc(said, func(s request.Share) bool { return s.Body == x.Body && !s.Given && s.Way == request.SharePage }):
		return fault.New(string(act), fault.Conflict, "sharing.said_no")
	}
	return nil
}
