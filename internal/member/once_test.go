package member_test

import (
	"strings"
	"sync"
	"testing"

	"nuanxin/internal/member"
)

func TestTwoCadresAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r := w.apply(w.worker("13900000013"), form("王二"))
		var all sync.WaitGroup
		codes := make([]string, 8)
		for i := range codes {
			all.Go(func() {
				if i%2 == 0 {
					codes[i] = code(w.Approve(cadre, r.ID, 1))
				} else {
					codes[i] = code(w.Refuse(cadre, r.ID, 1, "资料不全"))
				}
			})
		}
		all.Wait()
		if ok := strings.Count(strings.Join(codes, " "), "ok"); ok != 1 {
			t.Errorf("got %v, want one to win", codes)
		}
		f, err := w.Get(cadre, r.ID)
		w.must(err)
		if len(f.Terms) > 1 || (f.State == member.Active) != (len(f.Terms) == 1) {
			t.Errorf("got %s with %d terms", f.State, len(f.Terms))
		}
	})
}

func TestOnePhoneAppliesOnceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000014")
		var all sync.WaitGroup
		codes := make([]string, 8)
		for i := range codes {
			all.Go(func() {
				_, err := w.Apply(me, form("冯十四"))
				codes[i] = code(err)
			})
		}
		all.Wait()
		if got := strings.Join(codes, " "); strings.Count(got, "ok") != 1 || strings.Count(got, "conflict") != 7 {
			t.Errorf("got %s, want one", got)
		}
	})
}
