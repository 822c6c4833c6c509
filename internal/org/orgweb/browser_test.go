package orgweb_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/org"
	"nuanxin/internal/web"
	"nuanxin/internal/web/webtest"
)

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	h.mux = web.NewMux(h.mux.Routes(), h.site.Assets.Routes())
	admin := staff(authz.Admin, "9901")
	server := httptest.NewServer(h.site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), admin)))
	})))
	t.Cleanup(server.Close)
	found := func(d org.Draft) org.ID {
		o, err := h.orgs.Found(authz.AsSystem(t.Context(), "test"), d)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	city := found(org.Draft{Kind: org.Local, Level: org.City, Name: "云川市总工会", Area: "9901"})
	county := found(org.Draft{Kind: org.Local, Level: org.County, Name: "龙山县总工会", Area: "990101", Parent: city})
	found(org.Draft{Kind: org.Local, Level: org.Town, Name: "南康街道工会", Area: "990101001", Parent: county})
	trade := found(org.Draft{Kind: org.Trade, Level: org.County, Name: "龙山县快递外卖行业工会联合会", Area: "990101", Parent: county})
	firm := found(org.Draft{Kind: org.Basic, Level: org.Grassroots, Name: "速达网络科技有限公司龙山分公司工会委员会", Area: "990101001", Parent: county, Why: "公司来报的"})
	if _, err := h.orgs.Tie(authz.AsSystem(t.Context(), "test"), firm, trade, "2026-01-05", "快递行业"); err != nil {
		t.Fatal(err)
	}
	body := found(org.Draft{Kind: org.Partner, Level: org.Town, Name: "南康街道办事处综合行政执法队", Area: "990101001", Phone: "0437-3226207", Contact: "13812346207"})
	if err := h.orgs.SetDuties(authz.AsSystem(t.Context(), "test"), body, 1, []org.Duty{{Topic: "gate.estate", Area: "990101001"}, {Area: "990101001"}}); err != nil {
		t.Fatal(err)
	}
	at := "/desk/orgs/" + string(body)
	for name, path := range map[string]string{"list": "/desk/orgs", "tree": "/desk/orgs/tree", "found": "/desk/orgs/tree?q=gongsi", "kinds": "/desk/orgs/kinds", "firm": "/desk/orgs/" + string(firm), "links": "/desk/orgs/" + string(firm) + "/links/new", "body": at, "union": "/desk/orgs/" + string(county), "edit": at + "/edit", "duties": at + "/duties", "close": at + "/close"} {
		browser.Hold(t, name, server.URL+path, nil)
	}
}
