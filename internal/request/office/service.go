package office

import (
	"context"
	"sync/atomic"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
	"nuanxin/internal/request/rules"
	"nuanxin/internal/seal"
	"nuanxin/internal/workday"
)

// Config is what an installation says about requests.
type Config struct {
	HomeArea string // who gets what nobody said the place of
}

// Service is what other packages may ask about requests.
type Service struct {
	*rules.Book // what the unions set

	desk   *op.Desk
	store  *record.Store
	config Config
	needs  request.Needs

	climbed atomic.Pointer[record.Step] // where the last run of the ladder stopped short; nil: it did not
}

// NewService returns the request service.
func NewService(desk *op.Desk, ring *seal.Ring, c Config, n request.Needs) *Service {
	if n.Calendar == nil {
		n.Calendar = request.BuiltinCalendar{}
	}
	store := &record.Store{Ring: ring}
	return &Service{Book: rules.New(desk, store, n.Orgs), desk: desk, store: store, config: c, needs: n}
}

// Secret returns what makes its holder the worker of a request. It is derived,
// so it can be shown again to whoever created it and is stored nowhere.
func (s *Service) Secret(id request.ID) string { return s.store.Ring.Token("request", string(id)) }

// matter is a request loaded to be acted upon. Its row is locked until the
// transaction ends.
type matter struct {
	*request.Request
	ds     []request.Dispatch
	es     []request.Entry // without their words
	fresh  []request.Entry // of this act, with their words
	limits request.Limits
	cal    workday.Calendar     // that its promises are counted by
	was    []request.Dispatch   // ds as they were loaded
	files  []request.Attachment // of this act
}

// act runs one use case on one request: lock, check, do, compute the clocks,
// store.
func (s *Service) act(ctx context.Context, action authz.Action, ref request.Ref, do func(*op.Tx, *matter) error) (request.Receipt, error) {
	find := func(tx *op.Tx) (*matter, error) { return s.lock(ctx, tx, ref) }
	return op.Write(nameless(ctx, ref.Secret != ""), s.desk, action, find, func(tx *op.Tx, m *matter) (request.Receipt, error) {
		if err := m.unseen(ref, tx.Subject); err != nil {
			return request.Receipt{}, err
		}
		if err := do(tx, m); err != nil {
			return request.Receipt{}, err
		}
		if err := s.save(ctx, tx, m); err != nil {
			return request.Receipt{}, err
		}
		return m.receipt(), nil
	})
}

// nameless returns a context in which a worker acts as the holder of a secret
// and nobody else: the audit must not tie a request without a name to a person.
func nameless(ctx context.Context, hold bool) context.Context {
	if hold && authz.From(ctx).Kind == authz.Worker {
		return authz.With(ctx, authz.Subject{})
	}
	return ctx
}

func (m *matter) receipt() request.Receipt {
	r := request.Receipt{ID: m.ID, Number: m.Number, Status: m.Status, Version: m.Version, Who: m.OfficerName, By: m.AnswerBy}
	if m.Status.Busy() && m.AnswerBy.IsZero() {
		r.NotBy = m.NotBefore
	}
	return r
}

// unseen refuses an act of staff or a body on a request that a colleague has
// changed since they looked. What the worker added meanwhile is no conflict:
// nobody's decision is lost by it.
func (m *matter) unseen(ref request.Ref, who authz.Subject) error {
	if ref.Seen == 0 {
		return nil
	}
	for _, e := range m.es {
		if e.Seq > ref.Seen && e.ByID != who.ID && (e.By == request.ByStaff || e.By == request.ByBody) {
			return fault.New("request.act", fault.Conflict, "request.changed").With(fault.Args{"Who": e.ByName})
		}
	}
	return nil
}

// add puts an entry on the timeline, in the name of who acts.
func (m *matter) add(tx *op.Tx, e request.Entry) *request.Entry {
	m.Version++
	e.Seq, e.At = m.Version, tx.Now()
	if e.By == "" {
		e.By, e.ByID, e.ByName = m.actor(tx.Subject)
	}
	m.fresh = append(m.fresh, e)
	return &m.fresh[len(m.fresh)-1]
}

// actor says in which part the subject acts. A worker is never named: the
// timeline is read by many.
func (m *matter) actor(who authz.Subject) (request.ActorKind, string, string) {
	switch {
	case who.Kind == authz.System:
		return request.BySystem, "", ""
	case who.Kind == authz.Staff && (who.Has(authz.Cadre) || who.Has(authz.Leader)):
		return request.ByStaff, who.ID, who.Name
	case who.Kind == authz.Staff || who.Kind == authz.Link:
		return request.ByBody, who.ID, who.Name
	}
	return request.ByWorker, "", ""
}

// all returns the old and new entries, for the clocks.
func (m *matter) all() []request.Entry { return append(m.es[:len(m.es):len(m.es)], m.fresh...) }

// settle puts the request into the state that its hands say.
func (m *matter) settle() { m.Status = request.Derive(!m.SeenAt.IsZero(), m.Reopened, m.ds) }

// looked stamps the first look, which what a cadre decides implies.
func (m *matter) looked(tx *op.Tx) {
	if !m.SeenAt.IsZero() {
		return
	}
	m.SeenAt = tx.Now()
	if m.Officer == "" {
		m.Officer, m.OfficerName = tx.Subject.ID, tx.Subject.Name
	}
	m.add(tx, request.Entry{Kind: request.KindSeen, Readers: request.ToWorker | request.ToStaff})
	if m.Status == request.StatusReceived {
		m.Status = request.StatusSeen
	}
}

// told announces that the worker has something to read.
func (m *matter) told(tx *op.Tx, k request.Kind) {
	tx.Emit(request.Told{ID: m.ID, Number: m.Number, Kind: k})
}

// The longest texts, in characters.
const (
	maxWords = 3000
	maxShort = 200
)

// wrong is a fault of one field.
func wrong(op, field, msg string) error {
	var f fault.Form
	f.Add(field, msg, nil)
	return f.Err(op)
}

// need tidies a text that must not be empty.
func need(act authz.Action, field, text string, most int) (string, error) {
	text, err := short(act, field, text, most)
	if err == nil && text == "" {
		err = wrong(string(act), field, "fault.empty")
	}
	return text, err
}

// short tidies a text that must not be long, in characters.
func short(act authz.Action, field, text string, most int) (string, error) {
	text = plain.Text(text)
	if utf8.RuneCountInString(text) <= most {
		return text, nil
	}
	var f fault.Form
	f.Add(field, "fault.long", fault.Args{"Limit": most})
	return text, f.Err(string(act))
}
