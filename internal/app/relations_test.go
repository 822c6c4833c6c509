package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/consent"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
)

// TestRelations holds who sees a thing by how they stand to it: their own, of their
// county, of the county beside, above or below, handed over and taken back, merged,
// moved away, of somebody who is erased. The table is for people to review; what must
// not be is held without it.
func TestRelations(t *testing.T) {
	proves.That(t, "authz-matrix", "authz-cross-tenant")
	w := newWorld(t)
	w.crowd(t)
	place := request.Place{Text: "邻区路口", Area: "220403"}
	beside := must[request.Receipt](t)(w.app.Requests.Capture(w.as(t, "away"), request.Draft{Words: "邻区的门也不让进", Place: place}))
	asked := must[rights.Receipt](t)(w.app.Rights.Send(w.as(t, "away"), rights.Draft{Kind: rights.Explain, Words: "给过谁"})).ID
	must[request.Receipt](t)(w.app.Requests.Merge(w.as(t, "cadre"), request.Ref{ID: w.request.ID}, "是一件事", w.other.ID))
	w.tell(t)
	withdrawn := w.withPhoto(t, "worker2")
	file := string(must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), request.Ref{ID: withdrawn.ID})).Files[0].ID)
	given := w.withPhoto(t, "own")
	stays := string(must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), request.Ref{ID: given.ID})).Files[0].ID)
	must[bool](t)(true, w.app.Consents.Withdraw(w.as(t, "worker2"), consent.Photos))
	things := []struct {
		about, path string
		sees        string // who must see it, by spaces
		not         string // who must not
	}{
		{"a county's matter, handed to a body", "/desk/requests/" + string(w.request.ID), "cadre leader parent nation", "sibling leader2 child partner3 ended future"},
		{"the same, as its worker reads it", "/help/" + w.request.Number, "worker", "worker2 away erased partner3 link3 sibling"},
		{"the same, as its body reads it", "/matters/" + string(w.request.ID), "partner link", "partner3 link3 host3 worker2"},
		{"a matter that was merged into it", "/desk/requests/" + string(w.other.ID), "cadre parent", "sibling child ended"},
		{"the same, as its own worker reads it", "/help/" + w.other.Number, "worker2", "worker away"},
		{"a matter of the county beside", "/desk/requests/" + string(beside.ID), "sibling leader2 parent nation", "cadre leader child ended"},
		{"a matter of somebody who is erased", "/desk/requests/" + string(w.orphan.ID), "cadre parent", "sibling worker"},
		{"the same, as they read it before", "/help/" + w.orphan.Number, "", "erased worker away sibling"},
		{"a member of the county", "/desk/members/" + string(w.member), "cadre leader parent nation", "sibling leader2 child host worker2"},
		{"a member who moved to the county beside", "/desk/members/" + string(w.moved), "sibling leader2 parent nation", "cadre leader child away"},
		{"what that member asked about their data", "/desk/rights/" + string(asked), "sibling parent", "cadre leader away"},
		{"a photo that a body was given", "/matters/" + string(given.ID) + "/files/" + stays, "partner", "worker partner2 partner3 sibling"},
		{"the same, consent withdrawn", "/matters/" + string(withdrawn.ID) + "/files/" + file, "", "partner partner2 partner3 worker sibling"},
		{"the same, as its cadre sees it", "/desk/requests/" + string(withdrawn.ID) + "/files/" + file, "cadre leader parent", "sibling partner child"},
		{"an account of the county's staff", "/desk/staff/" + string(w.spare), "admin", "admin2 cadre security auditor parent"},
	}
	var b strings.Builder
	for _, thing := range things {
		fmt.Fprintf(&b, "%s\n", thing.about)
		by := map[string][]string{}
		for _, actor := range actors {
			got := w.try(t, http.MethodGet, thing.path, actor)
			by[got] = append(by[got], actor)
			if slices.Contains(strings.Fields(thing.sees), actor) != (got == "ok") && slices.Contains(strings.Fields(thing.sees+" "+thing.not), actor) {
				t.Errorf("%s: %s gets %q", thing.about, actor, got)
			}
		}
		for _, got := range []string{"ok", "denied", "missing", "sign-in", "done"} {
			if len(by[got]) > 0 {
				fmt.Fprintf(&b, "  %-8s %s\n", got, strings.Join(by[got], " "))
			}
			delete(by, got)
		}
		if len(by) > 0 {
			t.Errorf("%s: got %v", thing.about, by)
		}
	}
	golden(t, "testdata/relations.golden", b.String())
}
