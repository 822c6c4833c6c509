package app

import (
	"context"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
)

// crowd adds those whose part in the county's things is by relation: the union above
// and one below, the other county's, a body and a link from whom the matter was taken
// back, and people whose rights are over, have not begun, or went elsewhere.
func (w *world) crowd(t *testing.T) {
	t.Helper()
	ctx := authz.AsSystem(t.Context(), "test")
	hire := func(name, area string, in org.ID, grants ...account.Grant) account.ID {
		who, _, err := w.app.Accounts.AddStaff(ctx, account.Staff{Login: name, Name: name, Area: area, Org: string(in), Password: testPassword, Grants: grants})
		if err != nil {
			t.Fatal(name, err)
		}
		w.tokens[name] = must[account.Signed](t)(w.app.Accounts.SignInStaff(t.Context(), name, testPassword)).Token
		return who
	}
	hire("parent", "2204", "", account.Grant{Role: authz.Cadre, Area: "2204"})
	hire("child", "220402001", "", account.Grant{Role: authz.Cadre, Area: "220402001"})
	hire("nation", "", "", account.Grant{Role: authz.Cadre})
	hire("leader2", "220403", "", account.Grant{Role: authz.Leader, Area: "220403"})
	hire("admin2", "220403", "", account.Grant{Role: authz.Admin, Area: "220403"})
	hire("future", "220402", "", account.Grant{Role: authz.Cadre, Area: "220402", From: w.clock.Now().Add(30 * 24 * time.Hour)})
	over := hire("ended", "220402", "", account.Grant{Role: authz.Cadre, Area: "220402"})
	took := must[account.Person](t)(w.app.Accounts.Get(w.as(t, "admin"), over))
	must[bool](t)(true, w.app.Accounts.Take(w.as(t, "admin"), over, took.Grants[0].ID))
	w.elsewhere(t, ctx, hire)
	gone := hire("locked", "220402", "", account.Grant{Role: authz.Cadre, Area: "220402"})
	must[bool](t)(true, w.app.Accounts.EndStay(w.as(t, "admin"), gone))
	w.workersGone(t)
}

// elsewhere are a host of the other county, and a body and its link from whom the
// matter was taken back.
func (w *world) elsewhere(t *testing.T, ctx context.Context, hire func(name, area string, in org.ID, grants ...account.Grant) account.ID) {
	t.Helper()
	orgs := must[[]org.Org](t)(w.app.Orgs.List(t.Context(), org.Filter{Kinds: []org.Kind{org.Local}}))
	union := func(area string) org.ID {
		for _, o := range orgs {
			if o.Area == area {
				return o.ID
			}
		}
		t.Fatalf("no union in %s", area)
		return ""
	}
	host := must[org.ID](t)(w.app.Orgs.Found(ctx, org.Draft{Kind: org.Host, Level: org.County, Name: "邻区银行", Area: "220403", Parent: union("220403")}))
	hire("host3", "220403", host, account.Grant{Role: authz.Host, Area: "220403", Org: string(host)})
	body := must[org.ID](t)(w.app.Orgs.Found(ctx, org.Draft{Kind: org.Partner, Level: org.County, Name: "示例城管局", Area: "220402", Parent: union("220402"), Contact: "19900000103"}))
	hire("partner3", "220402", body, account.Grant{Role: authz.Partner, Area: "220402", Org: string(body)})
	ref := request.Ref{ID: w.request.ID}
	must[request.Receipt](t)(w.app.Requests.Dispatch(w.as(t, "cadre"), ref, request.Task{Body: string(body), Words: "也去看一下", Deadline: morning.Add(48 * time.Hour)}))
	w.tokens["link3"] = must[account.Signed](t)(w.app.Accounts.StartLink(ctx, string(body), string(w.request.ID), "示例城管局")).Token
	for _, d := range must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), ref)).Dispatches {
		if d.Body == string(body) {
			must[request.Receipt](t)(w.app.Requests.Recall(w.as(t, "cadre"), ref, d.ID, "派错了"))
		}
	}
}

// workersGone are a worker whose membership went to the other county with the consents
// taken back that can be, and one whose account is erased.
func (w *world) workersGone(t *testing.T) {
	t.Helper()
	w.tokens["away"] = w.worker(t, "19900000004").Token
	away := w.as(t, "away")
	mine := must[member.Receipt](t)(w.app.Members.Apply(away, member.Application{Name: "赵示例", Occupation: member.Rider, Area: "220402",
		Document: "440524188001010014", Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}}})).ID
	must[bool](t)(true, w.app.Members.Approve(w.as(t, "cadre"), mine, 1))
	must[bool](t)(true, w.app.Consents.Withdraw(away, "document"))
	must[member.Receipt](t)(w.app.Members.AskTransfer(away, mine, "220403"))
	file := must[roll.File](t)(w.app.Roll.Get(w.as(t, "sibling"), mine))
	must[bool](t)(true, w.app.Members.Approve(w.as(t, "sibling"), mine, file.Version))
	w.moved = mine

	w.tokens["erased"] = w.worker(t, "19900000005").Token
	w.clock.Move(2 * time.Minute) // a message a minute
	w.orphan = must[request.Receipt](t)(w.app.Requests.Capture(w.as(t, "erased"), request.Draft{Words: "西门也不让进", Place: request.Place{Text: "示例家园西门", Area: "220402"}}))
	must[request.Receipt](t)(w.app.Requests.Withdraw(w.as(t, "erased"), request.Ref{ID: w.orphan.ID}))
	erased := w.as(t, "erased")
	must[bool](t)(true, w.app.Erasures.SendCode(erased))
	must[bool](t)(true, w.app.Erasures.Erase(erased, w.app.CodeTo("19900000005")))
}
