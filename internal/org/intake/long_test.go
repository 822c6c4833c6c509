package intake_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/org"
	"nuanxin/internal/org/intake"
)

func many(n int) string {
	var b strings.Builder
	b.WriteString("名称,类别,级别,区划代码,上级名称\n")
	for i := range n {
		fmt.Fprintf(&b, "第%d工会,基层工会,基层,990101001,龙山县总工会\n", i)
	}
	return b.String()
}

// Much is done in the background, goes on where it stood after a stop of the program,
// and can be stopped, which takes it back.
func TestLongWork(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.upload(admin, many(1600))
		if err := w.Start(admin, which); err != nil {
			t.Fatal(err)
		}
		if p := w.is(which, admin, intake.Applying); p.Done != 0 {
			t.Fatalf("%d rows were done while somebody waited", p.Done)
		}
		system := authz.AsSystem(t.Context(), "test")
		if err := w.Step(system, which); err != nil { // and then the program was killed
			t.Fatal(err)
		}
		half := w.is(which, admin, intake.Applying)
		if half.Done == 0 || half.Done == half.Total {
			t.Fatalf("%d of %d", half.Done, half.Total)
		}
		other := open(t, w.d) // another process
		if err := other.Work(system); err != nil {
			t.Fatal(err)
		}
		w.is(which, admin, intake.Applied)
		if b, err := w.orgs.Branches(admin, org.Filter{IDs: []org.ID{w.county}}); err != nil || b[0].Leads != 1600 {
			t.Fatalf("%+v, %v", b, err)
		}
		if err := errors.Join(w.Undo(admin, which), w.Work(system)); err != nil {
			t.Fatal(err)
		}
		w.is(which, admin, intake.Undone)
		if got := w.names(); got != "云川市总工会 龙山县总工会" {
			t.Errorf("%.60s", got)
		}
		// A second one is stopped half-way.
		which = w.upload(admin, many(1600))
		if err := errors.Join(w.Start(admin, which), w.Step(system, which), w.Stop(admin, which), w.Work(system)); err != nil {
			t.Fatal(err)
		}
		w.is(which, admin, intake.Staged)
		if got := w.names(); got != "云川市总工会 龙山县总工会" {
			t.Errorf("%.60s", got)
		}
		if err := errors.Join(w.Start(admin, which), w.Work(system)); err != nil {
			t.Fatal(err)
		}
		if p := w.is(which, admin, intake.Applied); p.Counts[intake.New] != 1600 {
			t.Errorf("%v", p.Counts)
		}
	})
}
