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
	all     bool   // the list has counties without a union, too
	options []ui.Option
	wide    bool // the options are provinces
}

// placeOf is the place that an address names or the phone remembers. ?area= is the
// one of a poster or a station, ?choose= asks for the list, ?within= for the
// province's, ?all= for one with counties that have no union.
func (p *pages) placeOf(r *http.Request) place {
	q := r.URL.Query()
	here := named(q.Get("area"))
	if here == "" && p.Here != nil {
		here = p.Here(r)
	}
	if !q.Has("choose") && !q.Has("within") && !q.Has("all") {
		return place{area: here, within: province(here)}
	}
	pl := place{choose: true, within: province(here), all: q.Has("all")}
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
	codes, err := p.counties(ctx, *pl)
	if err != nil {
		return err
	}
	if pl.wide = len(codes) > MostAreas || len(codes) == 0 && (pl.within != "" || pl.all); pl.wide {
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

// counties are those to choose from: with a union, or where all are asked for those of the
// province; none where that has to be asked first.
func (p *pages) counties(ctx context.Context, pl place) ([]string, error) {
	if pl.all {
		return countiesOf(pl.within), nil
	}
	codes, err := p.Areas(ctx, "")
	if err == nil && len(codes) > MostAreas && pl.within != "" {
		codes, err = p.Areas(ctx, pl.within)
	}
	return codes, err
}

// countiesOf are the counties of a province; a city without any stands for itself.
func countiesOf(province string) (all []string) {
	if province == "" {
		return nil
	}
	for _, r := range region.Children(province) {
		n := len(all)
		for _, c := range append(region.Children(r.Code), r) {
			if len(c.Code) == countyDigits {
				all = append(all, c.Code)
			}
		}
		if len(all) == n {
			all = append(all, r.Code+"00")
		}
	}
	return all
}

const countyDigits = 6

// name is what the place is called: the county, and its street where that is known.
func (pl place) name() string {
	name := region.Name(pl.area[:min(6, len(pl.area))])
	if len(pl.area) > 6 {
		name += " " + region.Name(pl.area)
	}
	return name
}
