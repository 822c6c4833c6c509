package office_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/request"
)

// heard are the worker's words that a body reads, and who else is named there.
func (h *house) heard(org string, ref request.Ref) (words []string) {
	h.t.Helper()
	m, err := h.Matter(hostOf(org), ref)
	if err != nil {
		h.t.Fatal(err)
	}
	if text := fmt.Sprintf("%+v", m); strings.Contains(text, canaryName) || strings.Contains(text, canaryPhone) || strings.Contains(text, chen) {
		h.t.Errorf("the host learns who said it: %s", text)
	}
	for _, e := range m.Timeline {
		if e.By == request.ByWorker && e.Words != "" {
			words = append(words, e.Words)
		}
	}
	return words
}

// What is said of a defect is read by who mends it, as long as the host has it
// at first hand, and by no other body.
func TestHostReadsWhatIsSaidOfADefect(t *testing.T) {
	each(t, func(h *house) {
		defect := request.Draft{What: "no_hot_water", Words: "左边的龙头", Phone: canaryPhone, PhoneOK: true, Place: request.Place{Station: station}, Channel: request.ChannelStation}
		ref := request.Ref{ID: h.captured(worker(), defect).ID}
		h.must(h.Add(worker(), ref, request.Say{Words: "晚上八点以后"}))
		if got := h.heard(host, ref); !slices.Equal(got, []string{"左边的龙头", "晚上八点以后"}) {
			h.t.Errorf("the host reads %q", got)
		}
		if own, err := h.Progress(worker(), ref); err != nil || !own.ToHost {
			h.t.Errorf("the worker is told that the host reads it: %v, %v", own.ToHost, err)
		}
		h.must(h.Fixed(hostOf(host), ref, request.Message{}))
		h.must(h.Unsolved(worker(), ref, "same", request.Say{Words: "店长骂人"}))
		h.must(h.Add(worker(), ref, request.Say{Words: "只跟工会说"}))
		h.must(h.Dispatch(cadre(), ref, h.task(host)))
		h.must(h.Add(worker(), ref, request.Say{Words: "还是只跟工会说"}))
		if got := h.heard(host, ref); !slices.Equal(got, []string{"左边的龙头", "晚上八点以后"}) {
			h.t.Errorf("handed out by the union, the host reads %q; want no more than before", got)
		}
		if own, err := h.Progress(worker(), ref); err != nil || own.ToHost {
			h.t.Errorf("handed out by the union: the worker is told that the host reads it: %v, %v", own.ToHost, err)
		}

		gate := request.Ref{ID: h.capture().ID}
		h.must(h.Dispatch(cadre(), gate, h.task(housing)))
		h.must(h.Add(worker(), gate, request.Say{Words: "我是穿蓝衣服那个"}))
		if got := h.heard(housing, gate); len(got) != 0 {
			h.t.Errorf("another body reads the worker's words %q", got)
		}
		if _, err := h.Matter(hostOf(other), ref); !fault.Is(err, fault.Missing) {
			h.t.Errorf("another host reads the defect: %v", err)
		}
		h.sound()
	})
}

// A host who waits for a part may not know the day.
func TestNotYetWithoutADay(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.captured(worker(), request.Draft{What: "no_hot_water", Place: request.Place{Station: station}}).ID}
		h.must(h.NotYet(hostOf(host), ref, "等零件", time.Time{}))
		own, err := h.Progress(worker(), ref)
		if err != nil || own.Status != request.StatusWorking || own.Timeline[len(own.Timeline)-1].Words != "等零件" {
			h.t.Errorf("the worker reads %s, %+v, %v", own.Status, own.Timeline, err)
		}
		h.sound()
	})
}

// What a body has answered never stands before what it has not.
func TestBodyListPutsWhatWaitsFirst(t *testing.T) {
	each(t, func(h *house) {
		var ids []request.ID
		for range 2 {
			ids = append(ids, h.captured(worker(), request.Draft{What: "no_hot_water", Place: request.Place{Station: station}}).ID)
			h.clk.Move(time.Hour)
		}
		h.must(h.Fixed(hostOf(host), request.Ref{ID: ids[0]}, request.Message{}))
		rows, err := h.BodyList(hostOf(host))
		if err != nil || len(rows) != 2 || rows[0].ID != ids[1] || rows[1].ID != ids[0] {
			h.t.Errorf("the list: %+v, %v; want the open one first", rows, err)
		}
	})
}
