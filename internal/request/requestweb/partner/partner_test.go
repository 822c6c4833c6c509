package partner

import (
	"testing"
	"time"

	"nuanxin/internal/request"
	"nuanxin/internal/web"
	"nuanxin/internal/web/webtest"
)

func TestWords(t *testing.T) { webtest.Complete(t, Texts()) }

// Every step that a body can read is told in words, not as a key.
func TestStepsHaveWords(t *testing.T) {
	kinds := []request.Kind{
		request.KindDispatched, request.KindOpened, request.KindSigned, request.KindOwned, request.KindBounced, request.KindWorking, request.KindReported,
		request.KindBriefed, request.KindReminded, request.KindCaptured, request.KindAdded, request.KindMoreTime, request.KindGranted, request.KindRefused,
	}
	site := &web.Site{Texts: web.NewTexts(Texts())}
	for _, lang := range []string{"zh-CN", "en"} {
		ctx := site.With(t.Context(), "/", web.Display{Lang: lang})
		for _, k := range kinds {
			if !web.HasText(ctx, "matter.did_"+string(k)) {
				t.Errorf("%s: no words for %s", lang, k)
			}
		}
	}
}

// What the worker has called solved asks nothing more of a body, though it never
// signed.
func TestClosedRowAsksNothing(t *testing.T) {
	site := &web.Site{Texts: web.NewTexts(Texts())}
	ctx := site.With(t.Context(), "/", web.Display{Lang: "zh-CN"})
	row := request.MatterRow{Status: request.StatusDispatched, Dispatch: request.Dispatch{State: request.DispatchSent, Deadline: time.Unix(1, 0), DueBy: time.Unix(1, 0)}}
	if got := rowOf(ctx, row); !got.New || got.More == "" {
		t.Errorf("a fresh one: new %v, %q; want new, with its date", got.New, got.More)
	}
	row.Status = request.StatusAnswered
	if got := rowOf(ctx, row); got.New || got.More != "工会已答复" {
		t.Errorf("one that the union answered: new %v, %q; want neither new nor a date", got.New, got.More)
	}
	row.Status = request.StatusSolved
	if got := rowOf(ctx, row); got.New || got.More != "" {
		t.Errorf("a solved one: new %v, %q; want neither", got.New, got.More)
	}
}

// A clock that stopped because the matter had its result is not told as work
// that the body did.
func TestStoppedClockIsNoWork(t *testing.T) {
	site := &web.Site{Texts: web.NewTexts(Texts())}
	ctx := site.With(t.Context(), "/", web.Display{Lang: "zh-CN"})
	over := request.Clock{Name: request.ClockFeedback, State: request.ClockDone}
	done := over
	done.Ended = time.Unix(1, 0)
	var m matterPage
	m.Clocks = []request.Clock{over, done}
	got := m.limits(ctx)
	if got[0].Main != "停了，这件事已经有结果" || got[0].Small != "没答复" {
		t.Errorf("stopped: got %q, %q; want it told that there is a result, without their answer", got[0].Main, got[0].Small)
	}
	if got[1].Main != "按时做了" {
		t.Errorf("done: got %q, want 按时做了", got[1].Main)
	}
}
