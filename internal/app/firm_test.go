package app

import (
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/org"
	"nuanxin/internal/org/platform"
)

// Whoever works for a company with a union in the prefecture may join that one instead of
// the county's, and is then a matter of its area.
func TestJoiningACompanysUnion(t *testing.T) {
	eachMerger(t, func(t *testing.T, m *merger) {
		system := authz.AsSystem(t.Context(), "test")
		union := must[org.ID](t)(m.app.Orgs.Found(system, org.Draft{Kind: org.Basic, Level: org.Grassroots, Name: "速达公司工会", Area: "2204"}))
		firm := must[platform.ID](t)(m.app.Firms.Add(system, platform.Draft{Name: "速达", Area: "2204"}))
		if err := m.app.Firms.SetPlan(system, firm, 1, platform.Plan{Union: union, Since: "2026-01-01", Also: "速达外卖"}); err != nil {
			t.Fatal(err)
		}
		m.tokens["rider"] = m.worker(t, "19900000061").Token
		ctx := m.as(t, "rider")
		choice, err := m.app.Members.Choice(ctx, "220402", []work.Said{{Name: "速达外卖"}})
		if err != nil || len(choice.Firms) != 1 || choice.Firms[0].ID != string(union) || choice.Firms[0].Name != "速达公司工会" || choice.Here.ID != string(m.from.ID) {
			t.Fatalf("got %+v, %v; want both unions", choice, err)
		}
		must[member.Receipt](t)(m.app.Members.Apply(ctx, member.Application{Name: "速示例", Occupation: member.Rider, Works: []work.Said{{Name: "速达外卖"}}, Area: "220402", Union: string(union), Consents: []member.Consent{{Purpose: "membership", Version: 1}}}))
		own := must[member.Own](t)(m.app.Members.Mine(ctx))
		if len(own.Worked) != 1 || own.Worked[0].Name != "速达" || own.Worked[0].Firm == "" {
			t.Errorf("works for %+v, want the company as it is kept", own.Worked)
		}
		if own.Union != string(union) || own.Area != "2204" {
			t.Errorf("got %+v, want the company's union", own.Member)
		}
		if err := m.app.Members.Approve(m.chief, own.ID, own.Version); err == nil {
			t.Error("a leader approved, want cadres of the area alone")
		}
	})
}
