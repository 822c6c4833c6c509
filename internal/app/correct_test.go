package app

import (
	"slices"
	"testing"

	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/rights"
)

// What a worker says is wrong is changed where it is kept, so that staff find them by
// the right name and by the wrong one no more, on both databases.
func TestCorrectionIsMade(t *testing.T) {
	for name, world := range map[string]func(*testing.T) *world{"sqlite": newWorld, "postgres": pgWorld} {
		t.Run(name, func(t *testing.T) {
			w := world(t)
			_, membership := w.tell(t)
			me, cadre := w.as(t, "own"), w.as(t, "cadre")
			fix := func(field, value string) rights.Ask {
				t.Helper()
				sent := must[rights.Receipt](t)(w.app.Rights.Send(me, rights.Draft{Kind: rights.Correct, Field: field, Wanted: value}))
				must[bool](t)(true, w.app.Rights.Accept(cadre, sent.ID, 1, "改过来了"))
				return must[rights.Ask](t)(w.app.Rights.Get(me, sent.ID))
			}
			found := func(name string) bool {
				return slices.ContainsFunc(must[roll.Page](t)(w.app.Roll.List(cadre, roll.Filter{Area: "220402", Name: name})).Rows, func(r roll.Row) bool { return r.ID == membership })
			}
			if !found("陈立冬") {
				t.Fatal("the member is not found by the wrong name at first")
			}
			if a := fix("member.name", "陈立东"); a.Was != "陈立冬" {
				t.Errorf("got %q, want what stood there", a.Was)
			}
			fix("member.occupation", string(member.Trucker))
			fix("account.name", "陈立东")
			file := must[roll.File](t)(w.app.Roll.Get(cadre, membership))
			if file.Name != "陈立东" || file.Occupation != member.Trucker || file.ChangedBy != "cadre" || !found("陈立东") || found("陈立冬") {
				t.Errorf("got %+v; found by the right name %v, by the wrong one %v", file.Member, found("陈立东"), found("陈立冬"))
			}
			for _, f := range must[[]rights.Field](t)(w.app.Rights.Known(me)) {
				if f.Name == "account.name" && (f.Value != "陈立东" || f.Masked == f.Value) {
					t.Errorf("the account has %+v", f)
				}
			}
			if _, err := w.app.Rights.Send(me, rights.Draft{Kind: rights.Correct, Field: "member.occupation", Wanted: "pilot"}); err == nil {
				t.Error("an occupation that is none was taken")
			}
		})
	}
}
