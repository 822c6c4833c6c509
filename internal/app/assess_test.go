package app

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"nuanxin/internal/assess"
	"nuanxin/internal/clock"
)

// assess is an impact assessment that an actor has begun.
func (w *world) assess(t *testing.T, actor string) assess.ID {
	t.Helper()
	return w.assessAs(w.as(t, actor), t)
}

func (w *world) assessAs(ctx context.Context, t *testing.T) assess.ID {
	t.Helper()
	return must[assess.ID](t)(w.app.Assess.Write(ctx, assess.Draft{Kind: assess.Impact, Of: "identity", Subject: "姓名和身份证号码送去核验", Cases: []string{"share"},
		Lawful: "只为核对是不是本人", Effect: "号码可能外泄", Measures: "加密传，只回对不对", MadeBy: "网信科", On: clock.Day(w.clock.Now())}))
}

// What this installation has switched on and nobody has assessed is listed, until it is;
// what is not switched on is not. The pages are in the menu of the two who read them.
func TestWhatIsNotAssessed(t *testing.T) {
	w := newWorld(t)
	const path, identity, bodies, children, weChat = "/desk/assessments", "kind=impact&amp;of=identity", "kind=impact&amp;of=bodies", "kind=impact&amp;of=children", "kind=impact&amp;of=wechat"
	list := func(has ...string) {
		t.Helper()
		a := w.ask(t, path, "nx="+w.tokens["security"])
		for _, one := range []string{identity, bodies, children, weChat} {
			want := strings.Contains(strings.Join(has, " "), one)
			if a.Code != http.StatusOK || strings.Contains(a.Body.String(), one) != want {
				t.Errorf("%s: got %d, want it listed: %v", one, a.Code, want)
			}
		}
	}
	list(identity, bodies, children) // the demo checks identities, and has no WeChat
	which := w.assess(t, "security")
	must[bool](t)(true, w.app.Assess.Conclude(w.as(t, "security"), which, 1))
	list(bodies, children)
	for actor, page := range map[string]string{"security": "/desk/security", "auditor": "/desk/audit"} {
		if s := w.ask(t, page, "nx="+w.tokens[actor]).Body.String(); !strings.Contains(s, `href="`+path+`"`) {
			t.Errorf("%s finds no way to the register", actor)
		}
	}
	for _, actor := range []string{"cadre", "leader", "admin", "host", "partner", "worker"} {
		if a := w.ask(t, path, "nx="+w.tokens[actor]); a.Code == http.StatusOK {
			t.Errorf("%s reads the register", actor)
		}
	}
}
