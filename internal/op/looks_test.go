package op_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Who looked at what is sensitive is listed by the roots, newest first and in
// pages; writes, what was refused, and others' roots are not in it.
func TestLooks(t *testing.T) {
	eachBooks(t, func(b books) {
		mine := []thing{{id.New[string](), "510703"}, {id.New[string](), "510703"}}
		other := thing{id.New[string](), "510703"}
		cadre := as(authz.Cadre, "510703")
		of := []authz.Object{mine[0].AuthzObject(), mine[1].AuthzObject()}
		for i := range 7 {
			b.now.Move(time.Second * time.Duration(i%2)) // some in the same moment
			ctx := op.With(cadre, op.Call{Purpose: fmt.Sprint(i)})
			for _, th := range []thing{mine[i%2], other} {
				if _, err := op.Read(ctx, b.desk, peek, find(th)); err != nil {
					b.t.Fatal(err)
				}
			}
			b.act(mine[i%2], 1)
			if err := b.peek(as(authz.Cadre, "510704"), mine[i%2]); err == nil {
				b.t.Fatal("not refused")
			}
		}
		seen, after := map[string]bool{}, ""
		var last op.Look
		for pages := 1; ; pages++ {
			list, next, err := op.Looks(cadre, b.desk, see, of, after, 3)
			if err != nil {
				b.t.Fatal(err)
			}
			for _, l := range list {
				if seen[l.Purpose] || last.Root != "" && l.At.After(last.At) || l.Subject == "" || l.Root == other.id {
					b.t.Errorf("page %d: %+v after %+v", pages, l, last)
				}
				seen[l.Purpose], last = true, l
			}
			if after = next; next == "" {
				break
			}
		}
		if len(seen) != 7 {
			b.t.Errorf("got %v, want the seven looks", seen)
		}
		if list, next, err := op.Looks(cadre, b.desk, see, of, "x.y.z", 9); err != nil || len(list) != 7 || next != "" {
			b.t.Errorf("from a place that there is not: %d, %q, %v; want all", len(list), next, err)
		}
		if _, _, err := op.Looks(context.Background(), b.desk, see, of, "", 9); !fault.Is(err, fault.Missing) {
			b.t.Errorf("nobody's: %v, want missing", err)
		}
	})
}
