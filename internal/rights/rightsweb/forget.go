package rightsweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/rights"
	"nuanxin/internal/rights/forget"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// forgetForm is what is kept of somebody without an account, and what of it is theirs.
type forgetForm struct {
	rights.Ask
	forget.Choice
	all   []forget.Thing
	asked bool // the form was sent: what is ticked is what was ticked there
	reqID string
	ui.Trouble
}

func forgetHref(which rights.ID) string { return DeskHref(which) + "/forget" }

// forgets reports whether an ask can be done by erasing what is kept of who asked.
func (v openView) forgets() bool {
	return v.may && v.State == rights.Open && forget.Forgets(v.Ask)
}

func (p *pages) askForget(w http.ResponseWriter, r *http.Request) error {
	return p.showForget(w, r, http.StatusOK, forgetForm{})
}

func (p *pages) showForget(w http.ResponseWriter, r *http.Request, status int, v forgetForm) (err error) {
	ctx := r.Context()
	if err := staff(ctx, authz.Cadre); err != nil {
		return err
	}
	if v.Ask, err = p.find(r, forget.See); err != nil {
		return err
	}
	if v.all, err = p.Unowned.Find(ctx, v.ID, v.Number); err != nil {
		return err
	}
	v.reqID = web.NewReqID()
	return web.Show(w, r, status, forgetPage(p.under(ctx, t(ctx, "forget.title")), v))
}

func (p *pages) forget(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := readForm(r); err != nil {
		return err
	}
	a, err := p.find(r, forget.See)
	if err != nil {
		return err
	}
	f := r.PostForm
	if f.Get("do") == "find" { // by POST: a member's number is in no address
		return p.showForget(w, r, http.StatusOK, forgetForm{Choice: forget.Choice{Number: f.Get("number")}})
	}
	v := forgetForm{asked: true, Choice: forget.Choice{Number: f.Get("number"), Things: f["things"], Why: f.Get("why"), Checked: f.Get("checked") != ""}}
	version, err := strconv.ParseInt(f.Get("seen"), 10, 64)
	if err != nil {
		version = 0 // no version of anything
	}
	if err := p.Unowned.Do(web.Named(r), a.ID, version, v.Choice, func(gone, held []forget.Thing) string { return forgotten(ctx, gone, held) }); err != nil {
		var status int
		if fault.Is(err, fault.Missing) {
			return err
		}
		if v.Trouble, status, err = ui.TroubleOf(ctx, err); err != nil {
			return err
		}
		return p.showForget(w, r, status, v)
	}
	web.SetFlash(w, r, "rights.flash.forgotten")
	return web.See(w, r, DeskHref(a.ID))
}

// say says what is meant for who asks themselves, or for their relatives.
func say(ctx context.Context, a rights.Ask, key string) string {
	if a.Kind == rights.Kin {
		key += ".kin"
	}
	return t(ctx, key)
}

// choices are the things to choose from. What bears the name of who asks is ticked.
func (v forgetForm) choices(ctx context.Context) (all []ui.Option) {
	for _, x := range v.all {
		on := x.Same
		if v.asked {
			on = slices.Contains(v.Things, x.Ref())
		}
		if !x.Under {
			all = append(all, ui.Option{Value: x.Ref(), Text: called(ctx, x) + hint(ctx, x), On: on})
		}
	}
	return all
}

// under are the things that have to end first.
func (v forgetForm) under(ctx context.Context) (all []string) {
	for _, x := range v.all {
		if x.Under {
			all = append(all, called(ctx, x))
		}
	}
	return all
}

// called says what a thing is, with its name masked.
func called(ctx context.Context, x forget.Thing) string {
	name := orNone(ctx, idcard.MaskName(x.Name))
	return t(ctx, "forget.kind."+string(x.Kind), "Number", x.Number, "Name", name, "When", web.When(ctx, x.At))
}

// hint says what speaks for or against a thing.
func hint(ctx context.Context, x forget.Thing) string {
	text := t(ctx, "forget.other")
	if x.Same {
		text = t(ctx, "forget.same")
	}
	if x.Held.ID != "" {
		text += t(ctx, "forget.held", "Until", day(ctx, x.Held.Until), "Ground", x.Held.Ground.In(web.Lang(ctx)), "Source", x.Held.Ground.Source)
	}
	return text
}

// day says a day with its year.
func day(ctx context.Context, text string) string {
	at, err := time.ParseInLocation(time.DateOnly, text, clock.Zone)
	if err != nil {
		return text // the database has days alone
	}
	return web.Date(ctx, at)
}

// forgotten is the answer: what was erased, what stays for a time by law, and what stays
// and leads to nobody.
func forgotten(ctx context.Context, gone, held []forget.Thing) string {
	var lines []string
	for _, x := range gone {
		lines = append(lines, t(ctx, "forget.gone."+string(x.Kind), "Number", x.Number))
	}
	if len(gone) > 0 {
		lines = append(lines, t(ctx, "forget.key"))
	}
	for _, x := range held {
		lines = append(lines, t(ctx, "forget.stays.held", "Number", x.Number, "Until", day(ctx, x.Held.Until), "Ground", x.Held.Ground.In(web.Lang(ctx)), "Source", x.Held.Ground.Source))
	}
	for _, k := range []forget.Kind{forget.Member, forget.Matter} {
		for _, x := range gone {
			if x.Kind == k {
				lines = append(lines, t(ctx, "forget.stays."+string(k)))
				break
			}
		}
	}
	return strings.Join(append(lines, t(ctx, "forget.stays.trail")), "\n")
}
