package lifeweb

import (
	"context"
	"net/http"

	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// mergePage is the end of a union: first who takes it over, then what would move.
type mergePage struct {
	Frame   ui.StaffPage
	From    org.Org
	Words   string
	Rows    []org.Branch
	More    bool
	Preview *life.Preview // nil while nobody was chosen
	Seen    int64
	How     life.How
	Why     string
	Errors  ui.FormErrors
	ReqID   string
}

func (p *pages) merger(w http.ResponseWriter, r *http.Request) error {
	return p.showMerger(w, r, mergePage{How: life.Merged, Words: r.URL.Query().Get("q")}, org.ID(r.URL.Query().Get("into")), nil)
}

// takers is how many unions are shown to choose from; the rest is found by words.
const takers = 20

func (p *pages) showMerger(w http.ResponseWriter, r *http.Request, page mergePage, into org.ID, refusal error) error {
	ctx := r.Context()
	var status int
	var err error
	if page.Errors, status, err = again(ctx, refusal); err != nil {
		return err
	}
	area, err := p.fromOf(ctx, org.ID(r.PathValue("id")), &page)
	if err != nil {
		return err
	}
	if page.Seen == 0 || refusal != nil {
		page.Seen = page.From.Version
	}
	page.ReqID = web.NewReqID()
	page.Frame = p.frame(ctx, t(ctx, "merge.of", "Name", page.From.Called()), ui.Crumb{Text: page.From.Called(), Href: href(page.From.ID)}, ui.Crumb{Text: t(ctx, "merge")})
	if into != "" {
		preview, err := p.Life.Preview(ctx, page.From.ID, into)
		if refusal == nil || !fault.Is(err, fault.Invalid) { // whom it names is told by the refusal
			if err != nil {
				return err
			}
			page.Preview = &preview
		}
	}
	if page.Preview == nil {
		f := org.Filter{Area: area, Kinds: org.Unions(), Words: page.Words, Limit: takers + 2}
		if page.Rows, err = p.Orgs.Branches(ctx, f); err != nil {
			return err
		}
		page.trim()
	}
	return web.Show(w, r, status, mergeView(page))
}

// fromOf finds the union that is to end, and the area in which it is decided who
// takes it over.
func (p *pages) fromOf(ctx context.Context, which org.ID, page *mergePage) (string, error) {
	o, err := p.Orgs.Get(ctx, which)
	if err != nil {
		return "", err
	}
	page.From = o
	var leader *org.Org
	if o.Parent != "" {
		up, err := p.Orgs.Get(ctx, o.Parent)
		if err != nil {
			return "", err
		}
		leader = &up
	}
	object := life.Endable(o, leader)
	if !may(ctx, life.Merge, object) {
		return "", fault.New(string(life.Merge), fault.Denied, "fault.denied")
	}
	return object.Area, nil
}

// trim leaves out the union itself and what does not fit on the page.
func (page *mergePage) trim() {
	var rows []org.Branch
	for _, b := range page.Rows {
		if b.ID != page.From.ID {
			rows = append(rows, b)
		}
	}
	page.More = len(rows) > takers
	page.Rows = rows[:min(len(rows), takers)]
}

func (p *pages) merge(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	f := r.PostForm
	e := life.Ending{From: org.ID(r.PathValue("id")), Version: number(f.Get("version")), Into: org.ID(f.Get("into")), How: life.How(f.Get("how")), Why: f.Get("reason")}
	if _, err := p.Life.Merge(web.Named(r), e); err != nil {
		return p.showMerger(w, r, mergePage{How: e.How, Why: e.Why}, e.Into, err)
	}
	web.SetFlash(w, r, "life.ended")
	return web.See(w, r, href(e.From))
}
