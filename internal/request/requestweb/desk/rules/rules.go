package rules

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/workday"
)

// phraseList are the phrases of an area, with the form for one more.
type phraseList struct {
	area  string
	kinds []phraseKind
	in    request.Phrase
	reqID string
	reach.Trouble
}

type phraseKind struct {
	kind request.Kind
	all  []request.Phrase
}

func (p Pages) Phrases(w http.ResponseWriter, r *http.Request) error {
	area, ok := reach.Within(r.Context(), r.URL.Query().Get("area"), reach.StaffRoles()...)
	if !ok {
		return reach.Missing()
	}
	return p.showPhrases(w, r, http.StatusOK, phraseList{area: area})
}

func (p Pages) showPhrases(w http.ResponseWriter, r *http.Request, status int, l phraseList) error {
	ctx := r.Context()
	for _, k := range request.PhraseKinds() {
		all, err := p.Office.Phrases(ctx, l.area, k)
		if err != nil {
			return err
		}
		l.kinds = append(l.kinds, phraseKind{k, all})
	}
	l.reqID = web.NewReqID()
	return web.Show(w, r, status, phrasesPage(p.Frame(ctx, t(ctx, "phrases.title")), l))
}

func (p Pages) AddPhrase(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := reach.Form(r); err != nil {
		return err
	}
	v := r.PostForm
	area, ok := reach.Within(ctx, v.Get("area"), reach.StaffRoles()...)
	if !ok {
		return reach.Missing()
	}
	in := request.Phrase{Area: area, Kind: request.Kind(v.Get("kind")), ZH: v.Get("zh"), EN: v.Get("en")}
	_, err := p.Office.SavePhrase(web.Named(r), in)
	if err == nil {
		web.SetFlash(w, r, "requestdesk.flash.phrase")
		return web.See(w, r, Phrases+"?area="+url.QueryEscape(area))
	}
	b, status, err := reach.Again(ctx, err)
	if err != nil {
		return err
	}
	return p.showPhrases(w, r, status, phraseList{area: area, in: in, Trouble: b})
}

func (p Pages) DropPhrase(w http.ResponseWriter, r *http.Request) error {
	if err := reach.Form(r); err != nil {
		return err
	}
	if !reach.IsStaff(r.Context()) {
		return reach.Missing()
	}
	if err := p.Office.DropPhrase(web.Named(r), r.PostForm.Get("phrase")); err != nil {
		return err
	}
	web.SetFlash(w, r, "requestdesk.flash.dropped")
	return web.See(w, r, Phrases)
}

// ruleRoles may read the limits; leaders and administrators set them.
func ruleRoles() []authz.Role { return []authz.Role{authz.Cadre, authz.Leader, authz.Admin} }

// ruleForm are limits as they are filled in.
type ruleForm struct {
	now   request.Limits
	dated []request.Limits
	in    map[string]string
	mayIn bool
	area  string
	reqID string
	reach.Trouble
}

// number is one of the numbers of the limits, with where it is kept.
type number struct {
	name string
	at   func(*request.Limits) *int
	unit string // "min", "day", "times"
}

// words says the number with its unit; whole hours as hours.
func (n number) words(ctx context.Context, v int) string {
	if n.unit == "min" && v%60 == 0 {
		return t(ctx, "rules.unit.hour", "Count", v/60)
	}
	return t(ctx, "rules.unit."+n.unit, "Count", v)
}

func numbers() []number {
	return []number{
		{"look", func(l *request.Limits) *int { return &l.LookMinutes }, "min"},
		{"remind", func(l *request.Limits) *int { return &l.RemindMinutes }, "min"},
		{"sign", func(l *request.Limits) *int { return &l.SignMinutes }, "min"},
		{"body", func(l *request.Limits) *int { return &l.BodyMinutes }, "min"},
		{"station", func(l *request.Limits) *int { return &l.HostMinutes }, "min"},
		{"reply", func(l *request.Limits) *int { return &l.ReplyMinutes }, "min"},
		{"soon", func(l *request.Limits) *int { return &l.SoonMinutes }, "min"},
		{"up", func(l *request.Limits) *int { return &l.UpMinutes }, "min"},
		{"answer", func(l *request.Limits) *int { return &l.AnswerDays }, "day"},
		{"quiet", func(l *request.Limits) *int { return &l.QuietDays }, "day"},
		{"bounces", func(l *request.Limits) *int { return &l.Bounces }, "times"},
		{"more", func(l *request.Limits) *int { return &l.MoreTimes }, "times"},
		{"chases", func(l *request.Limits) *int { return &l.Chases }, "times"},
		{"export", func(l *request.Limits) *int { return &l.ExportRows }, "rows"},
	}
}

func (p Pages) Limits(w http.ResponseWriter, r *http.Request) error {
	area, ok := reach.Within(r.Context(), r.URL.Query().Get("area"), ruleRoles()...)
	if !ok {
		return reach.Missing()
	}
	return p.showLimits(w, r, http.StatusOK, ruleForm{area: area})
}

func (p Pages) showLimits(w http.ResponseWriter, r *http.Request, status int, f ruleForm) (err error) {
	ctx := r.Context()
	if f.now, err = p.Office.LimitsFor(ctx, f.area); err != nil {
		return err
	}
	if f.dated, err = p.Office.DatedLimits(ctx, f.area); err != nil {
		return err
	}
	f.reqID = web.NewReqID()
	_, f.mayIn = reach.Within(ctx, f.area, authz.Leader, authz.Admin)
	if f.in == nil {
		f.in = filledLimits(f.now)
	}
	return web.Show(w, r, status, rulesPage(p.Frame(ctx, t(ctx, "rules.title")), f))
}

func filledLimits(l request.Limits) map[string]string {
	in := map[string]string{"hours_from": clockTime(l.Hours.From), "hours_to": clockTime(l.Hours.To), "cite": "", "from": ""}
	for _, n := range numbers() {
		in[n.name] = strconv.Itoa(*n.at(&l))
	}
	if len(l.Hours.Breaks) > 0 {
		in["break_from"], in["break_to"] = clockTime(l.Hours.Breaks[0].From), clockTime(l.Hours.Breaks[0].To)
	}
	if l.Direct {
		in["direct"] = "1"
	}
	if l.Silent {
		in["silent"] = "1"
	}
	return in
}

func clockTime(m workday.Minute) string {
	n := int(m)
	return pad(n/60) + ":" + pad(n%60)
}

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// readTime reads 09:00; an unreadable one is after the day's end, which the
// limits' own check refuses.
func readTime(s string) workday.Minute {
	h, m, ok := strings.Cut(strings.TrimSpace(s), ":")
	hh, err1 := strconv.Atoi(h)
	mm, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || hh < 0 || hh > 24 || mm < 0 || mm > 59 {
		return workday.At(24, 0) + 1
	}
	return workday.At(hh, mm)
}

// readLimits reads the form over the limits in force, so that what it does not
// show stays.
func readLimits(now request.Limits, v url.Values) (request.Limits, error) {
	l := now
	l.Area, l.From, l.Cite = v.Get("area"), strings.TrimSpace(v.Get("from")), strings.TrimSpace(v.Get("cite"))
	l.Direct, l.Silent = v.Get("direct") != "", v.Get("silent") != ""
	l.Hours = workday.Hours{From: readTime(v.Get("hours_from")), To: readTime(v.Get("hours_to"))}
	if v.Get("break_from") != "" || v.Get("break_to") != "" {
		l.Hours.Breaks = []workday.Span{{From: readTime(v.Get("break_from")), To: readTime(v.Get("break_to"))}}
	}
	var faults fault.Form
	for _, n := range numbers() {
		value, err := strconv.Atoi(strings.TrimSpace(v.Get(n.name)))
		if err != nil || value > 1_000_000 {
			faults.Add(n.name, "requestdesk.rules.number", nil)
			continue
		}
		*n.at(&l) = value
	}
	return l, faults.Err("request_policy.set")
}

func (p Pages) SetLimits(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := reach.Form(r); err != nil {
		return err
	}
	area, ok := reach.Within(ctx, r.PostForm.Get("area"), authz.Leader, authz.Admin)
	if !ok {
		return reach.Missing()
	}
	now, err := p.Office.LimitsFor(ctx, area)
	if err != nil {
		return err
	}
	l, err := readLimits(now, r.PostForm)
	l.Area = area
	if err == nil {
		_, err = p.Office.SetLimits(web.Named(r), l)
	}
	if err == nil {
		web.SetFlash(w, r, "requestdesk.flash.rules", "From", l.From)
		return web.See(w, r, Limits+"?area="+url.QueryEscape(area))
	}
	b, status, err := reach.Again(ctx, err)
	if err != nil {
		return err
	}
	f := ruleForm{area: area, in: map[string]string{}, Trouble: b}
	for name := range r.PostForm {
		f.in[name] = r.PostForm.Get(name)
	}
	return p.showLimits(w, r, status, f)
}

// inForce are the limits that apply now, in words.
func inForce(ctx context.Context, l request.Limits) []ui.Pair {
	out := []ui.Pair{{Key: t(ctx, "rules.hours"), Text: hoursWords(ctx, l.Hours)}}
	for _, n := range numbers() {
		out = append(out, ui.Pair{Key: t(ctx, "rules."+n.name), Text: n.words(ctx, *n.at(&l))})
	}
	yes := map[bool]string{true: t(ctx, "yes"), false: t(ctx, "no")}
	out = append(out, ui.Pair{Key: t(ctx, "rules.silent"), Text: yes[l.Silent]}, ui.Pair{Key: t(ctx, "rules.direct"), Text: yes[l.Direct]})
	var veiled []string
	for _, code := range l.Veiled {
		veiled = append(veiled, tell.Topic(ctx, code))
	}
	return append(out, ui.Pair{Key: t(ctx, "rules.veiled"), Text: web.List(ctx, veiled...)}, ui.Pair{Key: t(ctx, "rules.cite"), Text: l.Cite})
}

// datedTable tells what applies from when.
func datedTable(ctx context.Context, all []request.Limits) ui.TableProps {
	p := ui.TableProps{Caption: t(ctx, "rules.all"), Cols: []ui.Col{{Text: t(ctx, "rules.from")}, {Text: t(ctx, "area")}, {Text: t(ctx, "rules.look"), Right: true}, {Text: t(ctx, "rules.sign"), Right: true},
		{Text: t(ctx, "rules.answer"), Right: true}, {Text: t(ctx, "rules.cite")}}}
	for _, l := range all {
		p.Rows = append(p.Rows, []ui.Cell{{Text: l.From}, {Text: tell.AreaName(ctx, l.Area)}, {Text: number{unit: "min"}.words(ctx, l.LookMinutes)}, {Text: number{unit: "min"}.words(ctx, l.SignMinutes)},
			{Text: number{unit: "day"}.words(ctx, l.AnswerDays)}, {Text: l.Cite}})
	}
	return p
}

func hoursWords(ctx context.Context, h workday.Hours) string {
	var parts []string
	from := h.From
	for _, b := range h.Breaks {
		parts = append(parts, web.HoursSpan(ctx, int(from), int(b.From)))
		from = b.To
	}
	return web.List(ctx, append(parts, web.HoursSpan(ctx, int(from), int(h.To)))...)
}
