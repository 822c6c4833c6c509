package accountweb

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// ProvePath is where staff show once more that it is they who sit there.
const ProvePath = SettingsPath + "/prove"

// kept begins the names of the inputs of another form that goes on afterwards.
const kept = "kept."

// Guard lets the routes of tables whose acts ask again by rules ask before their
// page is opened, so that nobody fills in a form in vain; a form that comes when
// time is up waits on the page that asks. The door checks in any case.
func Guard(rules authz.Rules, tables ...[]web.Route) [][]web.Route {
	for i, table := range tables {
		tables[i] = slices.Clone(table)
		for k, r := range table {
			if rules.Lately(authz.Action(r.Action)) && !strings.HasPrefix(r.Pattern, "/api/") {
				tables[i][k].Handler = web.HTML(askBefore(rules, r))
			}
		}
	}
	return tables
}

func askBefore(rules authz.Rules, route web.Route) web.Handler {
	roles := rules.Roles(authz.Action(route.Action))
	return func(w http.ResponseWriter, r *http.Request) error {
		v := VisitOf(r.Context())
		may := v.Subject.Kind == authz.Staff && slices.Contains(roles, "signed-in") || slices.ContainsFunc(roles, func(role string) bool { return v.Subject.Has(authz.Role(role)) })
		if !may || v.Proven {
			route.Handler.ServeHTTP(w, r)
			return nil
		}
		if r.Method == http.MethodGet {
			return web.See(w, r, ProvePath+"?next="+url.QueryEscape(r.URL.RequestURI()))
		}
		f, err := typed(w, r, 0) // no such act takes files
		if err != nil {
			return err
		}
		for i := range f.Fields {
			f.Fields[i].Name = kept + f.Fields[i].Name
		}
		return showProve(w, r, proofForm{To: r.URL.RequestURI(), Fields: f.Fields}, http.StatusForbidden)
	}
}

// proofForm asks for the password, and the code where there is a second factor.
type proofForm struct {
	Next   string  // the page to go on to
	To     string  // or the form that goes on
	Fields []field // of that form
	Has    account.Armed
	NoPass bool // there is no password to ask for
	Errors ui.FormErrors
	Wait   string
}

func (p *pages) askProof(w http.ResponseWriter, r *http.Request) error {
	return showProve(w, r, proofForm{Next: web.LocalPath(r.URL.Query().Get("next"), SettingsPath)}, http.StatusOK)
}

func (p *pages) prove(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	return proven(w, r, proofOf(r), p.Accounts.Prove(r.Context(), r.PostForm.Get("password"), r.PostForm.Get("code"), read(r, cookies(p.Secure).session())))
}

// proofOf reads where to go on, or the form that goes on.
func proofOf(r *http.Request) proofForm {
	f := proofForm{Next: web.LocalPath(r.PostForm.Get("next"), SettingsPath), To: web.LocalPath(r.PostForm.Get("to"), "")}
	for name, values := range r.PostForm {
		for _, v := range values {
			if strings.HasPrefix(name, kept) {
				f.Fields = append(f.Fields, field{name, v})
			}
		}
	}
	slices.SortStableFunc(f.Fields, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	return f
}

func notProven(w http.ResponseWriter, r *http.Request, f proofForm, err error) error {
	status, ok := told(r, err, &f.Errors, &f.Wait)
	if !ok {
		return err
	}
	return showProve(w, r, f, status)
}

// proven goes on after a proof, or asks again.
func proven(w http.ResponseWriter, r *http.Request, f proofForm, err error) error {
	if err != nil {
		return notProven(w, r, f, err)
	}
	if f.To == "" {
		return web.See(w, r, f.Next)
	}
	for i := range f.Fields {
		f.Fields[i].Name = strings.TrimPrefix(f.Fields[i].Name, kept)
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, provenPage(againForm{To: f.To, Fields: f.Fields}))
}

func showProve(w http.ResponseWriter, r *http.Request, f proofForm, status int) error {
	f.Has = account.Armed{Code: VisitOf(r.Context()).Code, Passkey: VisitOf(r.Context()).Passkey}
	f.NoPass = VisitOf(r.Context()).NoPassword
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, status, provePage(f, VisitOf(r.Context()).Subject.Name))
}

func (p *pages) proof() []web.Route {
	own := func(method, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: ProvePath, Action: string(account.Prove), Purpose: purpose,
			Roles: []string{"signed-in"}, BodyLimit: 64 << 10, Look: web.LookStaff, Handler: web.HTML(Staff(h))}
	}
	return []web.Route{own("GET", "ask staff once more who they are", p.askProof), own("POST", "prove once more who one is", p.prove)}
}
