package rightsweb

import (
	"context"
	"net/http"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/rights"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// correctForm is what a worker says is wrong.
type correctForm struct {
	rights.Draft
	known []rights.Field
	reqID string
	ui.Trouble
}

func (p *pages) askCorrect(w http.ResponseWriter, r *http.Request) error {
	return p.showCorrect(w, r, http.StatusOK, correctForm{Draft: rights.Draft{Field: r.URL.Query().Get("field")}})
}

func (p *pages) showCorrect(w http.ResponseWriter, r *http.Request, status int, f correctForm) (err error) {
	f.reqID = web.NewReqID()
	if f.known, err = p.Rights.Known(r.Context()); err != nil {
		return err
	}
	return web.Show(w, r, status, correctPage(f))
}

func (p *pages) correct(w http.ResponseWriter, r *http.Request) error {
	file, refused := p.Proof(r)
	if refused != nil && !fault.Is(refused, fault.Invalid) {
		return refused
	}
	v := r.PostForm
	f := correctForm{Draft: rights.Draft{Kind: rights.Correct, Field: v.Get("field"), Wanted: v.Get("wanted"), Words: v.Get("words"), Area: p.Here(r), Proof: file}}
	if f.Field == "" {
		var wrong fault.Form
		wrong.Add("field", "rights.field.choose", nil)
		refused = wrong.Err("rights.correct")
	}
	if job := v.Get("job"); strings.HasSuffix(f.Field, ".occupation") {
		f.Wanted = job
	}
	var got rights.Receipt
	if refused == nil {
		got, refused = p.Rights.Send(web.Named(r), f.Draft)
	}
	if refused != nil {
		var status int
		var err error
		if f.Trouble, status, err = ui.TroubleOf(r.Context(), refused); err != nil {
			return err
		}
		return p.showCorrect(w, r, status, f)
	}
	web.SetFlash(w, r, "rights.flash.sent")
	return web.See(w, r, Href(got.ID))
}

// proof shows the photo that came with a correction.
func (p *pages) proof(w http.ResponseWriter, r *http.Request) error {
	a, err := p.find(r, rights.See)
	if err != nil {
		return err
	}
	if a.Proof == "" {
		return fault.New("rights.proof", fault.Missing, "fault.missing")
	}
	if !authz.From(r.Context()).Whole(web.Now(r.Context())) { // whoever has the worker's phone alone: it may be of an identity card
		return fault.New("rights.proof", fault.Denied, "fault.denied")
	}
	photo, err := p.Photo(r.Context(), a.Proof)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_, err = w.Write(photo)
	return err
}

// choices are the fields to choose from, with what stands there.
func (f correctForm) choices(ctx context.Context) (all []ui.Option) {
	for _, k := range f.known {
		all = append(all, ui.Option{Value: k.Name, Text: t(ctx, "field.is", "Field", fieldName(ctx, k.Name), "Value", fieldValue(ctx, k.Name, k.Masked)), On: k.Name == f.Field})
	}
	return all
}

// jobs are the occupations to choose from; nil where none is kept.
func (f correctForm) jobs(ctx context.Context) (all []ui.Option) {
	for _, k := range f.known {
		for _, c := range k.Choice {
			all = append(all, ui.Option{Value: c, Text: fieldValue(ctx, k.Name, c), On: c == f.Wanted})
		}
	}
	return all
}

func fieldName(ctx context.Context, field string) string { return t(ctx, "field."+field) }

// fieldValue is a value in words.
func fieldValue(ctx context.Context, field, value string) string {
	switch {
	case value == "":
		return t(ctx, "none")
	case strings.HasSuffix(field, ".occupation"):
		return web.T(ctx, "member.occupation."+value)
	}
	return value
}

// pair is the old and the new side by side.
func (v openView) pair(ctx context.Context) []ui.Pair {
	before := v.now
	if v.State == rights.Done {
		before = v.Was
	}
	return []ui.Pair{
		{Key: t(ctx, "correct.field"), Text: fieldName(ctx, v.Field)},
		{Key: t(ctx, "correct.now"), Text: fieldValue(ctx, v.Field, before)},
		{Key: t(ctx, "correct.wanted"), Text: fieldValue(ctx, v.Field, v.Wanted)},
	}
}
