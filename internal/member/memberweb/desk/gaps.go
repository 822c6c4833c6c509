package desk

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// checkText says how the check of name and identity number stands; ready says that a
// service is connected.
func checkText(ctx context.Context, f roll.File, ready bool) string {
	c := f.Check
	switch {
	case f.Document == "":
		return t(ctx, "check.no_number")
	case c.State == verify.Seen:
		return t(ctx, "check.seen", "Who", c.SeenBy, "When", web.When(ctx, c.SeenAt))
	case c.State == verify.None && !ready:
		return t(ctx, "check.off")
	case c.State == verify.None && f.Person == "":
		return t(ctx, "check.nobody")
	case c.State == verify.None:
		return t(ctx, "check.not_agreed")
	case c.State == verify.Due && c.Tries > 1:
		return t(ctx, "check.silent", "Count", c.Tries)
	case c.State == verify.Due && !ready:
		return t(ctx, "check.off")
	case c.State == verify.Due:
		return t(ctx, "check.due")
	}
	return t(ctx, "check."+string(c.State), "Source", c.Source, "When", web.When(ctx, c.CheckedAt))
}

// placeName is what an area is called, with its county.
func placeName(area string) string {
	name := region.FullName(area[:min(6, len(area))])
	if len(area) > 6 {
		name += " " + region.Name(area)
	}
	return name
}

// doubtAbout says what to do about a doubt that names no other record, or none that the
// reader may see.
func doubtAbout(ctx context.Context, f roll.File, d member.Doubt) string {
	if d.Why == gap.UnionAbove {
		return t(ctx, "doubt.union_above.about", "Place", placeName(f.Gap.Asked), "Union", f.UnionName)
	}
	return t(ctx, "doubt."+string(d.Why)+".about")
}

func hrefPlace(which member.ID) string { return Href(which) + "/place" }

// placeForm is where an application goes, as it is asked.
type placeForm struct {
	f     roll.File
	union string
	homes []ui.Option
	reqID string
	ui.Trouble
}

func (p *pages) askPlace(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r, gap.Place)
	if err != nil {
		return err
	}
	if f.State != member.Applied || !f.Gap.State.Waits() {
		return web.See(w, r, Href(f.ID))
	}
	return p.showPlace(w, r, http.StatusOK, placeForm{f: f})
}

func (p *pages) showPlace(w http.ResponseWriter, r *http.Request, status int, v placeForm) error {
	ctx := r.Context()
	v.reqID = web.NewReqID()
	if p.Homes != nil {
		all, err := p.Homes(ctx, v.f.Area)
		if err != nil {
			return err
		}
		v.homes = slices.DeleteFunc(all, func(o ui.Option) bool { return o.Value == v.f.Union })
		for i := range v.homes {
			v.homes[i].On = v.homes[i].Value == v.union
		}
	}
	shut(w)
	return web.Show(w, r, status, placePage(p.under(ctx, v.f.Member, t(ctx, "place")), v))
}

func (p *pages) place(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := readForm(r); err != nil {
		return err
	}
	f, err := p.load(r, gap.Place)
	if err != nil {
		return err
	}
	v := placeForm{f: f, union: r.PostForm.Get("union")}
	told := "memberdesk.flash.placed"
	switch keep := r.PostForm.Get("do") == "keep"; {
	case keep:
		v.union, told = "", "memberdesk.flash.kept"
	case v.union == "":
		var form fault.Form
		form.Add("union", "member.place.union", nil)
		v.Errs = ui.FieldErrors(ctx, form.Err(string(gap.Place)))
		return p.showPlace(w, r, http.StatusUnprocessableEntity, v)
	}
	err = p.Gaps.Place(web.Named(r), f.ID, seen(r), v.union)
	if err == nil {
		web.SetFlash(w, r, told)
		return web.See(w, r, HrefMembers)
	}
	var status int
	if v.Trouble, status, err = p.again(ctx, f.ID, err); err != nil {
		return err
	}
	return p.showPlace(w, r, status, v)
}

// gaps lists the counties without a union in which people are still to be organised.
func (p *pages) gaps(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !isStaff(ctx) {
		return missing()
	}
	all, err := p.Gaps.Lines(ctx)
	if err != nil {
		return err
	}
	shut(w)
	return web.Show(w, r, http.StatusOK, gapsPage(p.below(ctx, t(ctx, "gaps")), all))
}

// handForm is the handing over of a county's people, as it is asked.
type handForm struct {
	gap.Line
	why   string
	reqID string
	ui.Trouble
}

// line is the county of the path, as the reader may hand it over.
func (p *pages) line(r *http.Request) (gap.Line, error) {
	if !isCadre(r.Context()) {
		return gap.Line{}, missing()
	}
	all, err := p.Gaps.Lines(r.Context())
	i := slices.IndexFunc(all, func(l gap.Line) bool { return l.County == r.PathValue("county") && l.Handable })
	if err == nil && i < 0 {
		err = missing()
	}
	if err != nil {
		return gap.Line{}, err
	}
	return all[i], nil
}

func (p *pages) askHand(w http.ResponseWriter, r *http.Request) error {
	l, err := p.line(r)
	if fault.Is(err, fault.Missing) && isCadre(r.Context()) {
		return web.See(w, r, hrefGaps) // nobody is left, or there is no union so far
	}
	if err != nil {
		return err
	}
	return p.showHand(w, r, http.StatusOK, handForm{Line: l, why: t(r.Context(), "hand.why", "Union", l.Union.Name)})
}

func (p *pages) showHand(w http.ResponseWriter, r *http.Request, status int, v handForm) error {
	v.reqID = web.NewReqID()
	shut(w)
	return web.Show(w, r, status, handPage(p.frame(r.Context(), t(r.Context(), "hand"), ui.Crumb{Text: t(r.Context(), "title"), Href: HrefMembers}, ui.Crumb{Text: t(r.Context(), "gaps"), Href: hrefGaps}), v))
}

func (p *pages) hand(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := readForm(r); err != nil {
		return err
	}
	l, err := p.line(r)
	if fault.Is(err, fault.Missing) && isCadre(ctx) {
		web.SetFlash(w, r, "memberdesk.flash.handed.none")
		return web.See(w, r, hrefGaps)
	}
	if err != nil {
		return err
	}
	v := handForm{Line: l, why: r.PostForm.Get("reason")}
	o, err := p.Gaps.HandOver(web.Named(r), l.County, v.why)
	if err != nil {
		var status int
		if v.Trouble, status, err = ui.TroubleOf(ctx, err); err != nil {
			return err
		}
		return p.showHand(w, r, status, v)
	}
	key := "memberdesk.flash.handed"
	if o.Fault != nil {
		web.Accident(ctx, o.Fault)
		key = "memberdesk.flash.handed.broken"
	} else if o.More || o.Left > 0 {
		key = "memberdesk.flash.handed.more"
	}
	web.SetFlash(w, r, key, "Count", o.Done, "Union", l.Union.Name)
	return web.See(w, r, hrefGaps)
}
