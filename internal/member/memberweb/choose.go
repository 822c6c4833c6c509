package memberweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/web/ui"
)

// worksAt is what an address says that somebody works for.
func worksAt(q url.Values) []work.Said {
	said, _ := work.Say(work.Split(q.Get("works")), nil)
	if field, _, _ := work.Check(said); field != "" {
		return nil
	}
	return said
}

// readWorks reads where somebody works from a form: the platforms that are ticked, what
// stands in the line for others, and the station.
func readWorks(in url.Values) []work.Said {
	said, ok := work.Say(append(slices.Clone(in["platform"]), work.Split(in.Get("works"))...), []string{in.Get("station")})
	if !ok { // a station of nothing is kept in the words of the line for others
		said, _ = work.Say([]string{in.Get("station")}, nil)
	}
	if post := in.Get("post"); post != "" {
		said = append(said, work.Said{Post: post})
	}
	return said
}

// postOf is the station of ours among what somebody says.
func postOf(said []work.Said) string {
	for _, s := range said {
		if s.Post != "" {
			return s.Post
		}
	}
	return ""
}

// mostPosts is how many stations one list offers.
const mostPosts = 500

// postOptions are the stations of ours to choose from, those of the street itself first.
func postOptions(posts []work.Post, street, on string) []ui.Option {
	var own, all []ui.Option
	for _, p := range posts[:min(len(posts), mostPosts)] {
		o := ui.Option{Value: p.ID, Text: p.Name, On: p.ID == on}
		if len(street) > countyDigits && strings.HasPrefix(p.Area, street) {
			own = append(own, o)
		} else {
			all = append(all, o)
		}
	}
	return append(own, all...)
}

// typed is what stood in the two lines as it was typed: it comes back so where the form is
// refused.
type typed struct{ works, station string }

func readTyped(in url.Values) typed { return typed{in.Get("works"), in.Get("station")} }

func (t typed) orWorks(firms []work.Firm, said []work.Said) string {
	if t != (typed{}) {
		return t.works
	}
	return others(firms, said)
}

func (t typed) orStation(said []work.Said) string {
	if t != (typed{}) {
		return t.station
	}
	return stations(said)
}

// platforms are the ticks for what is known there.
func platforms(firms []work.Firm, said []work.Said) []ui.Option {
	var all []ui.Option
	for _, f := range firms {
		on := slices.ContainsFunc(said, func(s work.Said) bool { return work.Same(s.Name, f.Name) })
		all = append(all, ui.Option{Value: f.Name, Text: f.Name, On: on})
	}
	return all
}

// others are those for which there is no tick, in one line.
func others(firms []work.Firm, said []work.Said) string {
	var all []string
	for _, s := range said {
		if s.Name != "" && !slices.ContainsFunc(firms, func(f work.Firm) bool { return work.Same(s.Name, f.Name) }) {
			all = append(all, s.Name)
		}
	}
	return strings.Join(all, "、")
}

// stations are those among what somebody says, in one line.
func stations(said []work.Said) string {
	var all []string
	for _, s := range said {
		if s.Station != "" {
			all = append(all, s.Station)
		}
	}
	return strings.Join(all, "、")
}

// choose asks which union it shall be, where the company has one there beside the
// place's and nothing was chosen. It reports whether it asked.
func (p *pages) choose(w http.ResponseWriter, r *http.Request, f joinForm) (bool, error) {
	if f.Union != "" {
		return false, nil
	}
	choice, err := p.Members.Choice(r.Context(), f.Area, f.Works)
	if err != nil || !choice.Any() {
		return false, err
	}
	var form fault.Form
	form.Add("union", "member.union.choose", nil)
	f.errors = formErrors(r.Context(), form.Err(string(member.Apply)))
	return true, p.showJoin(w, r, http.StatusUnprocessableEntity, f)
}

// unions are those that may be chosen, and which is which.
func (f joinForm) unions(ctx context.Context) []ui.Option {
	all := []ui.Option{{Value: f.choice.Here.ID, Text: t(ctx, "join.union.here", "Union", f.choice.Here.Name), Icon: "pin", On: f.Union == f.choice.Here.ID}}
	for _, u := range f.choice.Firms {
		all = append(all, ui.Option{Value: u.ID, Text: t(ctx, "join.union.firm", "Union", u.Name), Icon: "people", On: f.Union == u.ID})
	}
	return all
}
