package office_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// follower is a request of somebody without a name that is joined to main.
func (h *house) follower(main request.Ref, d request.Draft) request.Ref {
	h.t.Helper()
	r := h.captured(context.Background(), d)
	h.must(h.Merge(cadre(), main, "", r.ID))
	return request.Ref{ID: r.ID, Secret: h.Secret(r.ID)}
}

// own is a request as its holder reads it.
func (h *house) own(ref request.Ref) request.Own {
	h.t.Helper()
	own, err := h.Progress(context.Background(), ref)
	if err != nil {
		h.t.Fatal(err)
	}
	return own
}

// A reply that was promised and not given stays late, and who chases again is
// promised a time to come, not the one that is over.
func TestChasedAgainAfterABrokenPromise(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		first := h.must(h.Chase(worker(), ref)).By
		h.clk.Move(24 * time.Hour)
		second := h.must(h.Chase(worker(), ref)).By
		if !second.After(h.clk.Now()) || !second.After(first) {
			h.t.Errorf("chased again at %v, the worker is promised a reply by %v; the broken promise was %v", h.clk.Now(), second, first)
		}
		h.must(h.Tell(cadre(), ref, msg("在问")))
		own, err := h.Progress(worker(), ref)
		late := 0
		for _, c := range own.Clocks {
			if c.Name == request.ClockReply && c.Missed {
				late++
			}
		}
		if err != nil || late != 1 || !own.Promised.IsZero() {
			h.t.Errorf("%d missed replies, promised %v, %v; want the one that was broken, in sight for ever", late, own.Promised, err)
		}
		h.sound()
	})
}

// A defect that was joined to another matter is mended: its reporter is told, and
// who has the matter sees it there; the matter's own worker reported something else.
func TestStationMendedOfAJoinedReport(t *testing.T) {
	each(t, func(h *house) {
		main := request.Ref{ID: h.capture().ID}
		joined := h.follower(main, request.Draft{What: "locked", Place: request.Place{Station: station}, Channel: request.ChannelStation})
		number := h.own(joined).Number
		for range 2 {
			if err := h.StationMended(program(), h.clk.Now(), number); err != nil {
				h.t.Fatal(err)
			}
		}
		count := func(es []request.Entry) (n int) {
			for _, e := range es {
				if e.Kind == request.KindMended {
					n++
				}
			}
			return n
		}
		c := h.caseOf(request.Receipt{ID: main.ID})
		own, err := h.Progress(worker(), main)
		if err != nil || count(h.own(joined).Timeline) != 1 || count(c.Timeline) != 1 || c.MendedAt.IsZero() || count(own.Timeline) != 0 {
			h.t.Errorf("said to the reporter %d times, on the matter %d, marked at %v, to its worker %d, %v; want once, once, marked, never", count(h.own(joined).Timeline), count(c.Timeline), c.MendedAt, count(own.Timeline), err)
		}
		h.sound()
	})
}

// Who goes down to a union below is told, as who goes up or beside: another union
// has the matter now.
func TestAnotherUnionIsTold(t *testing.T) {
	each(t, func(h *house) {
		over := staff(other, "市里", authz.Grant{Role: authz.Cadre, Area: city, Org: cityID})
		r := h.captured(context.Background(), request.Draft{Words: "x", Phone: canaryPhone, PhoneOK: true, Place: request.Place{Area: city}})
		street, within, away := county+"101", county+"102", sibling
		for _, c := range []struct {
			say  string
			area *string
			want int
		}{{"down to the county", &street, 1}, {"within the county", &within, 1}, {"up to the city again", &away, 2}} {
			h.must(h.Classify(over, request.Ref{ID: r.ID}, request.Class{Area: c.area}))
			named := 0
			for _, e := range h.own(request.Ref{ID: r.ID, Secret: h.Secret(r.ID)}).Timeline {
				if e.Kind == request.KindAssigned {
					named++
				}
			}
			if named != c.want {
				h.t.Errorf("%s: named %d times, want %d", c.say, named, c.want)
			}
		}
		if n := h.deliver()[canaryPhone]; n != 2 {
			h.t.Errorf("%d messages, want one for each of the two", n)
		}
		h.sound()
	})
}

// What reaches those who were joined stands in the audit as what was done.
func TestFollowersAuditNamesTheAct(t *testing.T) {
	each(t, func(h *house) {
		for act, do := range map[authz.Action]func(main request.Ref) (request.Receipt, error){
			request.Refer: func(main request.Ref) (request.Receipt, error) {
				return h.NotOurs(cadre(), main, "城管", "12345", "")
			},
			request.Solve: func(main request.Ref) (request.Receipt, error) { return h.Solved(worker(), main) },
			request.Answer: func(main request.Ref) (request.Receipt, error) {
				return h.Answer(cadre(), main, request.Message{Words: "好了", Followers: true})
			},
		} {
			main := request.Ref{ID: h.capture().ID}
			f := h.follower(main, request.Draft{Words: "x", Place: request.Place{Area: county}})
			if rows, err := h.List(cadre(), request.Filter{}); err != nil || !slices.ContainsFunc(rows.Rows, func(r request.Row) bool { return r.ID == main.ID && r.Followers == 1 }) {
				h.t.Errorf("the main one has no follower, %v", err)
			}
			h.must(do(main))
			var last authz.Action
			err := h.db.View(h.t.Context(), func(tx *db.Tx) error {
				return tx.One(h.t.Context(), `select action from request_audit where root_id = $1 order by seq desc limit 1`, []any{f.ID}, &last)
			})
			if err != nil || last != act {
				h.t.Errorf("the follower's audit ends with %q, %v; want %s", last, err, act)
			}
		}
	})
}

// The host reads how many reported it.
func TestBodyListCountsReporters(t *testing.T) {
	each(t, func(h *house) {
		main := request.Ref{ID: h.captured(worker(), request.Draft{What: "locked", Place: request.Place{Station: station}, Channel: request.ChannelStation}).ID}
		h.follower(main, request.Draft{What: "locked", Place: request.Place{Station: station}, Channel: request.ChannelStation})
		rows, err := h.BodyList(hostOf(host), request.DispatchSent)
		if err != nil || len(rows) != 1 || rows[0].Followers != 1 {
			h.t.Errorf("the host's list is %+v, %v; want one matter with one follower", rows, err)
		}
	})
}

// A merge is the office's own arrangement: the date that a worker was promised
// stands, is shown, and is missed where nobody keeps it.
func TestMergeKeepsThePromise(t *testing.T) {
	each(t, func(h *house) {
		early := h.captured(context.Background(), request.Draft{Words: "同一个门", Place: request.Place{Area: county}})
		h.clk.Move(72 * time.Hour)
		main := request.Ref{ID: h.capture().ID}
		h.must(h.Merge(cadre(), main, "", early.ID))
		ref := request.Ref{ID: early.ID, Secret: h.Secret(early.ID)}
		if own := h.own(ref); !own.Clock.Due.Equal(early.By) {
			h.t.Errorf("merged, the answer is due %v; want %v as it was promised", own.Clock.Due, early.By)
		}
		if p, err := h.List(cadre(), request.Filter{Group: request.GroupSoon}); err != nil || slices.ContainsFunc(p.Rows, func(r request.Row) bool { return r.ID == early.ID }) {
			h.t.Errorf("what is joined to another presses in the list beside it: %v", err)
		}
		h.clk.Set(early.By.Add(48 * time.Hour))
		h.must(h.Answer(cadre(), main, request.Message{Words: "能进了", Followers: true}))
		if own := h.own(ref); !own.Clock.Missed || own.Status != request.StatusAnswered {
			h.t.Errorf("answered two days late: missed %v, %s", own.Clock.Missed, own.Status)
		}
		h.sound()
	})
}

// What becomes of the main request becomes known to all that were joined to it.
func TestFollowersHearOfTheEnd(t *testing.T) {
	each(t, func(h *house) {
		defect := request.Draft{What: "locked", Place: request.Place{Station: station}, Channel: request.ChannelStation}
		main := request.Ref{ID: h.captured(worker(), defect).ID}
		also := h.follower(main, defect)
		h.must(h.Fixed(hostOf(host), main, msg("换了锁")))
		own := h.own(also)
		last := own.Timeline[len(own.Timeline)-1]
		if own.Status != request.StatusAnswered || last.Fact != "fixed" || last.Words != "换了锁" {
			h.t.Errorf("the host said that it is mended; who reported the same is at %s and reads %+v", own.Status, last)
		}
		if got := len(h.events("request.station_fixed")); got != 2 {
			h.t.Errorf("%d reports are settled at the station, want both", got)
		}

		main = request.Ref{ID: h.capture().ID}
		also = h.follower(main, request.Draft{Words: "同一个门", Place: request.Place{Area: county}})
		h.must(h.NotOurs(cadre(), main, "住建局", "0816-0000000", ""))
		own = h.own(also)
		last = own.Timeline[len(own.Timeline)-1]
		if own.Status != request.StatusNotOurs || last.BodyName != "住建局" || last.Fact != "0816-0000000" {
			h.t.Errorf("it is not ours; who said the same is at %s and reads %+v", own.Status, last)
		}
		h.must(h.Unsolved(context.Background(), also, "same", request.Say{}))
		h.sound()
	})
}

// Whose name stands on a matter must be able to open it.
func TestAnotherAreaHasAnotherOfficer(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		h.must(h.Look(cadre(), ref))
		street := county + "102"
		h.must(h.Classify(cadre(), ref, request.Class{Area: &street}))
		if own, _ := h.Progress(worker(), ref); own.Who != "刘婷" {
			h.t.Errorf("within the union's area the officer is %q, want 刘婷 as before", own.Who)
		}
		there := sibling
		h.must(h.Classify(cadre(), ref, request.Class{Area: &there}))
		own, err := h.Progress(worker(), ref)
		if err != nil || own.Who == "刘婷" || !slices.ContainsFunc(own.Timeline, func(e request.Entry) bool {
			return e.Kind == request.KindAssigned && e.Words == "示例市总工会"
		}) {
			h.t.Errorf("it went to another union: the worker reads of %q and %+v, %v", own.Who, own.Timeline, err)
		}
	})
}

// One request that breaks must not keep the reminders of all others.
func TestLadderPassesWhatBreaks(t *testing.T) {
	each(t, func(h *house) {
		h.capture()
		ok := h.capture()
		h.spoil(`update request set policy = '00000000-0000-7000-8000-000000000000' where number = '2026-1124-0001'`)
		h.clk.Move(90 * time.Minute)
		n, err := h.Climb(program())
		c, _ := h.Case(cadre(), request.Ref{ID: ok.ID})
		if n != 1 || err == nil || !slices.ContainsFunc(c.Timeline, func(e request.Entry) bool { return e.Kind == request.KindReminded }) {
			h.t.Errorf("the ladder touched %d, %v; want the sound one reminded and the broken one reported", n, err)
		}
	})
}

// A body that has answered may be handed the matter again, and then signs for
// that, not for what it has done.
func TestHandedAgainAfterTheReport(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		h.must(h.Report(partner(street), ref, "", msg("换了保安")))
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		h.must(h.Sign(partner(street), ref, "", "王"))
		h.must(h.Report(partner(street), ref, "", msg("立了牌子")))
		c, err := h.Case(cadre(), ref)
		if err != nil || c.Dispatches[1].State != request.DispatchReported {
			h.t.Errorf("the second handing is %s, %v; want answered", c.Dispatches[1].State, err)
		}
	})
}

// What the worker has called solved must not hide what a body has still to do.
func TestClosedMattersComeLast(t *testing.T) {
	each(t, func(h *house) {
		done, open := request.Ref{ID: h.capture().ID}, request.Ref{ID: h.capture().ID}
		h.must(h.Dispatch(cadre(), done, h.task(street)))
		h.must(h.Solved(worker(), done))
		h.clk.Move(time.Hour)
		h.must(h.Dispatch(cadre(), open, h.task(street)))
		rows, err := h.BodyList(partner(street))
		if err != nil || len(rows) != 2 || rows[0].ID != open.ID {
			h.t.Errorf("the body's list begins with what is solved: %+v, %v", rows, err)
		}
	})
}

// A clock that is over now is missed, in the table as in the list.
func TestExportTellsMissesAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.capture()
		h.clk.Move(3 * time.Hour)
		table, err := h.Export(op.With(cadre(), op.Call{Purpose: "月报"}), request.Filter{Area: county})
		if err != nil || len(table.Rows) != 1 || table.Rows[0][slices.Index(table.Heads, "missed")] != "true" {
			h.t.Errorf("the look is an hour late: %+v, %v", table, err)
		}
	})
}
