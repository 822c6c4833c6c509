package tell

import (
	"context"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/region"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Title names a request in one line: the staff's title, else the first words
// of the worker, else what it is about.
func Title(ctx context.Context, q *request.Request) string {
	switch {
	case q.Title != "":
		return q.Title
	case q.Words != "":
		return FirstLine(q.Words, 60)
	case q.Heard != "":
		return FirstLine(q.Heard, 60)
	case q.What != "":
		return t(ctx, "title.station", "Place", q.Place.Text, "What", What(ctx, q.What))
	}
	if _, sorted := request.TopicOf(q.Topic); sorted {
		return t(ctx, "title.topic", "Topic", show.Topic(ctx, q.Topic), "Number", q.Number)
	}
	return t(ctx, "title.voice", "Number", q.Number)
}

// What says a station's defect.
func What(ctx context.Context, code string) string { return show.What(ctx, code) }

// FirstLine is the first line of a text, cut to so many characters.
func FirstLine(s string, most int) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// Worker is how staff call who said it: 陈师傅.
func Worker(ctx context.Context, surname string) string {
	if surname == "" {
		return t(ctx, "worker.none")
	}
	return t(ctx, "worker", "Name", surname)
}

// Workers names the worker and how many more said the same.
func Workers(ctx context.Context, q *request.Request) string {
	if q.Followers > 0 {
		return t(ctx, "worker.many", "Name", Worker(ctx, q.Surname), "Count", q.Followers+1)
	}
	return Worker(ctx, q.Surname)
}

// Topic names a kind of matter.
func Topic(ctx context.Context, code string) string { return show.Topic(ctx, code) }

// TopicOptions are the staff's kinds, the finer ones under the worker's eight.
func TopicOptions(ctx context.Context, on string) []ui.Option {
	var out []ui.Option
	for _, top := range request.Topics() {
		out = append(out, ui.Option{Value: top.Code, Text: t(ctx, "topic.all", "Topic", Topic(ctx, top.Code)), Group: Topic(ctx, top.Code), On: top.Code == on})
		for _, f := range request.Finer(top.Code) {
			out = append(out, ui.Option{Value: f.Code, Text: Topic(ctx, f.Code), Group: Topic(ctx, top.Code), On: f.Code == on})
		}
	}
	return out
}

// Place says where it is; what nobody said is said so.
func Place(ctx context.Context, q *request.Request) string {
	area := region.Name(q.Place.Area)
	switch {
	case !q.AreaKnown:
		return strings.TrimSpace(q.Place.Text + " " + t(ctx, "place.unknown"))
	case q.Place.Text == "":
		return area
	}
	return q.Place.Text + t(ctx, "place.in", "Area", area)
}

// Status is the staff's word for a state.
func Status(ctx context.Context, s request.Status) string {
	return show.Status(ctx, show.Staff, show.State{Status: s})
}

// StatusChip is the state as icon and word.
func StatusChip(ctx context.Context, s request.Status) (ui.Tone, string, string) {
	tone, icon := show.StatusLook(s)
	return tone, icon, Status(ctx, s)
}

// Holder says who has a request now and how far they are.
func Holder(ctx context.Context, r request.Row) string {
	if len(r.Holder) == 0 || !r.Status.Open() || r.Status == request.StatusWaiting || r.Status == request.StatusAnswered {
		return Status(ctx, r.Status)
	}
	i := slices.IndexFunc(r.Holder, func(h request.Holder) bool { return h.State == request.DispatchBounced })
	if i < 0 {
		i = max(0, slices.IndexFunc(r.Holder, func(h request.Holder) bool { return h.Lead }))
	}
	if at := slices.IndexFunc(r.Holder, func(h request.Holder) bool { return h.Asks }); at >= 0 && r.Holder[i].State != request.DispatchBounced {
		return t(ctx, "holder.asks", "Name", r.Holder[at].Name)
	}
	h := r.Holder[i]
	return t(ctx, "holder."+string(h.State), "Name", h.Name)
}

// Share is how much of a limit is left, in percent; some of it is always seen.
func Share(left, limit time.Duration) int {
	if limit <= 0 || left >= limit {
		return 100
	}
	return max(2, int(left*100/limit))
}

// Late is how much over its limit a clock is, in percent of the limit; some of
// it is always seen.
func Late(left, limit time.Duration) int {
	if limit <= 0 || -left >= limit {
		return 100
	}
	return max(12, int(-left*100/limit))
}

// Clock says how a clock stands, which one it is, and its limit as a date.
func Clock(ctx context.Context, c request.Clock) ui.ClockProps {
	p := ui.ClockProps{State: show.ClockState(c), Share: 100, Main: clockMain(ctx, c)}
	if p.State == ui.ClockOK || p.State == ui.ClockSoon {
		p.Share = Share(c.Left, c.Limit)
	}
	if p.State == ui.ClockLate {
		p.Share = Late(min(c.Left, c.Limit-c.Spent), c.Limit)
	}
	name := t(ctx, "clock."+c.Name)
	if c.BodyName != "" {
		name = t(ctx, "clock.of", "Clock", name, "Body", c.BodyName)
	}
	switch {
	case !c.Due.IsZero():
		p.Small = t(ctx, "clock.limit", "Clock", name, "Limit", web.Deadline(ctx, c.Due))
	case c.State == request.ClockUnknown:
		p.Small = t(ctx, "clock.notbefore", "Clock", name, "Day", web.DayWithWeekday(ctx, c.NotBefore))
	case c.Limit > 0:
		p.Small = t(ctx, "clock.limit", "Clock", name, "Limit", t(ctx, "clock.worktime", "Span", web.Took(ctx, c.Limit)))
	default:
		p.Small = name
	}
	if c.State == request.ClockDone && !c.Ended.IsZero() {
		p.Small = t(ctx, "clock.at", "Words", p.Small, "At", web.When(ctx, c.Ended))
	}
	return p
}

func clockMain(ctx context.Context, c request.Clock) string {
	switch c.State {
	case request.ClockHeld:
		return t(ctx, "clock.hold")
	case request.ClockUnknown:
		return t(ctx, "clock.unknown")
	case request.ClockDone:
		key := "clock.done."
		switch {
		case c.Ended.IsZero():
			return t(ctx, "clock.over")
		case c.Missed:
			key = "clock.missed."
		}
		return t(ctx, key+c.Name, "Took", web.Took(ctx, max(c.Spent, time.Minute)))
	}
	if c.Name == request.ClockAnswer && c.DaysLeft >= 2 {
		return web.WorkdaysLeft(ctx, c.DaysLeft)
	}
	return web.TimeLeft(ctx, c.Left)
}

// ThreeClocks are look, feedback and answer, always together; rest are the
// receipts, former bodies and promises.
func ThreeClocks(ctx context.Context, cs []request.Clock) (three, rest []ui.ClockProps) {
	feedback := -1
	for i, c := range cs {
		if c.Name != request.ClockFeedback {
			continue
		}
		open := func(i int) bool { return cs[i].State != request.ClockDone }
		if feedback < 0 || open(i) && (!open(feedback) || c.Due.Before(cs[feedback].Due)) || !open(feedback) && !open(i) {
			feedback = i
		}
	}
	three = make([]ui.ClockProps, 3)
	three[1] = ui.ClockProps{State: ui.ClockHold, Main: t(ctx, "clock.nobody"), Small: t(ctx, "clock.feedback")}
	for i, c := range cs {
		switch {
		case c.Name == request.ClockLook:
			three[0] = Clock(ctx, c)
		case i == feedback:
			three[1] = Clock(ctx, c)
		case c.Name == request.ClockAnswer:
			three[2] = Clock(ctx, c)
		default:
			rest = append(rest, Clock(ctx, c))
		}
	}
	return three, rest
}

// OrElse is s, or other when s is empty.
func OrElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// PhraseText is a phrase in the worker's language, which is Chinese unless the
// reader works in English and there is a text for it.
func PhraseText(ctx context.Context, ph request.Phrase) string {
	if web.Lang(ctx) == "en" && ph.EN != "" {
		return ph.EN
	}
	return ph.ZH
}

// AreaName names an area in full.
func AreaName(ctx context.Context, area string) string {
	if area == "" {
		return t(ctx, "area.nation")
	}
	return region.FullName(area)
}
