package office_test

import (
	"context"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
)

// oneCode is a phone that the code 123456 was sent to, for one purpose.
type oneCode struct {
	purpose string
	tries   int
}

func (o *oneCode) UseCode(_ context.Context, _ *op.Tx, purpose, phone, code string) (bool, error) {
	o.tries++
	return purpose == o.purpose && phone == "13712345678" && code == "123456", nil
}

func (o *oneCode) WorkerWith(context.Context, *op.Tx, string) (string, error) { return chen, nil }

func TestAPhoneLeftLater(t *testing.T) {
	each(t, func(h *house) {
		codes := &oneCode{}
		h.needs.Phones = codes
		h.Service = office.NewService(h.desk, h.ring, office.Config{HomeArea: county}, h.needs)
		r := h.captured(context.Background(), request.Draft{Words: canaryWords, Place: request.Place{Area: county}})
		held := request.Ref{Number: r.Number, Secret: h.Secret(r.ID)}
		codes.purpose = office.PhonePurpose(r.Number)
		leave := func(ctx context.Context, ref request.Ref, phone, code string) error {
			_, err := h.LeavePhone(ctx, ref, phone, code)
			return err
		}
		for _, c := range []struct {
			say string
			ctx context.Context
			ref request.Ref
			err fault.Kind
		}{
			{"a stranger with the number", context.Background(), request.Ref{Number: r.Number}, fault.Missing},
			{"a stranger with a wrong secret", context.Background(), request.Ref{Number: r.Number, Secret: "abcdefghijklmnopqrstuvwxyz"}, fault.Missing},
			{"another worker", authz.With(context.Background(), authz.Subject{ID: other, Kind: authz.Worker}), request.Ref{Number: r.Number}, fault.Missing},
			{"the cadre", cadre(), request.Ref{ID: r.ID}, fault.Denied},
		} {
			if err := leave(c.ctx, c.ref, "13712345678", "123456"); !fault.Is(err, c.err) {
				h.t.Errorf("%s: got %v, want %v", c.say, err, c.err)
			}
		}
		if codes.tries != 0 {
			h.t.Errorf("strangers tried %d codes", codes.tries)
		}
		if err := leave(context.Background(), held, "12", "123456"); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("no phone: got %v", err)
		}
		if err := leave(context.Background(), held, "13712345678", "654321"); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[0].Name != "code" || codes.tries != 1 {
			h.t.Errorf("a wrong code: got %v after %d tries", err, codes.tries)
		}
		if own, err := h.Progress(context.Background(), held); err != nil || own.Owned || own.Reachable {
			h.t.Errorf("after a wrong code: %+v, %v; want nobody's still", own, err)
		}
		if err := leave(context.Background(), held, "+86 137-1234-5678", "123456"); err != nil {
			h.t.Fatal(err)
		}
		mine, err := h.MineList(worker(), request.Filter{Group: request.GroupAll})
		if err != nil || len(mine.Rows) != 1 || mine.Rows[0].Number != r.Number {
			h.t.Errorf("on another phone: %+v, %v; want the request", mine.Rows, err)
		}
		if own, err := h.Progress(context.Background(), held); err != nil || !own.Reachable {
			h.t.Errorf("this phone: %+v, %v; want it to hold on", own, err)
		}
		if err := leave(context.Background(), held, "13712345678", "123456"); !fault.Is(err, fault.Conflict) {
			h.t.Errorf("a second phone: got %v, want a conflict", err)
		}
		found, err := h.List(cadre(), request.Filter{Phone: "13712345678"})
		if err != nil || len(found.Rows) != 1 {
			h.t.Errorf("by the phone: %d rows, %v; want one", len(found.Rows), err)
		}
		c := h.caseOf(r)
		last := c.Timeline[len(c.Timeline)-1]
		if last.Kind != request.KindLeft || strings.Contains(last.Words+last.Fact+last.ByName, "137") {
			h.t.Errorf("the timeline: got %+v, want that a phone was left and not which", last)
		}
		h.sound()
	})
}
