package memberweb

import (
	"context"
	"net/http"
	"strings"

	"nuanxin/internal/region"
	"nuanxin/internal/web/ui"
)

// MostAreas is how many counties one list offers; where there are more, the
// province is asked first.
const MostAreas = 200

// place is where somebody works, as a form holds it.
type place struct {
	area    string // division code; empty: not known
	choose  bool   // from a list, and not as the phone remembers
	within  string // the province of the list; empty: all, or it is asked first
	options []ui.Option
	wide    bool // the options are provinces
}

// placeOf is the place that an address names or the phone remembers. ?area= is the
// one of a poster or a station, ?choose= asks for the list, ?within= for the
// province's.
func (p *pages) placeOf(r *http.Request) place {
	q := r.URL.Query()
	here := named(q.Get("area"))
	if here == "" && p.Here != nil {
		here = p.Here(r)
	}
	if !q.Has("choose") && !q.Has("within") {
		return place{area: here, within: province(here)}
	}
	pl := place{choose: true, within: province(here)}
	if _, ok := region.Lookup(q.Get("within")); ok {
		pl.within = province(q.Get("within"))
	}
	return pl
}

// named is the area that an address names, or "" where it is no county or part of one.
func named(area string) string {
	if _, ok := region.Lookup(area[:min(6, len(area))]); !ok || len(area) < 6 || len(area) > 12 || strings.Trim(area, "0123456789") != "" {
		return ""
	}
	return area
}

func province(area string) string { return area[:min(2, len(area))] }

// choices fills in the list of counties that have a union, by city: all of
// them, or where they are many those of one province.
func (p *pages) choices(ctx context.Context, pl *place) error {
	if !pl.choose || p.Areas == nil {
		return nil
	}
	codes, err := p.Areas(ctx, "")
	if err != nil {
		return err
	}
	if len(codes) > MostAreas && pl.within != "" {
		if codes, err = p.Areas(ctx, pl.within); err != nil {
			return err
		}
	}
	if pl.wide = len(codes) > MostAreas || len(codes) == 0 && pl.within != ""; pl.wide {
		for _, r := range region.Children("") {
			pl.options = append(pl.options, ui.Option{Value: r.Code, Text: r.Name})
		}
		return nil
	}
	for _, code := range codes {
		o := ui.Option{Value: code, Text: region.Name(code), On: code == pl.area}
		if above := region.Parents(code); len(above) > 0 {
			o.Group = region.FullName(above[len(above)-1].Code)
		}
		pl.options = append(pl.options, o)
	}
	return nil
}

// name is what the place is called: the county, and its street where that is known.
func (pl place) name() string {
	name := region.Name(pl.area[:min(6, len(pl.area))])
	if len(pl.area) > 6 {
		name += " " + region.Name(pl.area)
	}
	return name
}
