package office_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/request"
)

// TestRandomWalk does whatever comes to mind, in any order, as anybody, and
// wants three things: no act breaks, misses are never forgotten, and what is
// stored agrees with what happened.
func TestRandomWalk(t *testing.T) {
	each(t, func(h *house) {
		rnd := rand.New(rand.NewPCG(7, 11))
		var refs []request.Ref
		for range 6 {
			refs = append(refs, request.Ref{ID: h.capture().ID})
		}
		refs = append(refs, request.Ref{ID: h.captured(worker(), request.Draft{What: "locked", Place: request.Place{Station: station}}).ID})
		bodies := []string{street, housing, fire, host}
		missed, done := map[request.ID]bool{}, 0
		for range 500 {
			ref, to := refs[rnd.IntN(len(refs))], refs[rnd.IntN(len(refs))]
			err := h.anything(rnd, ref, to, bodies[rnd.IntN(len(bodies))])
			switch fault.KindOf(err) {
			case fault.Internal:
				if err != nil {
					h.t.Fatalf("an act broke: %v", err)
				}
				done++
			case fault.Busy:
				h.t.Fatalf("busy with one at a time: %v", err)
			}
			h.clk.Move(time.Duration(rnd.IntN(200)) * time.Minute)
			c, err := h.Case(cadre(), ref)
			if err != nil {
				h.t.Fatal(err)
			}
			if missed[ref.ID] && !c.Missed {
				h.t.Fatalf("%s: a miss was forgotten", c.Number)
			}
			missed[ref.ID] = c.Missed
		}
		if done < 100 {
			h.t.Errorf("only %d of 500 acts were done: the walk stands still", done)
		}
		h.sound()
	})
}

// anything does one act.
func (h *house) anything(rnd *rand.Rand, ref, to request.Ref, org string) (err error) {
	ctx, say := []context.Context{cadre(), colleague()}[rnd.IntN(2)], request.Say{Words: "补一句"}
	body := []context.Context{partner(org), hostOf(org)}[rnd.IntN(2)]
	switch rnd.IntN(24) {
	case 0, 1, 2:
		_, err = h.Dispatch(ctx, ref, h.task(org))
	case 3:
		_, err = h.Answer(ctx, ref, request.Message{Words: "好了", Followers: rnd.IntN(2) == 0})
	case 4:
		_, err = h.Ask(ctx, ref, msg("哪个门"))
	case 5, 6:
		_, err = h.Add(worker(), ref, say)
	case 7:
		_, err = h.Chase(worker(), ref)
	case 8:
		_, err = h.Solved(worker(), ref)
	case 9, 10:
		_, err = h.Unsolved(worker(), ref, "same", say)
	case 11:
		_, err = h.Merge(ctx, to, "", ref.ID)
	case 12, 13:
		_, err = h.Unmerge(ctx, ref, "")
	case 14:
		_, err = h.Bounce(body, ref, "", "不归我们", "别的部门")
	case 15, 16:
		_, err = h.Sign(body, ref, "", "王")
	case 17:
		_, err = h.Work(body, ref, "", msg("在办"), time.Time{})
	case 18:
		_, err = h.Report(body, ref, "", msg("办了"))
	case 19:
		_, err = h.NotOurs(ctx, ref, "热线", "12345", "")
	case 20:
		if rnd.IntN(8) == 0 {
			_, err = h.Withdraw(worker(), ref)
		}
	case 21:
		_, err = h.Climb(program())
	case 22:
		_, err = h.Fixed(hostOf(host), ref, request.Message{})
	case 23:
		c, caseErr := h.Case(ctx, ref)
		if caseErr != nil || len(c.Dispatches) == 0 {
			return caseErr
		}
		_, err = h.Recall(ctx, ref, c.Dispatches[rnd.IntN(len(c.Dispatches))].ID, "换一家")
	}
	return err
}
