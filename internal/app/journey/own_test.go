package journey

import (
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/web/webtest"
)

// A cadre opens a worker's name for a reason; the worker reads it on the next
// visit, in every mode, and goes on to the list and to the copy.
func TestWhoLookedAtMe(t *testing.T) {
	h := open(t)
	as := func(login string) authz.Subject {
		s, err := h.app.Accounts.Resolve(t.Context(), h.session(t, login))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	mine, err := h.app.Requests.MineList(authz.With(t.Context(), as(phone)), request.Filter{Group: request.GroupAll})
	if err != nil || len(mine.Rows) == 0 {
		t.Fatalf("the worker's requests: %v, %v", mine.Rows, err)
	}
	cadre := as("liuting")
	for _, why := range []string{"约本人一起去现场看一下东门和充电桩", "核对电话", "问修好了没有", "回访"} {
		ctx := op.With(authz.With(t.Context(), cadre), op.Call{Purpose: why})
		if _, err := h.app.Requests.Reveal(ctx, request.Ref{ID: mine.Rows[0].ID}); err != nil {
			t.Fatal(err)
		}
	}
	for i, path := range []string{"/me/data", "/me/data/seen"} {
		status, text := h.get(t, phone, path)
		for _, has := range []string{cadre.Name, "回访", mine.Rows[0].Number} {
			if status != 200 || !strings.Contains(text, has) {
				t.Errorf("%s: %d, and nothing of %s", path, status, has)
			}
		}
		if strings.Contains(text, cadre.ID) {
			t.Errorf("%s names a staff id", path)
		}
		for n := range 2 {
			small := modes(i + n)
			small["size"] = "xxl"
			h.look(t, phone, path, webtest.View{Width: 320, Height: 640, Cookies: small})
			v := phoneView()
			v.Cookies = modes(i + n + 1)
			h.look(t, phone, path, v)
		}
	}
	if status, text := h.get(t, phone, "/me/data.json"); status != 200 || !strings.Contains(text, phone) {
		t.Errorf("the copy: %d, %s", status, text)
	}
}
