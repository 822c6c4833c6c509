package memberweb

import (
	"context"
	"net/http"
	"net/url"
	"unicode/utf8"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/plain"
	"nuanxin/internal/web/ui"
)

// worksAt is the platform or company that an address names.
func worksAt(q url.Values) string {
	if works := plain.Line(q.Get("works")); utf8.RuneCountInString(works) <= member.MaxWorks {
		return works
	}
	return ""
}

// choose asks which union it shall be, where the company has one there beside the
// place's and nothing was chosen. It reports whether it asked.
func (p *pages) choose(w http.ResponseWriter, r *http.Request, f joinForm) (bool, error) {
	if f.Union != "" {
		return false, nil
	}
	choice, err := p.Members.Choice(r.Context(), f.Area, f.Works)
	if err != nil || !choice.Both() {
		return false, err
	}
	var form fault.Form
	form.Add("union", "member.union.choose", nil)
	f.errors = formErrors(r.Context(), form.Err(string(member.Apply)))
	return true, p.showJoin(w, r, http.StatusUnprocessableEntity, f)
}

// unions are the two that may be chosen, and which is which.
func (f joinForm) unions(ctx context.Context) []ui.Option {
	return []ui.Option{
		{Value: f.choice.Here.ID, Text: t(ctx, "join.union.here", "Union", f.choice.Here.Name), Icon: "pin", On: f.Union == f.choice.Here.ID},
		{Value: f.choice.Firm.ID, Text: t(ctx, "join.union.firm", "Union", f.choice.Firm.Name), Icon: "people", On: f.Union == f.choice.Firm.ID},
	}
}
