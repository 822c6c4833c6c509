package show

import (
	"context"
	"slices"
	"strings"

	"nuanxin/internal/request"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Trail is a timeline to be drawn.
type Trail struct {
	Reader  Reader
	Entries []request.Entry // oldest first
	Files   []request.Attachment
	Href    func(request.AttachmentID) string // where a file is handed out
	Status  request.Status
}

// Steps tells a timeline, the newest first. Of an open matter the newest step
// is where it stands now, and the worker's word is still to come.
func Steps(ctx context.Context, tr Trail) []ui.Step {
	var steps []ui.Step
	for i := 0; i < len(tr.Entries); i++ {
		same := tr.same(i)
		i += same - 1
		e := tr.Entries[i]
		s := ui.Step{State: ui.Done, Icon: icon(e.Kind), At: e.At, When: web.When(ctx, e.At)}
		s.Title, s.Text = Said(ctx, tr.Reader, e)
		if same > 1 {
			s.Title = t(ctx, "did.absorbed.many", "Count", same)
		}
		switch {
		case e.Kind == request.KindBounced:
			s.State = ui.Back
		case i == len(tr.Entries)-1 && tr.Status.Open():
			s.State = ui.Now
		}
		if files := of(tr.Files, e.Seq); len(files) > 0 && tr.Href != nil {
			s.Extra = Files(files, tr.Href, 0)
		}
		steps = append(steps, s)
	}
	if tr.Reader == Worker && tr.Status.Open() {
		steps = append(steps, ui.Step{State: ui.Next, Title: t(ctx, "next"), Text: t(ctx, "next.sub")})
	}
	slices.Reverse(steps)
	return steps
}

// same says how many entries from the i-th on tell a worker that somebody else said the
// same: two dozen of them in a row are one step.
func (tr Trail) same(i int) int {
	n, first := 1, tr.Entries[i]
	for tr.Reader == Worker && first.Kind == request.KindAbsorbed && i+n < len(tr.Entries) {
		if next := tr.Entries[i+n]; next.Kind != first.Kind || next.Words != first.Words {
			break
		}
		n++
	}
	return n
}

func of(all []request.Attachment, seq int64) []request.Attachment {
	return slices.DeleteFunc(slices.Clone(all), func(a request.Attachment) bool { return a.Seq != seq })
}

// Said puts one entry into words: what happened, and what was said.
func Said(ctx context.Context, r Reader, e request.Entry) (title, text string) {
	title, text = did(ctx, r, e), e.Words
	switch e.Kind {
	case request.KindCaptured:
		if e.Fact != "" && e.Fact != string(request.ChannelPage) {
			title = t(ctx, "channel."+e.Fact)
		}
	case request.KindUnsolved:
		text = join(ctx, Reason(ctx, e.Fact), e.Words)
	case request.KindChased:
		text = until(ctx, "until.reply", e)
	case request.KindDated:
		text = until(ctx, "until.dated", e)
	case request.KindDispatched, request.KindWorking, request.KindMoreTime, request.KindGranted:
		text = join(ctx, e.Words, until(ctx, "until."+string(e.Kind), e))
	case request.KindSigned:
		if e.Fact != "" {
			text = t(ctx, "signed.by", "Name", e.Fact)
		}
	case request.KindBounced:
		text = e.Words
		if r == Worker {
			text = t(ctx, "bounced.why", "Why", strings.TrimRight(e.Words, "。. "))
		}
	case request.KindAnswered:
		if e.Fact == "fixed" || e.Fact == "main_solved" {
			title = t(ctx, "did.answered."+e.Fact, "Who", who(ctx, e))
		}
	case request.KindNotOurs:
		if e.Fact != "" {
			text = join(ctx, t(ctx, "not_ours.phone", "Phone", e.Fact), e.Words)
		}
	case request.KindMerged:
		if e.Fact != "" { // staff; a worker learns no number of another's matter
			text = join(ctx, e.Words, t(ctx, "merged.into", "Number", e.Fact))
		}
	case request.KindClassified:
		text = Topic(ctx, e.Fact)
	case request.KindNoted:
		if e.Fact == "suggest" {
			text = t(ctx, "suggest", "Who", e.Words)
		}
	case request.KindAssigned:
		title, text = did(ctx, r, request.Entry{Kind: e.Kind, ByName: e.Words}), ""
	}
	return title, text
}

// did says what happened, in the reader's words.
func did(ctx context.Context, r Reader, e request.Entry) string {
	key := "did." + string(e.Kind)
	if own := "desk." + key; r != Worker && web.HasText(ctx, "request."+own) {
		key = own
	}
	return t(ctx, key, "Who", who(ctx, e), "Body", orElse(e.BodyName, t(ctx, "somebody")))
}

// who names who did something, as everybody may know them.
func who(ctx context.Context, e request.Entry) string {
	switch {
	case e.ByName != "":
		return e.ByName
	case e.By == request.ByBody && e.BodyName != "":
		return e.BodyName
	case e.By == request.BySystem:
		return t(ctx, "system")
	}
	return t(ctx, "union")
}

func until(ctx context.Context, key string, e request.Entry) string {
	if e.Until.IsZero() {
		return ""
	}
	return t(ctx, key, "Until", web.Deadline(ctx, e.Until))
}

// join puts sentences together.
func join(ctx context.Context, all ...string) string {
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" })
	for i := range all[:max(0, len(all)-1)] {
		if !strings.ContainsAny(all[i][len(all[i])-1:], ".!?") && !strings.HasSuffix(all[i], "。") && !strings.HasSuffix(all[i], "？") {
			all[i] += t(ctx, "stop")
		}
	}
	return strings.Join(all, t(ctx, "space"))
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func icon(k request.Kind) string {
	switch k {
	case request.KindAdded, request.KindReplied:
		return "plus"
	case request.KindMoreTime, request.KindGranted, request.KindRefused:
		return "clock"
	case request.KindChased, request.KindReminded:
		return "bell"
	case request.KindUnsolved, request.KindBounced, request.KindRecalled:
		return "reply"
	case request.KindSeen, request.KindOpened:
		return "eye"
	case request.KindAssigned:
		return "user"
	case request.KindDispatched:
		return "send"
	case request.KindTold, request.KindAnswered, request.KindAsked, request.KindWorking, request.KindReported:
		return "chat"
	case request.KindMerged, request.KindAbsorbed:
		return "merge"
	case request.KindNotOurs, request.KindUnmerged:
		return "swap"
	case request.KindRaised:
		return "up"
	case request.KindWithdrawn:
		return "x"
	case request.KindNoted, request.KindClassified:
		return "note"
	}
	return "check"
}
