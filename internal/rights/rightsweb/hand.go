package rightsweb

import (
	"context"
	"net/http"
	"strconv"

	"nuanxin/internal/plain"
	"nuanxin/internal/rights"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// MostUnions is how many unions one page offers; whoever finds more writes more of
// the name.
const MostUnions = 50

// handForm finds the union that an ask belongs to.
type handForm struct {
	rights.Ask
	words   string
	unions  []ui.Option
	more    bool
	version int64
	reqID   string
	ui.Trouble
}

func (p *pages) askHand(w http.ResponseWriter, r *http.Request) error {
	a, err := p.find(r, rights.HandOn)
	if err != nil {
		return err
	}
	if a.State != rights.Open {
		return web.See(w, r, DeskHref(a.ID))
	}
	return p.showHand(w, r, http.StatusOK, handForm{Ask: a, version: a.Version, words: plain.Line(r.URL.Query().Get("q"))})
}

func (p *pages) showHand(w http.ResponseWriter, r *http.Request, status int, f handForm) (err error) {
	ctx := r.Context()
	if f.unions, err = p.Unions(ctx, f.words); err != nil {
		return err
	}
	if f.more = len(f.unions) > MostUnions; f.more {
		f.unions = f.unions[:MostUnions]
	}
	for i, o := range f.unions {
		if o.Value == f.Union {
			f.unions = append(f.unions[:i:i], f.unions[i+1:]...) // has it already
			break
		}
	}
	f.reqID = web.NewReqID()
	return web.Show(w, r, status, handPage(p.under(ctx, t(ctx, "hand.title")), f))
}

func (p *pages) hand(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a, err := p.find(r, rights.HandOn)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.PostForm.Get("seen"), 10, 64)
	if err != nil {
		version = 0 // no version of anything
	}
	if err := p.Rights.HandOn(web.Named(r), a.ID, version, r.PostForm.Get("union")); err != nil {
		f := handForm{Ask: a, version: version, words: plain.Line(r.PostForm.Get("q"))}
		var status int
		if f.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.showHand(w, r, status, f)
	}
	web.SetFlash(w, r, "rights.flash.handed")
	return web.See(w, r, HrefDesk)
}

// handSteps tell how an ask came to the union that answers, the newest first.
func handSteps(ctx context.Context, a rights.Ask) (all []ui.Step) {
	for i := len(a.Hands) - 1; i >= 0; i-- {
		h := a.Hands[i]
		all = append(all, ui.Step{State: ui.Done, Icon: "swap", Title: t(ctx, "step.handed", "From", h.FromName, "To", h.ToName), Text: t(ctx, "step.handed.by", "Name", h.By), At: h.At, When: web.When(ctx, h.At)})
	}
	return all
}
