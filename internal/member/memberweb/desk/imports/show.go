package imports

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

const (
	perPage = 40 // rows
	again   = 3  // seconds after which the page of work comes anew without scripts
)

// view is one list as a page shows it.
type view struct {
	intake.Page
	part       intake.Action
	others     map[member.ID]member.Member // whom rows may be, as far as the reader may see them
	prev, next string
	may        bool
}

// parts are the filters of the rows, in their order.
func parts() []intake.Action {
	return []intake.Action{"", intake.WillAdd, intake.WillDoubt, intake.WillSkip, intake.WillRefuse, intake.Left}
}

// of is the list of the path.
func (p *pages) of(r *http.Request) (intake.Batch, error) {
	which, err := id.Parse[intake.ID](r.PathValue("id"))
	if err != nil {
		return intake.Batch{}, fault.New("member.import", fault.Missing, "fault.missing")
	}
	return p.Lists.Head(r.Context(), which)
}

// one shows a list row by row, or how far the work on it has come.
func (p *pages) one(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, err := p.of(r)
	if err != nil {
		return err
	}
	shut(w)
	if b.Busy() {
		f := p.frame(ctx, named(ctx, b), ui.Crumb{Text: t(ctx, "title"), Href: Href})
		if f.Scripts = []string{"htmx"}; b.Trouble == "" {
			f.Refresh = again
		}
		return web.Show(w, r, http.StatusOK, workPage(f, b, may(ctx, b)))
	}
	v := view{part: intake.Action(r.URL.Query().Get("part")), may: may(ctx, b)}
	n, _ := strconv.Atoi(r.URL.Query().Get("page")) // what is none is the first
	if v.Page, err = p.Lists.Lines(ctx, b.ID, v.part, n, perPage); err != nil {
		return err
	}
	if v.others, err = p.known(ctx, v.Lines); err != nil {
		return err
	}
	if v.Page.Page > 1 {
		v.prev = v.href(v.part, v.Page.Page-1)
	}
	if v.Page.Page < v.Pages {
		v.next = v.href(v.part, v.Page.Page+1)
	}
	f := p.frame(ctx, named(ctx, b), ui.Crumb{Text: t(ctx, "title"), Href: Href})
	f.Buttons = buttons(v)
	return web.Show(w, r, http.StatusOK, onePage(f, v))
}

// known are the members that rows name, as far as the reader may see them.
func (p *pages) known(ctx context.Context, lines []intake.Line) (map[member.ID]member.Member, error) {
	ids := []member.ID{}
	for _, l := range lines {
		for _, o := range l.Others {
			if o.Other != "" {
				ids = append(ids, o.Other)
			}
		}
	}
	all := map[member.ID]member.Member{}
	if len(ids) == 0 {
		return all, nil
	}
	found, err := p.Roll.List(ctx, roll.Filter{IDs: ids, Limit: len(ids)})
	for _, m := range found.Rows {
		all[m.ID] = m.Member
	}
	return all, err
}

func (v view) href(part intake.Action, page int) string {
	q := url.Values{}
	if part != "" {
		q.Set("part", string(part))
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return href(v.ID)
	}
	return href(v.ID) + "?" + q.Encode()
}

func (v view) filters(ctx context.Context) []ui.Filter {
	var out []ui.Filter
	for _, a := range parts() {
		n := v.Counts[a]
		if a == "" {
			n = v.Total
		}
		if n > 0 {
			out = append(out, ui.Filter{Text: part(ctx, a), Href: v.href(a, 1), On: v.part == a, Count: web.Count(int64(n))})
		}
	}
	return out
}

func part(ctx context.Context, a intake.Action) string {
	if a == "" {
		return t(ctx, "all")
	}
	return t(ctx, "action."+string(a))
}

// why says in words why a row is as it is.
func (v view) why(ctx context.Context, l intake.Line) string {
	if l.Why == "" {
		return ""
	}
	return t(ctx, "why."+l.Why, "Row", l.With)
}

// who names a member whom a row may be: with the union, where the reader may see it.
func (v view) who(ctx context.Context, which member.ID) (text, href string) {
	m, ok := v.others[which]
	if !ok {
		return t(ctx, "elsewhere"), ""
	}
	return t(ctx, "like", "Name", m.Name, "Phone", m.Phone, "Union", m.UnionName), hrefMembers + "/" + string(m.ID)
}

// look is how an action looks.
func look(a intake.Action) (tone ui.Tone, icon string) {
	switch a {
	case intake.WillAdd:
		return ui.Pine, "plus"
	case intake.WillDoubt:
		return ui.Amber, "eye"
	case intake.WillRefuse:
		return ui.Rose, "x"
	case intake.Left:
		return ui.Amber, "people"
	}
	return ui.Plain, "check"
}

// title is what a row is called.
func title(ctx context.Context, l intake.Line) string {
	if l.Name == "" {
		return t(ctx, "row", "Row", l.No)
	}
	return l.Name
}

// facts are what was understood of a row; numbers that passed are masked.
func facts(ctx context.Context, l intake.Line) (all []ui.Pair) {
	phone, document := idcard.MaskPhone(l.Phone), ""
	if l.Document != "" {
		document = idcard.MaskID(l.Document)
	}
	for _, f := range []struct{ key, text string }{{"phone", phone}, {"document", document}, {"works", l.Works}, {"station", l.Station}, {"post", l.Post}} {
		if f.text != "" {
			all = append(all, ui.Pair{Key: t(ctx, f.key), Text: f.text})
		}
	}
	if l.Phone != "" && l.Action != intake.WillRefuse {
		all = append(all, ui.Pair{Key: t(ctx, "occupation"), Text: t(ctx, "occupation."+string(l.Occupation))})
	}
	return all
}

// ask asks once more before something is done with a whole list.
func (p *pages) ask(what string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		b, err := p.of(r)
		switch {
		case err != nil:
			return err
		case !may(ctx, b):
			return fault.New(string(member.Import), fault.Denied, "fault.denied")
		case b.State != map[string]intake.State{"apply": intake.Staged, "undo": intake.Applied}[what]:
			return web.See(w, r, href(b.ID))
		}
		v := view{}
		if v.Page, err = p.Lists.Lines(ctx, b.ID, "", 1, 1); err != nil {
			return err
		}
		shut(w)
		f := p.frame(ctx, t(ctx, what), ui.Crumb{Text: t(ctx, "title"), Href: Href}, ui.Crumb{Text: named(ctx, b), Href: href(b.ID)})
		return web.Show(w, r, http.StatusOK, askPage(f, v, what))
	}
}

func (p *pages) apply(w http.ResponseWriter, r *http.Request) error {
	return p.do(w, r, "begun", func(ctx context.Context, b intake.Batch) error {
		return p.Lists.Start(ctx, b.ID, r.PostForm.Get("doubtful") != "")
	})
}

func (p *pages) undo(w http.ResponseWriter, r *http.Request) error {
	return p.do(w, r, "begun", func(ctx context.Context, b intake.Batch) error { return p.Lists.Undo(ctx, b.ID) })
}

func (p *pages) stop(w http.ResponseWriter, r *http.Request) error {
	return p.do(w, r, "stopped", func(ctx context.Context, b intake.Batch) error { return p.Lists.Stop(ctx, b.ID) })
}

func (p *pages) again(w http.ResponseWriter, r *http.Request) error {
	return p.do(w, r, "begun", func(ctx context.Context, b intake.Batch) error { return p.Lists.Again(ctx, b.ID) })
}

// do does something with a list and leads back to it, where is told what is so.
func (p *pages) do(w http.ResponseWriter, r *http.Request, told string, act func(context.Context, intake.Batch) error) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("member.form", fault.Invalid, "fault.form").Because(err)
	}
	b, err := p.of(r)
	if err != nil {
		return err
	}
	return web.SeeAfter(w, r, href(b.ID), "memberimport."+told, "memberimport.moved", act(web.Named(r), b))
}

// leftOut hands the rows out that are left out, with the reason, to be mended and
// brought again. What passed of phones and identity numbers is masked.
func (p *pages) leftOut(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, err := p.of(r)
	if err != nil {
		return err
	}
	rows := [][]string{{t(ctx, "csv.row"), t(ctx, "csv.name"), t(ctx, "phone"), t(ctx, "document"), t(ctx, "csv.action"), t(ctx, "csv.why")}}
	v := view{}
	if err := p.Lists.Refused(ctx, b.ID, func(lines []intake.Line) error {
		for _, l := range lines {
			rows = append(rows, []string{strconv.Itoa(l.No), l.Name, idcard.MaskPhone(l.Phone), masked(l.Document), t(ctx, "action."+string(l.Action)), v.why(ctx, l)})
		}
		return nil
	}); err != nil {
		return err
	}
	rows = append(rows, []string{web.Watermark(ctx, t(ctx, "csv.mend"))})
	attach(w, "left-out.csv")
	return write(w, rows)
}

func masked(document string) string {
	if document == "" {
		return ""
	}
	return idcard.MaskID(document)
}
