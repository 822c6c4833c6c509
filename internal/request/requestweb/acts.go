package requestweb

import (
	"context"
	"net/http"

	"nuanxin/internal/fault"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/sharing"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/request/share"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// formKind is one of the forms about a request that have a page of their own.
type formKind string

const (
	formAdd      formKind = "add"
	formUnsolved formKind = "unsolved"
	formWithdraw formKind = "withdraw"
)

// actForm is such a form as it is filled in.
type actForm struct {
	number string
	kind   formKind
	reqID  string
	reply  bool // answers a question of the union
	toHost bool // a station's host reads the words
	inPage bool // stands on the progress page, whose action bar sends it
	words  string
	reason string
	kept   []string
	files  []request.File
	errors ui.FormErrors
}

// readers says who reads the words beside the union, where somebody does.
func (f actForm) readers(ctx context.Context) string {
	if f.toHost && f.kind == formAdd && !f.reply {
		return t(ctx, "add.host")
	}
	return ""
}

// form shows the empty form.
func (p *pages) form(kind formKind) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		own, err := p.Office.Progress(r.Context(), p.ref(r))
		if err != nil {
			return err
		}
		f := actForm{number: own.Number, kind: kind, reqID: web.NewReqID(), reply: own.Status == request.StatusWaiting, toHost: own.ToHost}
		return web.Show(w, r, http.StatusOK, actPage(f))
	}
}

func (p *pages) add(w http.ResponseWriter, r *http.Request) error {
	return p.say(w, r, formAdd, "help.added", func(ctx context.Context, ref request.Ref, f actForm) error {
		_, err := p.Office.Add(ctx, ref, request.Say{Words: f.words, Files: f.files})
		return err
	})
}

func (p *pages) unsolved(w http.ResponseWriter, r *http.Request) error {
	return p.say(w, r, formUnsolved, "help.reopened", func(ctx context.Context, ref request.Ref, f actForm) error {
		_, err := p.Office.Unsolved(ctx, ref, f.reason, request.Say{Words: f.words, Files: f.files})
		return err
	})
}

// say takes a form with words and files. Refused, or when things moved on
// meanwhile, it comes back with all of them.
func (p *pages) say(w http.ResponseWriter, r *http.Request, kind formKind, told string, do func(context.Context, request.Ref, actForm) error) error {
	ref := p.ref(r)
	own, err := p.Office.Progress(r.Context(), ref) // nobody's files are taken in for what is not theirs
	if err != nil {
		return err
	}
	up, err := p.Uploads.Read(r)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	f := actForm{number: own.Number, kind: kind, reply: own.Status == request.StatusWaiting, toHost: own.ToHost, words: r.PostForm.Get("words"), reason: r.PostForm.Get("reason"), files: up.Files}
	if err == nil {
		err = up.Err()
	}
	if err == nil {
		err = do(web.Named(r, up.Digests()...), ref, f)
	}
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		return p.back(w, r, err, told)
	}
	status := web.Status(fault.KindOf(err))
	f.reqID, f.errors = web.NewReqID(), formErrors(r.Context(), err)
	if f.kept, err = p.Uploads.Keep(f.files); err != nil {
		return err
	}
	return web.Show(w, r, status, actPage(f))
}

func (p *pages) chase(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	receipt, err := p.Office.Chase(web.Named(r), p.ref(r))
	who := receipt.Who
	if who == "" {
		who = t(r.Context(), "union")
	}
	if err == nil && receipt.By.IsZero() && receipt.NotBy.After(web.Now(r.Context())) {
		return p.back(w, r, nil, "help.chased.dark", "Who", who, "Day", web.Date(r.Context(), receipt.NotBy))
	}
	if err == nil && receipt.By.IsZero() {
		return p.back(w, r, nil, "help.chased.plain", "Who", who)
	}
	return p.back(w, r, err, "help.chased.told", "Who", who, "By", web.Deadline(r.Context(), receipt.By))
}

func (p *pages) solved(w http.ResponseWriter, r *http.Request) error {
	p.forgetSent(w) // the same words are then news
	return p.press(w, r, p.Office.Solved, "help.solved.told")
}

func (p *pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	p.forgetSent(w)
	return p.press(w, r, p.Office.Withdraw, "help.withdrawn")
}

// share says what a body may see of what came with a matter.
func (p *pages) share(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	kinds, told := sharing.Kinds(r.PostForm), "sharing.flash.no"
	if len(kinds) > 0 {
		told = "sharing.flash.yes"
	} else if r.PostForm.Get("do") == "give" {
		return p.back(w, r, nil, "sharing.flash.none")
	}
	if p.Shares == nil {
		return fault.New(string(share.Say), fault.Missing, "fault.missing")
	}
	return p.back(w, r, p.Shares.Decide(web.Named(r), p.ref(r), r.PostForm.Get("body"), kinds...), told)
}

func (p *pages) press(w http.ResponseWriter, r *http.Request, do func(context.Context, request.Ref) (request.Receipt, error), told string) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	_, err := do(web.Named(r), p.ref(r))
	return p.back(w, r, err, told)
}

// back leads to the progress. That things moved on meanwhile is told there,
// beside what they are now.
func (p *pages) back(w http.ResponseWriter, r *http.Request, err error, told string, args ...any) error {
	if fault.Is(err, fault.Conflict) {
		f := fault.Of(err)
		told, args = f.Msg, nil
		for name, v := range f.Args {
			args = append(args, name, v)
		}
		if !web.HasText(r.Context(), told) {
			told = "request.state"
		}
		err = nil
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, told, args...)
	return web.See(w, r, Href(r.PathValue("number")))
}

func (f actForm) href(act formKind) string { return Href(f.number) + "/" + string(act) }

// reasons are the taps for "not solved".
func (f actForm) reasons(ctx context.Context) []ui.Option {
	icons := map[request.Reason]string{"same": "refresh", "half": "clock", "promise": "chat", "other": "more"}
	var all []ui.Option
	for _, reason := range request.Reasons() {
		all = append(all, ui.Option{Value: string(reason), Text: show.Reason(ctx, string(reason)), Icon: icons[reason], On: string(reason) == f.reason})
	}
	return all
}

// title heads the form's own page.
func (f actForm) title(ctx context.Context) string {
	if f.kind == formAdd && f.reply {
		return t(ctx, "reply.title")
	}
	return t(ctx, string(f.kind)+".title")
}
