// Package partner is what a partner body (协办单位) sees: the matters that were
// handed to it, one page each, from an account of its own or from a one-time
// link with a code. It sees the matter and never the person: the domain's Matter
// has no field in which a name, a phone or a worker's words could stand.
package partner

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/workday"
)

// The addresses of the pages.
const (
	HrefMatters = "/matters" // those of a body with an account
	HrefLink    = "/p"       // one-time links lie below it
)

// Invitation is what a one-time link stands for.
type Invitation struct {
	Request  request.ID
	Dispatch request.DispatchID
	Org      string
	Body     string // its name
	Phone    string // masked: where the code goes; empty: none is known
}

// Door lets bodies in by link. The link alone opens nothing: a code is sent to
// the phone that the union knows of the body.
type Door interface {
	// Find returns what token stands for, or Missing.
	Find(ctx context.Context, token string) (Invitation, error)
	// SendCode sends a code for the invitation.
	SendCode(ctx context.Context, i Invitation) error
	// Enter checks the code and signs the reader in for this one matter.
	Enter(w http.ResponseWriter, r *http.Request, i Invitation, code string) error
	// Shown is the code for the demo's screen, or "".
	Shown(i Invitation) string
}

// Config is what the pages need.
type Config struct {
	Requests *office.Service
	Files    *upload.Desk
	Door     Door
	Frame    func(ctx context.Context) ui.StaffPage // of staff with an account
}

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	one := HrefMatters + "/{id}"
	link := HrefLink + "/{token}"
	files := page("POST", one+"/report", request.Report, "say what was done", p.report)
	files.BodyLimit = upload.BodyLimit
	all := []web.Route{
		page("GET", HrefMatters, request.Matters, "list what was handed to a body", p.list),
		page("GET", one, request.Handle, "read a matter", p.show),
		page("POST", one+"/sign", request.Sign, "sign for a matter", p.sign),
		page("POST", one+"/bounce", request.Bounce, "send a matter back, with a reason", p.bounce),
		page("POST", one+"/work", request.Work, "say how it goes", p.work),
		page("POST", one+"/more-time", request.MoreTime, "ask for more time", p.moreTime),
		files,
		page("GET", one+"/files/{file}", request.Handle, "look at a photo", p.file),
		page("GET", link, "account.start_link", "open a one-time link", p.ask),
		page("POST", link+"/code", "account.send_code", "send the code of a one-time link", p.sendCode),
		page("POST", link, "account.start_link", "enter by a one-time link and its code", p.enter),
	}
	for i := range all {
		if strings.HasPrefix(all[i].Pattern, HrefLink+"/") {
			all[i].Roles = []string{"anyone"}
		}
	}
	return all
}

func page(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: request.Policy.Roles(act),
		BodyLimit: 16 << 10, Look: web.LookPartner, Handler: web.HTML(h)}
}

// ref names the matter of the request's path.
func ref(r *http.Request) (request.Ref, error) {
	own, err := id.Parse[request.ID](r.PathValue("id"))
	if err != nil {
		return request.Ref{}, fault.New("matter", fault.Missing, "fault.missing")
	}
	return request.Ref{ID: own}, nil
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	if who := authz.From(r.Context()); !who.Has(authz.Partner) && !who.Has(authz.Host) {
		return fault.New("matter.list", fault.Missing, "fault.missing")
	}
	rows, err := p.Requests.BodyList(r.Context())
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, p.framed(r, t(r.Context(), "list"), listView(rows)))
}

// matterPage is a matter with whatever form was refused.
type matterPage struct {
	request.Matter
	Act    string // which form was sent
	Form   form
	Kept   []string // sealed notes of the files that came with it
	Faults ui.FormErrors
	Stale  string // why it does not fit any more; empty: it does
}

// form is what a body wrote.
type form struct {
	By, Reason, Suggest, Words, Until string
	files                             []request.File
}

func formOf(r *http.Request) form {
	get := r.PostForm.Get
	return form{get("by"), get("reason"), get("suggest"), get("words"), get("until"), nil}
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.showWith(w, r, matterPage{}, http.StatusOK)
}

func (p *pages) showWith(w http.ResponseWriter, r *http.Request, m matterPage, status int) error {
	at, err := ref(r)
	if err != nil {
		return err
	}
	if m.Matter, err = p.Requests.Matter(r.Context(), at); err != nil {
		return err
	}
	// Reading the page is the body's receipt. Repeating it changes nothing, and a
	// browser that only fetches ahead has read nothing.
	for _, d := range m.Dispatches {
		if d.State == request.DispatchSent && r.Method == http.MethodGet && r.Header.Get("Sec-Purpose") == "" {
			if _, err := p.Requests.Open(r.Context(), at, d.ID); err != nil {
				return err
			}
		}
	}
	return web.Show(w, r, status, p.framed(r, m.title(r.Context()), matterView(m)))
}

// act runs one form: it comes back filled when it is refused.
func (p *pages) act(w http.ResponseWriter, r *http.Request, name string, do func(ctx context.Context, at request.Ref, f form) error) error {
	at, err := ref(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	f := formOf(r)
	return p.settle(w, r, at, name, f, do(web.Named(r), at, f))
}

// settle answers a form. Whatever refuses it, the words and files come back.
func (p *pages) settle(w http.ResponseWriter, r *http.Request, at request.Ref, name string, f form, err error) error {
	m := matterPage{Act: name, Form: f}
	switch {
	case err == nil:
		web.SetFlash(w, r, "matter.done_"+name)
		return web.See(w, r, HrefMatters+"/"+string(at.ID))
	case fault.Is(err, fault.Invalid):
		m.Faults = formErrors(r.Context(), err)
	case fault.Is(err, fault.Conflict):
		m.Stale = stale(r.Context(), err)
	case fault.Is(err, fault.Missing) && f.written() != "":
		return web.Show(w, r, http.StatusNotFound, p.framed(r, t(r.Context(), "gone"), goneView(f.written())))
	default:
		return err
	}
	status := web.Status(fault.KindOf(err))
	if m.Kept, err = p.Files.Keep(f.files); err != nil {
		return err
	}
	return p.showWith(w, r, m, status)
}

// formErrors tells what a form cannot take, the faults of files where their
// input is.
func formErrors(ctx context.Context, err error) ui.FormErrors {
	mended := *fault.Of(err)
	mended.Fields = slices.Clone(mended.Fields)
	for i := range mended.Fields {
		if mended.Fields[i].Name == "files" {
			mended.Fields[i].Name = upload.PhotoInput
		}
	}
	return ui.FieldErrors(ctx, &mended)
}

// stale says what came between the page and the form, or which rule forbids it.
func stale(ctx context.Context, err error) string {
	if msg := fault.Of(err).Msg; msg != "request.state" && (msg == op.Reused || web.HasText(ctx, msg)) {
		return web.FailureOf(ctx, err).Detail
	}
	return t(ctx, "stale")
}

func (p *pages) sign(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "sign", func(ctx context.Context, at request.Ref, f form) error {
		_, err := p.Requests.Sign(ctx, at, "", f.By)
		return err
	})
}

func (p *pages) bounce(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "bounce", func(ctx context.Context, at request.Ref, f form) error {
		_, err := p.Requests.Bounce(ctx, at, "", f.Reason, f.Suggest)
		return err
	})
}

func (p *pages) work(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "work", func(ctx context.Context, at request.Ref, f form) error {
		until, err := p.day(ctx, at, f.Until)
		if err != nil {
			return err
		}
		_, err = p.Requests.Work(ctx, at, "", request.Message{Words: f.Words}, until)
		return err
	})
}

func (p *pages) moreTime(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "more-time", func(ctx context.Context, at request.Ref, f form) error {
		until, err := p.day(ctx, at, f.Until)
		if err != nil {
			return err
		}
		_, err = p.Requests.AskTime(ctx, at, "", f.Words, until)
		return err
	})
}

func (p *pages) report(w http.ResponseWriter, r *http.Request) error {
	at, err := ref(r)
	if err != nil {
		return err
	}
	// Who may not see the matter must not fill our disk; the words come back.
	if _, err := p.Requests.Matter(r.Context(), at); err != nil {
		if p.Files.Skim(r) != nil {
			return err
		}
		return p.settle(w, r, at, "report", formOf(r), err)
	}
	in, err := p.Files.Read(r)
	f := formOf(r)
	f.files = in.Files
	if err == nil {
		err = in.Err()
	}
	if err == nil {
		_, err = p.Requests.Report(web.Named(r, in.Digests()...), at, "", request.Message{Words: f.Words, Files: f.files})
	}
	return p.settle(w, r, at, "report", f, err)
}

// day reads a date input as the end of that day's office hours; empty is none.
func (p *pages) day(ctx context.Context, at request.Ref, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	m, err := p.Requests.Matter(ctx, at)
	if err != nil {
		return time.Time{}, err
	}
	l, err := p.Requests.LimitsFor(ctx, m.Place.Area)
	if err != nil {
		return time.Time{}, err
	}
	until, err := l.Hours.Until(s, web.Now(ctx))
	if errors.Is(err, workday.ErrDay) {
		var f fault.Form
		f.Add("until", "fault.day", nil)
		err = f.Err("matter.work")
	}
	return until, err
}

func (p *pages) file(w http.ResponseWriter, r *http.Request) error {
	at, err := ref(r)
	if err != nil {
		return err
	}
	a, err := p.Requests.Attachment(r.Context(), at, request.AttachmentID(r.PathValue("file")))
	if err != nil {
		return err
	}
	return p.Files.Serve(w, r, a, r.URL.Query().Has("thumb"))
}

// linkPage is the page behind a one-time link.
type linkPage struct {
	Invitation
	Path   string
	Sent   bool
	Demo   string
	Faults ui.FormErrors
	Wait   string
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	i, err := p.Door.Find(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if who := authz.From(r.Context()); who.Kind == authz.Link && who.Only == string(i.Request) {
		return web.See(w, r, HrefMatters+"/"+who.Only)
	}
	return p.showLink(w, r, linkPage{Invitation: i}, nil)
}

func (p *pages) sendCode(w http.ResponseWriter, r *http.Request) error {
	i, err := p.Door.Find(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	err = p.Door.SendCode(r.Context(), i)
	return p.showLink(w, r, linkPage{Invitation: i, Sent: err == nil, Demo: p.Door.Shown(i)}, err)
}

func (p *pages) enter(w http.ResponseWriter, r *http.Request) error {
	i, err := p.Door.Find(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := p.Door.Enter(w, r, i, strings.TrimSpace(r.PostForm.Get("code"))); err != nil {
		return p.showLink(w, r, linkPage{Invitation: i, Sent: true, Demo: p.Door.Shown(i)}, err)
	}
	return web.See(w, r, HrefMatters+"/"+string(i.Request))
}

func (p *pages) showLink(w http.ResponseWriter, r *http.Request, l linkPage, err error) error {
	status := http.StatusOK
	var e *fault.Error
	switch {
	case fault.Is(err, fault.Invalid):
		l.Faults, status = ui.FieldErrors(r.Context(), err), http.StatusUnprocessableEntity
	case fault.Is(err, fault.Busy) && errors.As(err, &e) && web.HasText(r.Context(), e.Msg):
		l.Wait, status = web.TArgs(r.Context(), e.Msg, e.Args), http.StatusTooManyRequests
	case err != nil:
		return err
	}
	l.Path = HrefLink + "/" + r.PathValue("token")
	return web.Show(w, r, status, linkView(l))
}
