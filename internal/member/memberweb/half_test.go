package memberweb_test

import (
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/id"
)

// What is saved half-way waits on any phone of the same worker, without its identity
// number and ticks, and for nobody else; it goes when it is dropped or sent.
func TestSavedHalfWay(t *testing.T) {
	h := newHouse(t)
	form := with(with(good(), "name", "陈示例"), "document", oldDocument)
	h.phone("worker=chen", "here="+sibling).post("/join/save", with(form, "from", "poster")).leads(t, "saved", "/join?from=poster")
	other := h.phone("worker=chen", "here="+sibling)
	saved := []string{"陈示例", "某外卖平台", "接着填就行", union, `value="rider" checked`}
	other.get("/join").must(t, "on another phone", 200, saved, []string{oldDocument, otherUnion, `value="1" checked`})
	other.get("/join?area="+sibling).must(t, "where a poster names the place", 200, []string{"陈示例", otherUnion}, nil)
	h.phone("worker=wang", "here="+county).get("/join").must(t, "somebody else", 200, nil, []string{"陈示例", "接着填就行"})
	h.phone("worker=chen", "lang=en").get("/join").must(t, "in English", 200, []string{"You saved this", "Delete what I saved"}, nil)

	other.post("/join/drop", nil).leads(t, "dropped", "/join")
	other.get("/join").must(t, "dropped", 200, nil, []string{"陈示例", "接着填就行"})

	other.post("/join/save", form).leads(t, "saved again", "/join?from=poster")
	other.post("/join", with(good(), "req_id", id.New[string]())).leads(t, "sent", "/join/sent")
	if _, ok, err := h.halves.Mine(authz.With(t.Context(), chen)); ok || err != nil {
		t.Errorf("sent: still saved, %v", err)
	}
}
