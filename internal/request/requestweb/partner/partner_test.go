package partner

import (
	"testing"

	"nuanxin/internal/request"
	"nuanxin/internal/web"
	"nuanxin/internal/web/webtest"
)

func TestWords(t *testing.T) { webtest.Complete(t, Texts()) }

// Every step that a body can read is told in words, not as a key.
func TestStepsHaveWords(t *testing.T) {
	kinds := []request.Kind{
		request.KindDispatched, request.KindOpened, request.KindSigned, request.KindOwned, request.KindBounced, request.KindWorking, request.KindReported,
		request.KindBriefed, request.KindReminded, request.KindCaptured, request.KindAdded,
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
