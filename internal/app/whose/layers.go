package whose

import (
	"strings"

	"nuanxin/internal/assess"
	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/consent"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/intake"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/request/record"
	"nuanxin/internal/rights"
	"nuanxin/internal/rights/kin"
)

// Layer tells the door where the things stand that have an area, an organisation
// or an owner, so that the database has its say on each of them, too.
// home is the area of the installation where one was named; else that of its highest
// union is.
func Layer(desk *op.Desk, home string) {
	desk.Layer("request", op.Rows{From: "request r", By: record.Columns})
	desk.Layer("member", op.Rows{From: "member m", By: member.ByColumns})
	desk.Layer("member_import", op.Rows{From: "member_import i", By: authz.Columns{ID: "i.import_id", Area: "i.area"}})
	desk.Layer("ward", op.Rows{From: "consent_ward w", By: consent.WardColumns})
	desk.Layer("hold", op.Rows{From: "hold h", By: hold.ByColumns})
	desk.Layer("kin", op.Rows{From: kin.Rows, By: kin.ByColumns})
	desk.Layer("breach", op.Rows{From: "breach b", By: breach.ByColumns})
	desk.Layer("assess", op.Rows{From: "assess a", By: assess.ByColumns})
	desk.Layer("rights", op.Rows{From: "rights_ask r", By: rights.ByColumns})
	station := op.Rows{From: "station s", By: authz.Columns{ID: "s.station_id", Area: "s.area", Org: "s.host_id"}}
	desk.Layer("station", station)
	desk.Layer("station_hidden", station)
	desk.Layer("station_import", op.Rows{From: "station_import i", By: authz.Columns{ID: "i.import_id", Area: "i.area"}})
	desk.Layer("org", op.Rows{From: "org o", By: org.ByColumns})
	// A worker's account has no area: they reach it themselves, and the desk by way of the member's record.
	// What a union signs in by is kept with the accounts.
	desk.Layer("account", op.Rows{By: authz.Columns{ID: "p.id", Area: "p.area", Owner: "p.owner"}, From: `(
		select person_id as id, case when kind = 'staff' then reach end as area, person_id as owner from person
		union all select provider_id, area, null from account_provider
		union all select draft_id, area, null from account_provider_draft) p`})
	desk.Layer("member_phone", op.Rows{From: "member m", By: authz.Columns{ID: "m.person_id", Area: "m.area", Owner: "m.person_id"}})
	own := op.Rows{From: "person p", By: authz.Columns{ID: "p.person_id", Owner: "p.person_id"}} // what is a worker's alone
	desk.Layer("consent", own)
	desk.Layer("member_half", own)
	desk.Layer("rights_phone", own)
	desk.Layer("request_phone", own)
	desk.Layer("request_example", own)
	desk.Layer("tenure", op.Rows{From: "org o", By: org.ByColumns}) // who is in office in a union
	desk.Layer("firm", op.Rows{From: "firm_branch b", By: platform.ByColumns})
	desk.Layer("org_import", op.Rows{From: "org_import i", By: intake.ByColumns})
	top := "(select o.area from org o where o.kind = 'local' and o.active order by length(o.area), o.org_id limit 1) w"
	desk.Layer("audit", op.Rows{From: top, By: authz.Columns{Area: "w.area"}, One: true})
	if home != "" && strings.Trim(home, "0123456789") == "" {
		top = "(select cast('" + home + "' as varchar(12)) as area) w"
	}
	desk.Layer("calendar", op.Rows{From: top, By: authz.Columns{Area: "w.area"}, One: true})
	desk.Layer("founding", op.Rows{From: "org_founding f", By: life.ByColumns})
}
