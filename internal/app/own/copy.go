package own

import (
	"context"
	"net/http"
	"slices"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
	"nuanxin/internal/web"
)

// The copy that workers take along. It is plain JSON with words where there are
// words: others read it, perhaps another union's program. internal/app/tables says
// of each personal column where it is in here. What the tag word names is a code, and is
// told in words where the copy is printed ([words]); "-" is not printed, because another
// field says the same in words. A list that is empty says that nothing is kept; one that is
// not there, that this copy leaves it out ([Relatives]).
type (
	copied struct {
		MadeAt      time.Time     `json:"made_at"`
		Masked      string        `json:"masked,omitzero"` // in words, that numbers are masked and how to have them whole; empty: nothing is
		Account     accountCopy   `json:"account"`
		Requests    []matterCopy  `json:"requests,omitzero"`
		Memberships []memberCopy  `json:"memberships,omitzero"`
		Unfinished  []halfCopy    `json:"unfinished,omitzero"` // the application that was saved and not sent; one at most
		Asks        []askCopy     `json:"asks,omitzero"`       // what was asked about this data
		Consents    []consentCopy `json:"consents,omitzero"`   // what was agreed to, and what was not, the first first
		Looks       []lookCopy    `json:"looks,omitzero"`      // who opened what is sealed, newest first
		Notices     []noticeCopy  `json:"notices,omitzero"`    // of incidents that concern this data
		Children    []childCopy   `json:"children,omitzero"`   // in this worker's care, and what was agreed to for them
		Holds       []holdCopy    `json:"holds,omitzero"`      // what has to be kept for a time although the account may end
	}
	halfCopy struct {
		SavedAt    time.Time `json:"saved_at"`
		Name       string    `json:"name"`
		Occupation string    `json:"occupation" word:"occupation"`
		Works      string    `json:"works"`
		Station    string    `json:"station"`
		Post       string    `json:"service_station"` // of ours
		Area       string    `json:"area"`
		Channel    string    `json:"came" word:"came"`
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
		MadeAt   time.Time     `json:"made_at,omitzero"`
		WeChat   time.Time     `json:"wechat_since,omitzero"` // since when WeChat opens it
		Sessions []sessionCopy `json:"sessions,omitzero"`
		Changes  []phoneCopy   `json:"phone_changes,omitzero"`
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
		Shares    []shareCopy   `json:"shares"` // whether bodies may see the files
	}
	shareCopy struct {
		At     time.Time `json:"at"`
		Given  bool      `json:"given"`
		Way    string    `json:"way" word:"shared"`
		Bodies string    `json:"bodies"`
		Reach  string    `json:"contact"` // of the body, as the worker was told it
		Kinds  []string  `json:"kinds" word:"sharekind"`
		By     string    `json:"by"` // the cadre who wrote it down
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
		Works      []workCopy `json:"works"` // platforms and companies
		Channel    string     `json:"channel" word:"came"`
		AppliedAt  time.Time  `json:"applied_at"`
		DecidedAt  time.Time  `json:"decided_at,omitzero"`
		Reason     string     `json:"reason"`
		Terms      []termCopy `json:"terms"`
		Ties       []tieCopy  `json:"ties"`       // to organisations beside the union
		AskedArea  string     `json:"asked_area"` // that had no union when it was asked for
		Check      checkCopy  `json:"check"`      // of name and identity number
	}
	checkCopy struct {
		Result string    `json:"result" word:"realname"`
		Source string    `json:"source"`
		At     time.Time `json:"at,omitzero"`
		SeenBy string    `json:"seen_by"` // who saw the original
		SeenAt time.Time `json:"seen_at,omitzero"`
		Note   string    `json:"note"`
		Wanted string    `json:"wanted"` // what the union asked the member to look at
	}
	termCopy struct {
		Kind   string    `json:"kind" word:"term"`
		Union  string    `json:"union"`
		From   time.Time `json:"from"`
		Until  time.Time `json:"until,omitzero"`
		By     string    `json:"by"`
		Reason string    `json:"reason"`
	}
	workCopy struct {
		Kind    string `json:"kind" word:"work"` // a company, or a station of ours
		Name    string `json:"name"`
		Station string `json:"station"`
		From    string `json:"from"`
		Until   string `json:"until,omitempty"`
		By      string `json:"by"`
		EndedBy string `json:"ended_by"`
		Wrong   bool   `json:"wrong"` // it was not so, and was put right
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
		ByPhone    bool       `json:"by_phone"` // found by the phone alone: staff wrote it down, and no account had it
		Channel    string     `json:"channel" word:"askway"`
		Name       string     `json:"name"`  // as it was written down; empty: the account's
		Phone      string     `json:"phone"` // likewise
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
	c = copied{MadeAt: p.Desk.Now().UTC(), Asks: []askCopy{}, Looks: []lookCopy{}}
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
	if c.Account.WeChat, err = p.weChatSince(ctx); err != nil {
		return c, err
	}
	if c.Requests, err = p.matterCopies(ctx); err != nil {
		return c, err
	}
	if c.Memberships, err = p.memberCopies(ctx); err != nil {
		return c, err
	}
	if c.Unfinished, err = p.halfCopies(ctx); err != nil {
		return c, err
	}
	asks, err := p.asks(ctx)
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
	c.mask(ctx, p.Desk.Now())
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

// mask says in the copy that identity numbers and birthdays in it are masked, where they
// are: the domains that keep them mask them.
func (c *copied) mask(ctx context.Context, now time.Time) {
	numbered := slices.ContainsFunc(c.Memberships, func(m memberCopy) bool { return m.Document != "" })
	born := slices.ContainsFunc(c.Children, func(k childCopy) bool { return k.Born != "" })
	if (numbered || born) && !authz.From(ctx).Whole(now) {
		c.Masked = t(ctx, "copy.masked")
	}
}

// memberCopies are the memberships, with what was checked of them.
func (p *pages) memberCopies(ctx context.Context) ([]memberCopy, error) {
	all := []memberCopy{}
	members, err := p.Members.Copies(ctx)
	if err != nil {
		return nil, err
	}
	checks, err := p.Checks.Copies(ctx)
	if err != nil {
		return nil, err
	}
	gaps, err := p.Gaps.Copies(ctx)
	for _, m := range members {
		one, k := memberCopyOf(m), checks[string(m.ID)]
		one.AskedArea = gaps[string(m.ID)].Asked
		one.Check = checkCopy{string(k.State), k.Source, k.CheckedAt, k.SeenBy, k.SeenAt, k.Note, k.Wanted}
		all = append(all, one)
	}
	return all, err
}

// weChatSince is since when WeChat opens the account.
func (p *pages) weChatSince(ctx context.Context) (time.Time, error) {
	tie, err := p.WeChat.Mine(ctx)
	return tie.Since, err
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
		one, err := p.matterCopy(ctx, m)
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

func (p *pages) matterCopy(ctx context.Context, m matter) (c matterCopy, err error) {
	c = matterCopy{Number: m.Number, ByPhone: m.phoned, CreatedAt: m.CreatedAt.UTC(), Channel: string(m.Channel), Source: m.Source, Status: string(m.Status), Topic: m.Topic, Title: m.Title,
		What: m.What, Place: m.Place, Hidden: m.Hidden, Words: m.Words, Heard: m.Heard, Officer: m.OfficerName, WentTo: append([]string{}, m.bodies()...), Timeline: []entryCopy{}, Files: []fileCopy{}, Shares: []shareCopy{}}
	if c.Name, c.Phone, err = p.Sealed.Identity(m.Request); err != nil {
		return c, err
	}
	for _, e := range m.own.Timeline {
		c.Timeline = append(c.Timeline, entryCopy{e.At.UTC(), string(e.Kind), string(e.By), e.ByName, e.BodyName, e.Words, e.Until, e.Fact})
	}
	for _, f := range m.own.Files {
		c.Files = append(c.Files, fileCopy{f.At.UTC(), string(f.Kind), f.Seconds, f.Size, f.Digest, fileHref(m, f.ID)})
	}
	shares, err := p.Shares.Of(ctx, request.Ref{ID: m.ID, Secret: p.Requests.Secret(m.ID)})
	for _, x := range shares {
		one := shareCopy{x.At.UTC(), x.Given, string(x.Way), x.BodyName, x.Contact, []string{}, x.By}
		for _, k := range x.Kinds {
			one.Kinds = append(one.Kinds, string(k))
		}
		c.Shares = append(c.Shares, one)
	}
	return c, err
}

func askCopyOf(a rights.Ask) askCopy {
	c := askCopy{a.AskedAt.UTC(), a.Person == "", string(a.Channel), a.Name, a.Phone, string(a.Kind), string(a.State), a.UnionName, a.Words, a.AnsweredAt, a.AnsweredBy, a.Answer, []handCopy{}, a.Field, a.Wanted, a.Was, a.Proof != ""}
	for _, h := range a.Hands {
		c.HandedOn = append(c.HandedOn, handCopy{h.At.UTC(), h.FromName, h.ToName, h.By})
	}
	return c
}

func memberCopyOf(m member.Copy) memberCopy {
	c := memberCopy{Number: m.Number, State: string(m.State), Union: m.UnionName, MovesTo: m.ToName, Name: m.Name, Phone: m.Full.Phone, Document: m.Full.Document, Born: m.Born,
		Occupation: string(m.Occupation), Works: []workCopy{}, Channel: string(m.Channel), AppliedAt: m.AppliedAt.UTC(), DecidedAt: m.DecidedAt, Reason: m.Reason, Terms: []termCopy{}, Ties: []tieCopy{}}
	for _, t := range m.Terms {
		c.Terms = append(c.Terms, termCopy{string(t.Kind), t.UnionName, t.From.UTC(), t.Until, t.By, t.Reason})
	}
	for _, w := range m.Worked {
		c.Works = append(c.Works, workCopy{workKind(w), w.Name, w.Station, w.From, w.Until, w.By, w.EndedBy, w.Wrong})
	}
	for _, t := range m.Ties {
		c.Ties = append(c.Ties, tieCopy{string(t.Kind), t.OrgName, t.From, t.Until, t.By})
	}
	return c
}

// workKind says whether one of them is a company or a station of ours.
func workKind(w work.Work) string {
	if w.Post != "" {
		return "station"
	}
	return "firm"
}

// halfCopies is the application that the worker saved and did not send.
func (p *pages) halfCopies(ctx context.Context) ([]halfCopy, error) {
	f, ok, err := p.Halves.Mine(ctx)
	if err != nil || !ok {
		return []halfCopy{}, err
	}
	post := ""
	if f.Post != "" {
		post, err = p.Station(ctx, f.Post)
	}
	return []halfCopy{{f.SavedAt, f.Name, f.Occupation, f.Works, f.Station, post, f.Area, f.Channel}}, err
}
