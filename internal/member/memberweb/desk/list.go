package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// tab is a part of the list. Its words are "tab."+tab.
type tab string

// The tabs; the first is the one that opens.
const (
	tabWaits   tab = "waits"
	tabMembers tab = "members"
	tabChecks  tab = "checks" // whose identity number is not their name's
	tabAll     tab = "all"
)

func tabs() []tab { return []tab{tabWaits, tabMembers, tabChecks, tabAll} }

// states are those that one can choose among in a tab.
func (b tab) states() []member.State {
	switch b {
	case tabWaits:
		return nil
	case tabMembers:
		return []member.State{member.Active, member.Kept}
	case tabChecks:
		return []member.State{member.Applied, member.Active, member.Kept}
	}
	return member.States()
}

// query is what the list is asked for. None of it names a person.
type query struct {
	tab        tab
	state      member.State
	occupation member.Occupation
	firm       string // the company that they work for
	post       string // the station of ours that they belong to
	area       string // within the reader's own
	after      string
	open       member.ID // shown beside the list
}

func readQuery(v url.Values) query {
	q := query{tab: tab(v.Get("tab")), state: member.State(v.Get("state")), occupation: member.Occupation(v.Get("occupation")), after: v.Get("after")}
	if a := v.Get("area"); len(a) <= 12 && strings.Trim(a, "0123456789") == "" {
		q.area = a
	}
	if !slices.Contains(tabs(), q.tab) {
		q.tab = tabWaits
	}
	if !slices.Contains(q.tab.states(), q.state) {
		q.state = ""
	}
	if !slices.Contains(member.Occupations(), q.occupation) {
		q.occupation = ""
	}
	if q.firm = v.Get("platform"); !id.Valid(q.firm) {
		q.firm = ""
	}
	if q.post = v.Get("station"); !id.Valid(q.post) {
		q.post = ""
	}
	q.open, _ = id.Parse[member.ID](v.Get("open")) // a broken one shows the first
	return q
}

// pairs are the query's parameters without the page.
func (q query) pairs() []ui.Pair {
	var out []ui.Pair
	for _, p := range []ui.Pair{{Key: "tab", Text: string(q.tab)}, {Key: "state", Text: string(q.state)}, {Key: "occupation", Text: string(q.occupation)}, {Key: "platform", Text: q.firm}, {Key: "station", Text: q.post}, {Key: "area", Text: q.area}} {
		if p.Text != "" && p.Text != string(tabWaits) {
			out = append(out, p)
		}
	}
	return out
}

func (q query) href(to string) string {
	v := url.Values{}
	for _, p := range q.pairs() {
		v.Set(p.Key, p.Text)
	}
	if q.after != "" {
		v.Set("after", q.after)
	}
	if len(v) == 0 {
		return to
	}
	return to + "?" + v.Encode()
}

// narrowed reports whether the list shows less than its tab.
func (q query) narrowed() bool {
	return q.state != "" || q.occupation != "" || q.firm != "" || q.post != "" || q.area != ""
}

// filter is the query as the service understands it.
func (q query) filter() roll.Filter {
	f := roll.Filter{Waits: q.tab == tabWaits, Unmatched: q.tab == tabChecks, Firm: q.firm, Post: q.post, After: q.after}
	if q.tab == tabMembers || q.tab == tabChecks {
		f.States = q.tab.states()
	}
	if q.state != "" {
		f.States = []member.State{q.state}
	}
	f.Area = q.area
	if q.occupation != "" {
		f.Occupations = []member.Occupation{q.occupation}
	}
	return f
}

// view is the list as it is shown.
type view struct {
	query
	roll.Page
	waiting  roll.Waiting
	doubtful int
	counts   map[tab]string
	peek     *roll.File
	at       string // what the station of ours is called
	words    string // what a person was looked for by; it stands in no address
	cadre    bool
	reqID    string
	firms    []ui.Option
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !isStaff(ctx) {
		return missing()
	}
	v := view{query: readQuery(r.URL.Query())}
	var err error
	if v.Page, err = p.Roll.List(ctx, v.filter()); err != nil {
		return err
	}
	return p.showList(w, r, http.StatusOK, v)
}

// showList draws the list with its numbers and the member beside it.
func (p *pages) showList(w http.ResponseWriter, r *http.Request, status int, v view) (err error) {
	ctx := r.Context()
	if v.waiting, err = p.Roll.Waiting(ctx); err != nil {
		return err
	}
	if v.doubtful, err = p.Roll.Doubtful(ctx); err != nil {
		return err
	}
	v.counts = map[tab]string{tabWaits: web.Count(int64(v.waiting.All))}
	for _, b := range []tab{tabMembers, tabChecks, tabAll} {
		n, err := p.Roll.Count(ctx, query{tab: b}.filter())
		if err != nil {
			return err
		}
		v.counts[b] = many(n)
	}
	if v.peek, err = p.chosen(ctx, v); err != nil {
		return err
	}
	if p.Platforms != nil {
		if v.firms, err = p.Platforms(ctx); err != nil {
			return err
		}
	}
	for i := range v.firms {
		v.firms[i].On = v.firms[i].Value == v.firm
	}
	if v.post != "" && p.Station != nil {
		if v.at, err = p.Station(ctx, v.post); err != nil {
			return err
		}
	}
	v.cadre, v.reqID = isCadre(ctx), web.NewReqID()
	f := p.frame(ctx, t(ctx, "title"))
	f.Main, f.Scripts = "inbox", []string{"htmx"}
	f.Search = &ui.Search{Action: HrefMembers, Post: true, Label: t(ctx, "search"), Placeholder: t(ctx, "search.hint")}
	f.Chips = listChips(v)
	shut(w)
	return web.Show(w, r, status, listPage(f, v))
}

// many writes a count, with a plus when not all were counted.
func many(n int) string {
	if n > roll.Most {
		return web.Count(roll.Most) + "+"
	}
	return web.Count(int64(n))
}

// chosen is the member beside the list: the one that the reader came back from,
// else the first.
func (p *pages) chosen(ctx context.Context, v view) (*roll.File, error) {
	if v.open != "" {
		f, err := p.Roll.Get(ctx, v.open)
		if err == nil || !fault.Is(err, fault.Missing) {
			return &f, err
		}
	}
	if len(v.Rows) == 0 {
		return nil, nil //nolint:nilnil // an empty list has nothing beside it
	}
	f, err := p.Roll.Get(ctx, v.Rows[0].ID)
	return &f, err
}

// peek answers the list's script with the member beside it; a reader who opens
// the address gets the list with it.
func (p *pages) peek(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r, member.See)
	if err != nil {
		return err
	}
	if r.Header.Get("HX-Request") == "" {
		return web.See(w, r, HrefMembers+"?open="+url.QueryEscape(string(f.ID)))
	}
	shut(w)
	return web.Show(w, r, http.StatusOK, ui.Fragment(peekBody(f)))
}

func (v view) filters(ctx context.Context) []ui.Filter {
	var out []ui.Filter
	for _, b := range tabs() {
		out = append(out, ui.Filter{Text: t(ctx, "tab."+string(b)), Href: query{tab: b}.href(HrefMembers), On: v.tab == b && v.words == "", Count: v.counts[b]})
	}
	return out
}

func (v view) stateOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, s := range v.tab.states() {
		out = append(out, ui.Option{Value: string(s), Text: t(ctx, "state."+string(s)), On: s == v.state})
	}
	return out
}

func (v view) occupationOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, o := range member.Occupations() {
		out = append(out, ui.Option{Value: string(o), Text: occupation(ctx, o), On: o == v.occupation})
	}
	return out
}

// clear are the rows that wait, that nothing stands against, and that the reader
// may decide.
func (v view) clear(ctx context.Context) []roll.Row {
	var out []roll.Row
	for _, r := range v.Rows {
		if pickable(ctx, r) && len(r.Doubts) == 0 {
			out = append(out, r)
		}
	}
	return out
}

// pickable reports whether a row can be approved by the reader.
func pickable(ctx context.Context, r roll.Row) bool {
	return r.Waits() && may(ctx, member.Approve, r.Member)
}

// picks reports whether the list has boxes to tick.
func (v view) picks(ctx context.Context) bool {
	return v.tab == tabWaits && v.words == "" && slices.ContainsFunc(v.Rows, func(r roll.Row) bool { return pickable(ctx, r) })
}

// nextHref is the page after this one, topHref the first page, or "".
func (v view) nextHref() string {
	if v.Next == "" {
		return ""
	}
	q := v.query
	q.after = v.Next
	return q.href(HrefMembers)
}

func (v view) topHref() string {
	if v.after == "" {
		return ""
	}
	q := v.query
	q.after = ""
	return q.href(HrefMembers)
}
