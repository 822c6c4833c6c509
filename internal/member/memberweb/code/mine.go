package code

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/card"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// face is one of the two codes as the page draws it.
type face struct {
	card.Face
	drawing string // an SVG
}

// digits says the eight digits in groups of four.
func (f face) digits() string { return f.Digits[:4] + " " + f.Digits[4:] }

// view is the page of one's code.
type view struct {
	card.Card
	online, offline face
	at              time.Time // when it was made
}

// mine shows the code; who is no member is told what to do.
func (p *pages) mine(w http.ResponseWriter, r *http.Request) error {
	c, err := p.Cards.Mine(r.Context())
	switch {
	case fault.Is(err, fault.Missing) || err == nil && !c.State.Belongs():
		return web.Show(w, r, http.StatusOK, nonePage(c.State))
	case err != nil:
		return err
	}
	v := view{Card: c, at: web.Now(r.Context())}
	for _, f := range []struct {
		of *face
		is card.Face
	}{{&v.online, c.Online}, {&v.offline, c.Offline}} {
		drawing, err := ui.QR(p.origin(r) + HrefCheck + "#" + f.is.Text)
		if err != nil {
			return err
		}
		*f.of = face{f.is, drawing}
	}
	web.KeepOffline(w)
	w.Header().Set("Cache-Control", "private, no-store") // a code out of a cache would be an old one
	return web.Show(w, r, http.StatusOK, minePage(v))
}

// made says to the second when the codes were made.
func (v view) made() string { return v.at.In(clock.Zone).Format("15:04:05") }

// seconds is a time for the script.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) }

// chip says how the membership stands.
func (v view) chip(ctx context.Context) (tone ui.Tone, icon, text string) {
	if v.State == member.Kept {
		return ui.Ice, "pause", t(ctx, "kept")
	}
	return ui.Pine, "check-c", t(ctx, "active")
}

// noneKey names the words for who has no code.
func noneKey(s member.State) string {
	if s == member.Applied {
		return "none.applied"
	}
	return "none"
}
