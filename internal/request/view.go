package request

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Case is a request as the union's staff read it. Who the worker is beyond the
// surname is not in it; see [Service.Reveal].
type Case struct {
	*Request
	Dispatches []Dispatch
	Timeline   []Entry // oldest first
	Files      []Attachment
	Clocks     []Clock
	Followers  []Follower // requests merged into this one
	MergedInto *Follower  // the request that this one was merged into
	Limits     Limits
	BodyBy     time.Time // the deadline to propose for a body; zero when the calendar is not known
}

// Follower is a request joined to another.
type Follower struct {
	ID      ID
	Number  string
	Status  Status
	Surname string
	Words   string
	At      time.Time // of its capture
}

// Own is a request as its worker reads it.
type Own struct {
	ID         ID
	Number     string
	Version    int64
	Status     Status
	Topic      string
	Title      string
	Place      Place
	What       string
	Words      string
	Hidden     bool
	Owned      bool   // by a signed-in worker; otherwise held by its secret
	Reachable  bool   // an SMS can be sent
	Who        string // the officer; empty before the first look
	Union      string // the union's id
	Holders    []Holder
	Waiting    string    // the union's question, while it waits for the worker
	Promised   time.Time // the reply promised to the last chase; zero if given or none
	Clock      Clock     // the answer's
	Clocks     []Clock   // all of them, so that misses stay in sight
	Timeline   []Entry   // oldest first, without the ids of people
	Files      []Attachment
	Followers  int
	Bounces    int
	Reopened   int
	MergedInto ID
	MainNumber string // of the request that it was merged into
	Quiet      bool
	CreatedAt  time.Time
	Demo       bool
}

// Holder is a body that has the matter now.
type Holder struct {
	Name     string
	State    DispatchState
	SignedBy string
	Deadline time.Time
	Lead     bool
}

// Matter is a request as a body reads it: what the union asks of it, and
// nothing of the person. It has no field for words, name, phone or a worker's
// id, so that none can slip in.
type Matter struct {
	ID         ID
	Number     string
	Version    int64
	Status     Status
	Topic      string
	Title      string // by staff
	Place      Place
	What       string
	Union      string
	Officer    string // the union's officer
	CreatedAt  time.Time
	Bounces    int
	MayBounce  bool
	Dispatches []Dispatch // this body's own
	Others     []Holder   // other bodies
	Timeline   []Entry    // about this body's own
	Files      []Attachment
	Clocks     []Clock // of its own dispatches
	Demo       bool
	object     authz.Object
}

// AuthzObject implements op.Target.
func (m Matter) AuthzObject() authz.Object { return m.object }

// AuthzObject implements op.Target.
func (m mineTarget) AuthzObject() authz.Object { return m.object }

type mineTarget struct {
	Own
	object authz.Object
}

// Case returns a request as staff read it.
func (s *Service) Case(ctx context.Context, ref Ref) (Case, error) {
	return op.Read(ctx, s.desk, Read, func(tx *op.Tx) (Case, error) {
		m, files, err := s.whole(ctx, tx, ref)
		if err != nil {
			return Case{Request: &Request{}}, err
		}
		c := Case{Request: m.Request, Dispatches: m.ds, Timeline: readable(m.es, ToStaff), Files: files, Limits: m.limits,
			Clocks: Clocks(m.limits, s.config.Calendar, m.es, tx.Now())}
		if at, err := s.config.Calendar.AddWorking(tx.Now(), minutes(m.limits.BodyMinutes), m.limits.Hours); err == nil {
			c.BodyBy = at
		}
		return c, s.relatives(ctx, tx, &c)
	})
}

// Progress returns a request as its worker reads it.
func (s *Service) Progress(ctx context.Context, ref Ref) (Own, error) {
	t, err := op.Read(ctx, s.desk, Progress, func(tx *op.Tx) (mineTarget, error) {
		m, files, err := s.whole(ctx, tx, ref)
		if err != nil {
			return mineTarget{}, err
		}
		t := mineTarget{s.mine(m, files, tx.Now()), m.AuthzObject()}
		if m.MergedInto != "" {
			err = tx.One(ctx, `select number from request where request_id = $1`, []any{m.MergedInto}, &t.MainNumber)
		}
		return t, err
	})
	return t.Own, err
}

// Matter returns a request as a body reads it.
func (s *Service) Matter(ctx context.Context, ref Ref) (Matter, error) {
	return op.Read(ctx, s.desk, Handle, func(tx *op.Tx) (Matter, error) {
		m, files, err := s.whole(ctx, tx, ref)
		if err != nil {
			return Matter{}, err
		}
		return s.matterOf(m, files, tx.Subject, tx.Now()), nil
	})
}

// whole loads everything about a request.
func (s *Service) whole(ctx context.Context, tx *op.Tx, ref Ref) (*matter, []Attachment, error) {
	q, err := s.get(ctx, tx, ref)
	if err != nil {
		return nil, nil, err
	}
	m, err := s.load(ctx, tx, q)
	if err != nil {
		return nil, nil, err
	}
	if m.es, err = s.entries(ctx, tx, q.ID, true); err != nil {
		return nil, nil, err
	}
	files, err := s.attachments(ctx, tx, q.ID)
	return m, files, err
}

// readable are the entries that a circle may read.
func readable(es []Entry, to Readers) []Entry {
	return slices.DeleteFunc(slices.Clone(es), func(e Entry) bool { return e.Readers&to == 0 })
}

// relatives fills in the requests joined to c.
func (s *Service) relatives(ctx context.Context, tx *op.Tx, c *Case) error {
	err := tx.Each(ctx, `
		select `+rootColumns+` from request where merged_into = $1 order by created_at, request_id limit 500`, []any{c.ID}, func(r db.Row) error {
		q, err := s.scanRoot(r)
		if err == nil {
			c.Followers = append(c.Followers, follower(q))
		}
		return err
	})
	if err != nil || c.Request.MergedInto == "" {
		return err
	}
	main, err := s.get(ctx, tx, Ref{ID: c.Request.MergedInto})
	if err != nil {
		return err
	}
	f := follower(main)
	c.MergedInto = &f
	return nil
}

func follower(q *Request) Follower {
	return Follower{ID: q.ID, Number: q.Number, Status: q.Status, Surname: q.Surname, Words: q.Words, At: q.CreatedAt}
}

func (s *Service) mine(m *matter, files []Attachment, now time.Time) Own {
	v := Own{ID: m.ID, Number: m.Number, Version: m.Version, Status: m.Status, Topic: m.Topic, Title: m.Title, Place: m.Place, What: m.What, Words: m.Words,
		Hidden: m.Hidden, Owned: m.owner != "", Reachable: m.owner != "" || m.phoneOK, Who: m.OfficerName, Union: m.Union,
		Followers: m.Followers, Bounces: m.Bounces, Reopened: m.Reopened, MergedInto: m.MergedInto, Quiet: m.Quiet, CreatedAt: m.CreatedAt, Demo: m.Demo}
	for _, d := range m.ds {
		if d.holds() {
			v.Holders = append(v.Holders, Holder{d.BodyName, d.State, d.SignedBy, d.Deadline, d.Lead})
		}
	}
	seen := map[int64]bool{}
	for _, e := range readable(m.es, ToWorker) {
		e.ByID, seen[e.Seq] = "", true
		v.Timeline = append(v.Timeline, e)
		if e.Kind == KindAsked && m.Status == StatusWaiting {
			v.Waiting = e.Words
		}
	}
	v.Files = slices.DeleteFunc(files, func(a Attachment) bool { return !seen[a.Seq] })
	v.Clocks = Clocks(m.limits, s.config.Calendar, m.es, now)
	for _, c := range v.Clocks {
		switch {
		case c.Name == ClockAnswer:
			v.Clock = c
		case c.Name == ClockReply && c.Ended.IsZero():
			v.Promised = c.Due
		}
	}
	return v
}

// matterOf is what a body may know.
func (s *Service) matterOf(m *matter, files []Attachment, who authz.Subject, now time.Time) Matter {
	v := Matter{ID: m.ID, Number: m.Number, Version: m.Version, Status: m.Status, Topic: m.Topic, Title: m.Title, Place: m.Place, What: m.What,
		Union: m.Union, Officer: m.OfficerName, CreatedAt: m.CreatedAt, Bounces: m.Bounces, Demo: m.Demo, object: m.AuthzObject()}
	own := map[DispatchID]bool{}
	for _, d := range m.ds {
		switch {
		case sits(who, d.Body):
			own[d.ID] = true
			v.Dispatches = append(v.Dispatches, d)
			v.MayBounce = v.MayBounce || m.mayBounce(d) == nil
		case d.holds():
			v.Others = append(v.Others, Holder{Name: d.BodyName, State: d.State, Deadline: d.Deadline, Lead: d.Lead})
		}
	}
	for _, e := range readable(m.es, ToBody) {
		if own[e.Dispatch] {
			e.ByID = ""
			v.Timeline = append(v.Timeline, e)
		}
	}
	for _, a := range files {
		if a.forBody(m.Request, who) {
			v.Files = append(v.Files, a)
		}
	}
	for _, c := range Clocks(m.limits, s.config.Calendar, m.es, now) {
		if own[c.Dispatch] {
			v.Clocks = append(v.Clocks, c)
		}
	}
	return v
}

// forBody reports whether a body may have the file: its own, or one that the
// union released. A hidden worker's voice is never released: it tells who speaks.
func (a Attachment) forBody(q *Request, who authz.Subject) bool {
	if a.Body != "" {
		return sits(who, a.Body)
	}
	return a.Released && !(a.By == ByWorker && a.Kind == Voice && q.Hidden)
}

// sits reports whether who handles matters for the organisation.
func sits(who authz.Subject, org string) bool {
	return slices.ContainsFunc(who.Grants, func(g authz.Grant) bool {
		return (g.Role == authz.Partner || g.Role == authz.Host) && g.Org == org && org != ""
	})
}

// fileTarget is an attachment with the request that decides about it.
type fileTarget struct {
	Attachment
	object authz.Object
}

// AuthzObject implements op.Target.
func (f fileTarget) AuthzObject() authz.Object { return f.object }

// Attachment returns a file of a request if the caller may have it: the worker
// what is on the worker's timeline, staff everything, a body what it sent or was
// given.
func (s *Service) Attachment(ctx context.Context, ref Ref, aid AttachmentID) (Attachment, error) {
	t, err := op.Read(ctx, s.desk, See, func(tx *op.Tx) (fileTarget, error) {
		m, files, err := s.whole(ctx, tx, ref)
		if err != nil {
			return fileTarget{}, err
		}
		o, who, rules := m.AuthzObject(), tx.Subject, s.desk.Rules()
		i := slices.IndexFunc(files, func(a Attachment) bool { return a.ID == aid })
		if i < 0 {
			return fileTarget{}, missing(db.ErrNone)
		}
		a := files[i]
		onPage := slices.ContainsFunc(readable(m.es, ToWorker), func(e Entry) bool { return e.Seq == a.Seq })
		if !rules.May(who, Read, o) && !(rules.May(who, Progress, o) && onPage) && !(rules.May(who, Handle, o) && a.forBody(m.Request, who)) {
			return fileTarget{}, missing(db.ErrNone)
		}
		return fileTarget{a, o}, nil
	})
	return t.Attachment, err
}
