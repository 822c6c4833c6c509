package whose

import (
	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/consent"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/request/record"
	"nuanxin/internal/rights"
)

// Layer tells the door where the things stand that have an area, an organisation
// or an owner, so that the database has its say on each of them, too.
func Layer(desk *op.Desk) {
	desk.Layer("request", op.Rows{From: "request r", By: record.Columns})
	desk.Layer("member", op.Rows{From: "member m", By: member.ByColumns})
	desk.Layer("member_import", op.Rows{From: "member_import i", By: authz.Columns{ID: "i.import_id", Area: "i.area"}})
	desk.Layer("ward", op.Rows{From: "consent_ward w", By: consent.WardColumns})
	desk.Layer("hold", op.Rows{From: "hold h", By: hold.ByColumns})
	desk.Layer("breach", op.Rows{From: "breach b", By: breach.ByColumns})
	desk.Layer("rights", op.Rows{From: "rights_ask r", By: rights.ByColumns})
	station := op.Rows{From: "station s", By: authz.Columns{ID: "s.station_id", Area: "s.area", Org: "s.host_id"}}
	desk.Layer("station", station)
	desk.Layer("station_hidden", station)
	desk.Layer("station_import", op.Rows{From: "station_import i", By: authz.Columns{ID: "i.import_id", Area: "i.area"}})
	desk.Layer("org", op.Rows{From: "org o", By: org.ByColumns})
	// A worker's account is reached by themselves and by way of the member's record, so that it has no area.
	desk.Layer("account", op.Rows{From: "(select person_id, reach from person where kind = 'staff') p", By: authz.Columns{ID: "p.person_id", Area: "p.reach", Owner: "p.person_id"}})
	desk.Layer("tenure", op.Rows{From: "org o", By: org.ByColumns}) // who is in office in a union
	desk.Layer("firm", op.Rows{From: "firm_branch b", By: platform.ByColumns})
	desk.Layer("founding", op.Rows{From: "org_founding f", By: life.ByColumns})
}
