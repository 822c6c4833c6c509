package tell

import (
	"context"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Side is a part of the timeline.
type Side string

// The parts.
const (
	SideAll    Side = ""
	SideWorker Side = "worker"
	SideBody   Side = "body"
	SideInside Side = "inside"
)

// Sides lists the parts in the order in which they are shown.
func Sides() []Side { return []Side{SideAll, SideWorker, SideBody, SideInside} }

// on reports whether an entry belongs to the part.
func (s Side) on(e request.Entry) bool {
	switch s {
	case SideWorker:
		return e.Readers&request.ToWorker != 0 && e.Dispatch == ""
	case SideBody:
		return e.Dispatch != ""
	case SideInside:
		return e.Readers&(request.ToWorker|request.ToBody) == 0
	}
	return true
}

// SideTabs lead from part to part of the timeline.
func SideTabs(ctx context.Context, c request.Case, on Side) []ui.SegItem {
	var out []ui.SegItem
	for _, s := range Sides() {
		href := Href(c.ID)
		name := "all"
		if s != SideAll {
			href, name = href+"?side="+string(s), string(s)
		}
		out = append(out, ui.SegItem{Text: t(ctx, "side."+name), Href: href + "#talk", On: s == on})
	}
	return out
}

// Entries are the lines of the part, oldest first.
func Entries(c request.Case, s Side) []request.Entry {
	return slices.DeleteFunc(slices.Clone(c.Timeline), func(e request.Entry) bool { return !s.on(e) })
}

// Msg tells one entry: who, what, when and in which words.
func Msg(ctx context.Context, c request.Case, e request.Entry) ui.MsgProps {
	m := ui.MsgProps{Who: entryWho(ctx, c, e), Tone: ui.Plain, What: entryWhat(ctx, e), When: ui.Moment(e.At, web.When(ctx, e.At)), Text: e.Words,
		Inside: SideInside.on(e) && e.Kind == request.KindNoted}
	switch e.By {
	case request.ByWorker:
		m.Tone = ui.Ice
	case request.ByStaff:
		m.Tone = ui.Ember
	case request.ByBody, request.BySystem:
	}
	switch e.Kind {
	case request.KindCaptured:
		m.Text = "" // shown after the voice
	case request.KindAssigned:
		m.Text = ""
	case request.KindDispatched:
		m.Text = taskOf(c, e.Dispatch)
	case request.KindBounced:
		m.Chip = chip(ui.Amber, "reply", t(ctx, "bounced.nth", "Count", bouncesUpTo(c, e)))
		m.Text = t(ctx, "bounced.why", "Words", e.Words)
	case request.KindNotOurs:
		m.Text = t(ctx, "notours.told", "Who", e.BodyName, "Phone", e.Fact, "Words", e.Words)
	case request.KindUnsolved:
		if e.Fact != "" {
			m.Chip = chip(ui.Amber, "reply", show.Reason(ctx, e.Fact))
		}
	case request.KindAsked:
		m.Chip = chip(ui.Plain, "clock", t(ctx, "asked.hold"))
	case request.KindReminded:
		m.Tone = ui.Plain
	default:
	}
	return m
}

func chip(tone ui.Tone, icon, text string) templ.Component { return ui.Chip(tone, icon, text) }

func entryWho(ctx context.Context, c request.Case, e request.Entry) string {
	switch {
	case e.By == request.ByWorker:
		return Worker(ctx, c.Surname)
	case e.By == request.BySystem:
		return t(ctx, "who.program")
	case e.By == request.ByBody && e.BodyName != "":
		return e.BodyName
	case e.ByName == "":
		return t(ctx, "who.staff")
	}
	return e.ByName
}

// entryWhat says what was done. It names what the words of the kind need.
func entryWhat(ctx context.Context, e request.Entry) string {
	until := ""
	if !e.Until.IsZero() {
		until = web.Deadline(ctx, e.Until)
	}
	key := "did." + string(e.Kind)
	switch e.Kind {
	case request.KindCaptured:
		key = "did.captured." + e.Fact
	case request.KindNoted:
		if e.By == request.ByBody {
			key = "did.noted.body"
		}
	case request.KindReleased, request.KindLinked:
		key += "." + e.Fact
	case request.KindSigned:
		if e.Fact != "" {
			return t(ctx, "did.signed.by", "By", e.Fact)
		}
	case request.KindAnswered:
		if e.Fact != "" {
			key += "." + e.Fact
		}
	case request.KindClassified:
		return t(ctx, key, "Topic", Topic(ctx, e.Fact))
	case request.KindAssigned:
		return t(ctx, key, "Name", e.Words)
	case request.KindReminded:
		return reminded(ctx, e)
	case request.KindWorking, request.KindChased:
		if until != "" {
			key += ".until"
		}
	default:
	}
	return t(ctx, key, "Body", e.BodyName, "Until", until, "Fact", e.Fact)
}

// reminded says which clock the program reminded whom of: "clock:level:dispatch".
func reminded(ctx context.Context, e request.Entry) string {
	clock, level := "", ""
	for i, part := range strings.Split(e.Fact, ":") {
		switch i {
		case 0:
			clock = part
		case 1:
			level = part
		}
	}
	if !slices.Contains([]string{request.ClockLook, request.ClockSign, request.ClockFeedback, request.ClockAnswer, request.ClockReply}, clock) {
		return t(ctx, "did.reminded")
	}
	if !slices.Contains([]string{"0", "1", "2", "3"}, level) {
		level = "1"
	}
	return t(ctx, "did.reminded."+level, "Clock", t(ctx, "clock."+clock), "Body", e.BodyName)
}

// Dispatch is the dispatch of a request with the given id, or nil.
func Dispatch(c request.Case, id request.DispatchID) *request.Dispatch {
	i := slices.IndexFunc(c.Dispatches, func(d request.Dispatch) bool { return d.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Dispatches[i]
}

func taskOf(c request.Case, id request.DispatchID) string {
	if d := Dispatch(c, id); d != nil {
		return d.Task
	}
	return ""
}

// bouncesUpTo counts the bounces to this one.
func bouncesUpTo(c request.Case, e request.Entry) int {
	n := 0
	for _, x := range c.Timeline {
		if x.Kind == request.KindBounced && x.Seq <= e.Seq {
			n++
		}
	}
	return n
}

// FirstSeq is the entry that the request began with.
func FirstSeq(c request.Case) int64 {
	if len(c.Timeline) == 0 {
		return 0
	}
	return c.Timeline[0].Seq
}

// Files are the files that came with an entry.
func Files(c request.Case, seq int64) []request.Attachment {
	return slices.DeleteFunc(slices.Clone(c.Files), func(a request.Attachment) bool { return a.Seq != seq })
}

func fileHref(c request.Case, a request.Attachment) string {
	return Href(c.ID) + "/files/" + string(a.ID)
}

// Voice is a voice message to listen to.
func Voice(ctx context.Context, c request.Case, a request.Attachment) ui.VoiceProps {
	h := fnv.New32a()
	_, _ = h.Write([]byte(a.ID)) // a hash takes all
	return ui.VoiceProps{Src: fileHref(c, a), Seconds: a.Seconds, Label: t(ctx, "voice"), Seed: int(h.Sum32() % 1000)}
}

// Photos are the photos that came with an entry.
func Photos(ctx context.Context, c request.Case, seq int64) []ui.Photo {
	var out []ui.Photo
	for _, a := range Files(c, seq) {
		if a.Kind == request.Photo {
			out = append(out, ui.Photo{Href: fileHref(c, a), Src: fileHref(c, a) + "?thumb=1", Label: t(ctx, "photo", "Count", len(out)+1)})
		}
	}
	return out
}
