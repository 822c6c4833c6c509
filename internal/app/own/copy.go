package own

import (
	"context"
	"net/http"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/member"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
	"nuanxin/internal/web"
)

// The copy that workers take along. It is plain JSON with words where there are
// words: others read it, perhaps another union's program. internal/app/tables says
// of each personal column where it is in here. What the tag word names is a code, and is
// told in words where the copy is printed ([words]); "-" is not printed, because another
// field says the same in words.
type (
	copied struct {
		MadeAt      time.Time     `json:"made_at"`
		Account     accountCopy   `json:"account"`
		Requests    []matterCopy  `json:"requests"`
		Memberships []memberCopy  `json:"memberships"`
		Asks        []askCopy     `json:"asks"`     // what was asked about this data
		Consents    []consentCopy `json:"consents"` // what was agreed to, and what was not, the first first
		Looks       []lookCopy    `json:"looks"`    // who opened what is sealed, newest first
		Notices     []noticeCopy  `json:"notices"`  // of incidents that concern this data
		Children    []childCopy   `json:"children"` // in this worker's care, and what was agreed to for them
		Holds       []holdCopy    `json:"holds"`    // what has to be kept for a time although the account may end
	}
	childCopy struct {
		Name   string     `json:"name"` // empty once all was taken back
		Born   string     `json:"born"`
		MadeAt time.Time  `json:"made_at"`
		Given  []wardCopy `json:"given"`
	}
	wardCopy struct {
		Purpose  string    `json:"purpose" word:"-"`
		Name     string    `json:"name"` // of the purpose, in words
		Version  int64     `json:"version"`
		Guardian string    `json:"guardian"`
		Relation string    `json:"relation" word:"relation"`
		Evidence string    `json:"evidence" word:"evidence"`
		At       time.Time `json:"at"`
		EndedAt  time.Time `json:"ended_at,omitzero"`
	}
	holdCopy struct {
		What   string `json:"what" word:"held"`
		Number string `json:"number"` // of the matter or member
		From   string `json:"from"`
		Until  string `json:"until"`
		Basis  string `json:"basis"`  // in words
		Source string `json:"source"` // the article
		Reason string `json:"reason"`
	}
	accountCopy struct {
		Name     string        `json:"name"`
		Phone    string        `json:"phone"`
		MadeAt   time.Time     `json:"made_at"`
		Sessions []sessionCopy `json:"sessions"`
		Changes  []phoneCopy   `json:"phone_changes"`
	}
	phoneCopy struct {
		AskedAt time.Time `json:"asked_at"`
		EndedAt time.Time `json:"ended_at,omitzero"`
		Way     string    `json:"way" word:"way"`
		State   string    `json:"state" word:"change"`
		Old     string    `json:"old"`
		New     string    `json:"new"`
		Name    string    `json:"name"` // of staff
		Office  string    `json:"office"`
		Checked []string  `json:"checked" word:"check"`
		Note    string    `json:"note"`
	}
	sessionCopy struct {
		Device string    `json:"device"`
		MadeAt time.Time `json:"made_at"`
		SeenAt time.Time `json:"seen_at"`
		EndsAt time.Time `json:"ends_at"`
	}
	matterCopy struct {
		Number    string        `json:"number"`
		ByPhone   bool          `json:"by_phone"` // found by the phone alone: staff wrote it down, and no account had it
		CreatedAt time.Time     `json:"created_at"`
		Channel   string        `json:"channel" word:"channel"`
		Source    string        `json:"source"` // where it was said, as staff noted it
		Status    string        `json:"status" word:"status"`
		Topic     string        `json:"topic" word:"topic"`
		Title     string        `json:"title"`
		What      string        `json:"what" word:"what"` // of a station's defect
		Place     request.Place `json:"place"`
		Name      string        `json:"name"`  // as it was said with this request; empty: none was
		Phone     string        `json:"phone"` // likewise
		Hidden    bool          `json:"hidden_from_company"`
		Words     string        `json:"words"`
		Heard     string        `json:"heard"` // what staff heard in the voice message
		Officer   string        `json:"officer"`
		WentTo    []string      `json:"went_to"`
		Timeline  []entryCopy   `json:"timeline"`
		Files     []fileCopy    `json:"files"`
	}
	entryCopy struct {
		At    time.Time `json:"at"`
		Kind  string    `json:"kind" word:"did"`
		By    string    `json:"by" word:"by"`
		Name  string    `json:"name"` // of staff
		Body  string    `json:"body"`
		Words string    `json:"words"`
		Until time.Time `json:"until,omitzero"`
		Fact  string    `json:"fact" word:"fact"`
	}
	fileCopy struct {
		At      time.Time `json:"at"`
		Kind    string    `json:"kind" word:"file"`
		Seconds int       `json:"seconds"`
		Size    int64     `json:"size"`
		SHA256  string    `json:"sha256"`
		Href    string    `json:"href"`
	}
	memberCopy struct {
		Number     string     `json:"number"`
		State      string     `json:"state" word:"member"`
		Union      string     `json:"union"`
		MovesTo    string     `json:"moves_to"`
		Name       string     `json:"name"`
		Phone      string     `json:"phone"`
		Document   string     `json:"document"`
		Born       string     `json:"born"`
		Occupation string     `json:"occupation" word:"occupation"`
		Works      string     `json:"works"`
		Channel    string     `json:"channel" word:"came"`
		AppliedAt  time.Time  `json:"applied_at"`
		DecidedAt  time.Time  `json:"decided_at,omitzero"`
		Reason     string     `json:"reason"`
		Terms      []termCopy `json:"terms"`
		Ties       []tieCopy  `json:"ties"` // to organisations beside the union
	}
	termCopy struct {
		Kind   string    `json:"kind" word:"term"`
		Union  string    `json:"union"`
		From   time.Time `json:"from"`
		Until  time.Time `json:"until,omitzero"`
		By     string    `json:"by"`
		Reason string    `json:"reason"`
	}
	tieCopy struct {
		Kind  string `json:"kind" word:"tie"`
		Org   string `json:"org"`
		From  string `json:"from"`
		Until string `json:"until,omitempty"`
		By    string `json:"by"`
	}
	noticeCopy struct {
		At    time.Time `json:"at"`
		Kinds []string  `json:"kinds" word:"data"`
		Text  string    `json:"text"`
	}
	consentCopy struct {
		Purpose string    `json:"purpose" word:"-"`
		Version int64     `json:"version"`
		Name    string    `json:"name"` // in words
		Text    string    `json:"text"` // as it was agreed to
		Given   bool      `json:"given"`
		At      time.Time `json:"at"`
		Way     string    `json:"way" word:"decided"`
	}
	askCopy struct {
		AskedAt    time.Time  `json:"asked_at"`
		Kind       string     `json:"kind" word:"ask"`
		State      string     `json:"state" word:"answer"`
		Union      string     `json:"union"`
		Words      string     `json:"words"`
		AnsweredAt time.Time  `json:"answered_at,omitzero"`
		AnsweredBy string     `json:"answered_by"`
		Answer     string     `json:"answer"`
		HandedOn   []handCopy `json:"handed_on"`
		Field      string     `json:"field" word:"field"` // of a correction: what was wrong
		Wanted     string     `json:"wanted"`             // what is right
		Was        string     `json:"was"`                // what stood there before it was changed
		Proof      bool       `json:"proof"`              // a photo came with it
	}
	handCopy struct {
		At   time.Time `json:"at"`
		From string    `json:"from"`
		To   string    `json:"to"`
		By   string    `json:"by"`
	}
	lookCopy struct {
		At      time.Time `json:"at"`
		Name    string    `json:"name"`
		Office  string    `json:"office"`
		What    string    `json:"what" word:"look"`
		Number  string    `json:"number"`
		Purpose string    `json:"purpose"`
	}
)

// take hands out the copy, to be saved and not to be kept on the way.
func (p *pages) take(w http.ResponseWriter, r *http.Request) error {
	c, err := p.copy(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="nuanxin-data.json"`)
	return web.JSON(w, r, http.StatusOK, c)
}

func (p *pages) copy(ctx context.Context) (c copied, err error) {
	c = copied{MadeAt: p.Desk.Now().UTC(), Memberships: []memberCopy{}, Asks: []askCopy{}, Looks: []lookCopy{}}
	said, err := p.contact(ctx)
	if err != nil {
		return c, err
	}
	mine, err := p.Accounts.Me(ctx, "")
	if err != nil {
		return c, err
	}
	changes, _, err := p.Phones.Mine(ctx)
	if err != nil {
		return c, err
	}
	c.Account = accountOf(said, mine, changes)
	if c.Requests, err = p.matterCopies(ctx); err != nil {
		return c, err
	}
	members, err := p.Members.Copies(ctx)
	if err != nil {
		return c, err
	}
	for _, m := range members {
		c.Memberships = append(c.Memberships, memberCopyOf(m))
	}
	asks, err := p.Rights.Mine(ctx)
	if err != nil {
		return c, err
	}
	for _, a := range asks {
		c.Asks = append(c.Asks, askCopyOf(a))
	}
	if c.Notices, err = p.notices(ctx); err != nil {
		return c, err
	}
	if c.Children, err = p.childCopies(ctx); err != nil {
		return c, err
	}
	if c.Holds, err = p.holdCopies(ctx); err != nil {
		return c, err
	}
	if c.Consents, err = p.consentCopies(ctx); err != nil {
		return c, err
	}
	of, err := p.roots(ctx)
	for after, more := "", err == nil; more; more = err == nil && after != "" {
		var some []look
		some, after, err = p.looksAt(ctx, of, after, 200)
		for _, l := range some {
			c.Looks = append(c.Looks, lookCopy{l.At.UTC(), l.Name, l.Office, l.What, l.Number, l.Purpose})
		}
	}
	return c, err
}

// matterCopies are all matters, with those that hang on the phone alone.
func (p *pages) matterCopies(ctx context.Context) ([]matterCopy, error) {
	copies := []matterCopy{}
	all, err := p.byPhone(ctx)
	if err != nil {
		return nil, err
	}
	for after, more := "", true; more; more = after != "" {
		var some []matter
		if some, after, err = p.matters(ctx, after, 50); err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	for _, m := range all {
		one, err := p.matterCopy(m)
		if err != nil {
			return nil, err
		}
		copies = append(copies, one)
	}
	return copies, nil
}

// notices are what the worker is told of incidents.
func (p *pages) notices(ctx context.Context) ([]noticeCopy, error) {
	all := []noticeCopy{}
	told, err := p.Breaches.Mine(ctx)
	for _, i := range told {
		all = append(all, noticeCopy{i.At.UTC(), i.Kinds, i.Text})
	}
	return all, err
}

// holdCopies are what has to be kept for a time.
func (p *pages) holdCopies(ctx context.Context) ([]holdCopy, error) {
	all := []holdCopy{}
	held, err := p.Erasures.Held(ctx)
	for _, h := range held {
		all = append(all, holdCopy{string(h.Kind), h.Called, h.From, h.Until, h.Ground.In(web.Lang(ctx)), h.Ground.Source, h.Reason})
	}
	return all, err
}

// consentCopies are all decisions about the use of the data, in words.
func (p *pages) consentCopies(ctx context.Context) ([]consentCopy, error) {
	all := []consentCopy{}
	agreed, err := p.Consents.Mine(ctx)
	for _, st := range agreed {
		for _, d := range st.History {
			w := st.In(web.Lang(ctx))
			all = append(all, consentCopy{d.Purpose, d.Version, w.Name, w.Tick, d.Given, d.At.UTC(), string(d.Way)})
		}
	}
	return all, err
}

func accountOf(said contact, mine account.Mine, changes []phone.Change) accountCopy {
	a := accountCopy{Name: said.Name, Phone: said.Phone, MadeAt: mine.MadeAt.UTC(), Sessions: []sessionCopy{}, Changes: []phoneCopy{}}
	for _, s := range mine.Sessions {
		a.Sessions = append(a.Sessions, sessionCopy{s.Device, s.MadeAt.UTC(), s.SeenAt.UTC(), s.EndsAt.UTC()})
	}
	for _, x := range changes {
		one := phoneCopy{x.AskedAt.UTC(), x.EndedAt, string(x.Way), string(x.State), x.Old, x.New, x.ByName, x.Office, []string{}, x.Note}
		for _, k := range x.Checked {
			one.Checked = append(one.Checked, string(k))
		}
		a.Changes = append(a.Changes, one)
	}
	return a
}

func (p *pages) matterCopy(m matter) (c matterCopy, err error) {
	c = matterCopy{Number: m.Number, ByPhone: m.phoned, CreatedAt: m.CreatedAt.UTC(), Channel: string(m.Channel), Source: m.Source, Status: string(m.Status), Topic: m.Topic, Title: m.Title,
		What: m.What, Place: m.Place, Hidden: m.Hidden, Words: m.Words, Heard: m.Heard, Officer: m.OfficerName, WentTo: append([]string{}, m.bodies()...), Timeline: []entryCopy{}, Files: []fileCopy{}}
	if c.Name, c.Phone, err = p.Sealed.Identity(m.Request); err != nil {
		return c, err
	}
	for _, e := range m.own.Timeline {
		c.Timeline = append(c.Timeline, entryCopy{e.At.UTC(), string(e.Kind), string(e.By), e.ByName, e.BodyName, e.Words, e.Until, e.Fact})
	}
	for _, f := range m.own.Files {
		c.Files = append(c.Files, fileCopy{f.At.UTC(), string(f.Kind), f.Seconds, f.Size, f.Digest, fileHref(m, f.ID)})
	}
	return c, nil
}

func askCopyOf(a rights.Ask) askCopy {
	c := askCopy{a.AskedAt.UTC(), string(a.Kind), string(a.State), a.UnionName, a.Words, a.AnsweredAt, a.AnsweredBy, a.Answer, []handCopy{}, a.Field, a.Wanted, a.Was, a.Proof != ""}
	for _, h := range a.Hands {
		c.HandedOn = append(c.HandedOn, handCopy{h.At.UTC(), h.FromName, h.ToName, h.By})
	}
	return c
}

func memberCopyOf(m member.Copy) memberCopy {
	c := memberCopy{Number: m.Number, State: string(m.State), Union: m.UnionName, MovesTo: m.ToName, Name: m.Name, Phone: m.Full.Phone, Document: m.Full.Document, Born: m.Born,
		Occupation: string(m.Occupation), Works: m.Works, Channel: string(m.Channel), AppliedAt: m.AppliedAt.UTC(), DecidedAt: m.DecidedAt, Reason: m.Reason, Terms: []termCopy{}, Ties: []tieCopy{}}
	for _, t := range m.Terms {
		c.Terms = append(c.Terms, termCopy{string(t.Kind), t.UnionName, t.From.UTC(), t.Until, t.By, t.Reason})
	}
	for _, t := range m.Ties {
		c.Ties = append(c.Ties, tieCopy{string(t.Kind), t.OrgName, t.From, t.Until, t.By})
	}
	return c
}
