package calendarweb

import (
	"context"
	"embed"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/calendar"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/workday"
)

// Path is where the page is.
const Path = "/desk/calendar"

// Config is what the pages need. Calendar and Frame are required.
type Config struct {
	Calendar *calendar.Service
	Frame    func(ctx context.Context) ui.StaffPage                          // the reader's name, organisation and menu
	Effect   func(ctx context.Context, next calendar.Ledger) (Effect, error) // what it would do to requests; nil: not told
	SignIn   func(h web.Handler) web.Handler                                 // leads who is not staff to the sign-in; nil: everybody may look
}

// Effect is what another calendar would do to the requests under way.
type Effect struct {
	Known int // answers that get their date
	Moved int // answers whose promised date is corrected
	Kept  int // answers whose promised date stands
}

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "calendar."+key, args...)
}

type pages struct{ Config }

// bodyLimit is enough for the text of a year, many times over.
const bodyLimit = 128 << 10

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	if p.SignIn == nil {
		p.SignIn = func(h web.Handler) web.Handler { return h }
	}
	return []web.Route{
		{Method: "GET", Pattern: Path, Action: string(calendar.See), Purpose: "see which years' holidays are published, and by which paper", Roles: []string{"signed-in"},
			BodyLimit: 4 << 10, Look: web.LookStaff, Handler: web.HTML(p.SignIn(p.show))},
		{Method: "POST", Pattern: Path, Action: string(calendar.Publish), Purpose: "see what a notice on holidays would change, then enter it", Roles: []string{string(authz.Admin)},
			BodyLimit: bodyLimit, Look: web.LookStaff, Handler: web.HTML(p.SignIn(p.enter))},
	}
}

// form is a notice as it is being entered.
type form struct {
	text     string
	source   string
	corrects bool
	preview  *calendar.Preview
	effect   Effect
	reqID    string
	errs     ui.FormErrors
}

// page is what the reader sees.
type page struct {
	frame ui.StaffPage
	book  calendar.Ledger
	now   time.Time
	admin bool
	form  form
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.render(w, r, http.StatusOK, form{})
}

func (p *pages) render(w http.ResponseWriter, r *http.Request, status int, f form) error {
	ctx := r.Context()
	book, err := p.Calendar.Book(ctx)
	if err != nil {
		return err
	}
	f.reqID = web.NewReqID()
	frame := p.Frame(ctx)
	frame.Title, frame.Nav = t(ctx, "title"), slices.Clone(frame.Nav)
	for i := range frame.Nav {
		frame.Nav[i].On = frame.Nav[i].Href == Path
	}
	return web.Show(w, r, status, view(page{frame, book, web.Now(ctx), authz.From(ctx).Has(authz.Admin), f}))
}

// enter first shows what a notice would change, and stores it when the form
// comes back from there.
func (p *pages) enter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := read(r)
	if err != nil {
		return err
	}
	base, _ := strconv.ParseInt(r.PostForm.Get("base"), 10, 64)
	e := calendar.Entry{Text: []byte(f.text), Source: f.source, Corrects: f.corrects, Base: base}
	if r.PostForm.Get("do") == "publish" {
		_, err := p.Calendar.Publish(web.Named(r), e)
		if err == nil {
			web.SetFlash(w, r, "calendar.done")
			return web.See(w, r, Path)
		}
		return p.again(w, r, f, err)
	}
	look, err := p.Calendar.Preview(ctx, e)
	if err != nil {
		return p.again(w, r, f, err)
	}
	f.source, f.preview = look.Source, &look
	if p.Effect != nil {
		if f.effect, err = p.Effect(ctx, look.After); err != nil {
			return err
		}
	}
	return p.render(w, r, http.StatusOK, f)
}

// again shows the form with what is wrong; nothing of it is lost.
func (p *pages) again(w http.ResponseWriter, r *http.Request, f form, err error) error {
	if fault.Is(err, fault.Conflict) {
		told := *fault.Of(err)
		told.Kind = fault.Invalid
		f.errs = ui.FieldErrors(r.Context(), &told)
		return p.render(w, r, http.StatusConflict, f)
	}
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	f.errs = ui.FieldErrors(r.Context(), err)
	return p.render(w, r, http.StatusUnprocessableEntity, f)
}

// read reads the form: the text that was typed or kept, or else the file.
func read(r *http.Request) (form, error) {
	broken := fault.New("calendar.form", fault.Invalid, "fault.form")
	if err := r.ParseMultipartForm(bodyLimit); err != nil && !errors.Is(err, http.ErrNotMultipart) { //nolint:gosec // the route limits the body
		return form{}, broken.Because(err)
	}
	f := form{text: strings.TrimSpace(r.PostForm.Get("text")), source: r.PostForm.Get("source"), corrects: r.PostForm.Get("how") == "corrects"}
	file, _, err := r.FormFile("file")
	if err != nil {
		return f, nil //nolint:nilerr // no file was chosen
	}
	defer file.Close() // it was only read
	text, err := io.ReadAll(file)
	if err != nil {
		return f, broken.Because(err)
	}
	if len(text) > 0 {
		f.text = strings.TrimPrefix(string(text), "\uFEFF")
	}
	return f, nil
}

// waiting is the first year without a notice.
func (g page) waiting() int {
	year := g.now.Year()
	for g.book.Now().Published(year) {
		year++
	}
	return year
}

// aheadDays is how many working days before the first unknown one the page asks
// for the notice: it is out in November as a rule.
const aheadDays = 30

// urgent reports whether the next notice should be entered now.
func (g page) urgent() bool {
	_, err := g.book.Now().AddWorkdays(g.now, aheadDays, workday.Hours{})
	return err != nil
}

// years tell each published year, the newest first.
func (g page) years(ctx context.Context) ui.TableProps {
	p := ui.TableProps{Caption: t(ctx, "years.table"), Cols: []ui.Col{{Text: t(ctx, "year")}, {Text: t(ctx, "off"), Right: true}, {Text: t(ctx, "worked"), Right: true}, {Text: t(ctx, "source")}}}
	for _, year := range g.book.Years() {
		days, _ := g.book.Now().Year(year)
		off := 0
		for _, d := range days {
			if d.Off {
				off++
			}
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: strconv.Itoa(year)}, {Text: strconv.Itoa(off)}, {Text: strconv.Itoa(len(days) - off)}, {Text: g.sourceOf(ctx, year)}})
	}
	return p
}

func (g page) sourceOf(ctx context.Context, year int) string {
	for _, r := range g.book.Revisions() {
		if r.Year == year {
			return t(ctx, "entered", "Source", r.Source, "Who", who(ctx, r), "At", web.Date(ctx, r.At))
		}
	}
	return t(ctx, "builtin")
}

func who(ctx context.Context, r calendar.Revision) string {
	if r.By == "" {
		return t(ctx, "command")
	}
	return r.ByName
}

// changes tells day by day what would change.
func changes(ctx context.Context, p calendar.Preview) ui.TableProps {
	table := ui.TableProps{Caption: t(ctx, "changes"), Cols: []ui.Col{{Text: t(ctx, "day")}, {Text: t(ctx, "holiday")}, {Text: t(ctx, "was")}, {Text: t(ctx, "will")}}}
	for _, c := range p.Changes {
		at, err := time.Parse(time.DateOnly, c.Day)
		if err != nil {
			continue
		}
		table.Rows = append(table.Rows, []ui.Cell{{Text: web.DayWithWeekday(ctx, at)}, {Text: c.Name}, {Text: kind(ctx, c.Was)}, {Text: kind(ctx, c.Now)}})
	}
	return table
}

func kind(ctx context.Context, k workday.Kind) string {
	return t(ctx, "kind."+map[workday.Kind]string{0: "unknown", workday.Workday: "workday", workday.MakeUp: "makeup", workday.Weekend: "weekend", workday.Holiday: "holiday"}[k])
}

// effects say what becomes of the requests under way.
func (f form) effects(ctx context.Context) []string {
	var all []string
	add := func(n int, key string) {
		if n > 0 {
			all = append(all, t(ctx, key, "Count", n))
		}
	}
	add(f.effect.Known, "effect.known")
	add(f.effect.Moved, "effect.moved")
	add(f.effect.Kept, "effect.kept")
	if len(all) == 0 {
		all = []string{t(ctx, "effect.none")}
	}
	return all
}

func (f form) howOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: "later", Text: t(ctx, "how.later"), On: !f.corrects}, {Value: "corrects", Text: t(ctx, "how.corrects"), On: f.corrects}}
}
