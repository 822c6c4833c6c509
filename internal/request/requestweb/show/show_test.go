package show_test

import (
	"slices"
	"testing"

	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

func TestWordsAreComplete(t *testing.T) {
	webtest.Complete(t, show.Texts())
	site := &web.Site{Texts: web.NewTexts(show.Texts())}
	for _, lang := range []string{"zh-CN", "en"} {
		ctx := site.With(t.Context(), "/", web.Display{Lang: lang})
		for _, s := range request.Statuses() {
			for _, key := range []string{"request.status." + string(s), "request.desk." + string(s)} {
				if !web.HasText(ctx, key) {
					t.Errorf("%s: no words for %s", lang, key)
				}
			}
			if _, icon := show.StatusLook(s); !ui.HasIcon(icon) {
				t.Errorf("no icon %q", icon)
			}
		}
		for _, k := range kinds {
			if !web.HasText(ctx, "request.did."+string(k)) {
				t.Errorf("%s: no words for %s", lang, k)
			}
			for _, r := range []show.Reader{show.Worker, show.Staff, show.Body} {
				if title, _ := show.Said(ctx, r, request.Entry{Kind: k, Fact: "x"}); title == "" {
					t.Errorf("%s has no title for %s", k, r)
				}
			}
		}
		for _, r := range request.Reasons() {
			if show.Reason(ctx, string(r)) == "" {
				t.Errorf("%s: no words for reason %s", lang, r)
			}
		}
		for _, o := range show.TopicOptions(ctx, "") {
			if !ui.HasIcon(o.Icon) || !web.HasText(ctx, "request.tile."+o.Value) {
				t.Errorf("topic %q: icon %q, text %q", o.Value, o.Icon, o.Text)
			}
		}
	}
}

var kinds = []request.Kind{
	request.KindCaptured, request.KindAdded, request.KindReplied, request.KindChased, request.KindSolved, request.KindUnsolved, request.KindWithdrawn,
	request.KindSeen, request.KindAssigned, request.KindClassified, request.KindDispatched, request.KindRecalled, request.KindTold, request.KindAnswered,
	request.KindAsked, request.KindNoted, request.KindReleased, request.KindBriefed, request.KindMerged, request.KindAbsorbed, request.KindUnmerged, request.KindNotOurs,
	request.KindRaised, request.KindOpened, request.KindSigned, request.KindBounced, request.KindWorking, request.KindReported, request.KindReminded, request.KindQuiet,
	request.KindMoreTime, request.KindGranted, request.KindRefused, request.KindMended,
}

func TestSaid(t *testing.T) {
	site := &web.Site{Texts: web.NewTexts(show.Texts())}
	zh, en := site.With(t.Context(), "/", web.Display{Lang: "zh-CN"}), site.With(t.Context(), "/", web.Display{Lang: "en"})
	bounced := request.Entry{Kind: request.KindBounced, By: request.ByBody, BodyName: "南康街道", Words: "物业归住建局管。"}
	title, text := show.Said(zh, show.Worker, bounced)
	if title != "南康街道退回来了，工会改派" || text != "他们说：物业归住建局管。时间照算，没有重来。" {
		t.Errorf("a bounce is told as %q, %q", title, text)
	}
	if title, text := show.Said(zh, show.Staff, bounced); title != "南康街道退回" || text != bounced.Words {
		t.Errorf("a bounce is told to staff as %q, %q", title, text)
	}
	unsolved := request.Entry{Kind: request.KindUnsolved, Fact: "half", Words: "The gate is shut at night"}
	if _, text := show.Said(en, show.Worker, unsolved); text != "Only half of it. The gate is shut at night" {
		t.Errorf("not solved is told as %q", text)
	}
	if got := show.Status(zh, show.Worker, show.State{Status: request.StatusSeen, Who: "刘婷"}); got != "刘婷看了" {
		t.Errorf("seen is %q", got)
	}
}

// Others who said the same are one step for the worker, as long as nothing else came between.
func TestOthersAreOneStep(t *testing.T) {
	site := &web.Site{Texts: web.NewTexts(show.Texts())}
	ctx := site.With(t.Context(), "/", web.Display{Lang: "zh-CN"})
	other := request.Entry{Kind: request.KindAbsorbed}
	var got []string
	for _, s := range show.Steps(ctx, show.Trail{Reader: show.Worker, Status: request.StatusSolved, Entries: []request.Entry{other, other, other, {Kind: request.KindSeen, ByName: "刘婷"}, other}}) {
		got = append(got, s.Title)
	}
	if want := []string{"又有工友说了同一件事，并在一起办", "刘婷看了", "又有 3 位工友说了同一件事，并在一起办"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
