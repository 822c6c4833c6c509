package calendarweb_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/calendar"
	"nuanxin/internal/calendar/calendarweb"
	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

const notice = `{"year":2027,"papers":["https://example.org/2027"],"days":[` +
	`{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-02","isOffDay":true},{"name":"元旦","date":"2027-01-03","isOffDay":true},` +
	`{"name":"春节","date":"2027-02-05","isOffDay":true},{"name":"春节","date":"2027-02-06","isOffDay":true},{"name":"春节","date":"2027-02-07","isOffDay":true},{"name":"春节","date":"2027-02-08","isOffDay":true},{"name":"春节","date":"2027-02-13","isOffDay":false},` +
	`{"name":"劳动节","date":"2027-05-01","isOffDay":true},` +
	`{"name":"国庆节","date":"2027-10-01","isOffDay":true},{"name":"国庆节","date":"2027-10-02","isOffDay":true},{"name":"国庆节","date":"2027-10-03","isOffDay":true}]}`

type house struct {
	t        *testing.T
	calendar *calendar.Service
	handler  func(ctx context.Context) http.Handler
}

func open(t *testing.T) *house {
	t.Helper()
	clk := clock.At(time.Date(2026, 12, 20, 2, 0, 0, 0, time.UTC))
	d := dbtest.SQLite(t, clk, []fs.FS{op.Schema, job.Schema, calendar.Schema})
	h := &house{t: t, calendar: calendar.NewService(op.New(d, calendar.Policy), func(context.Context, *op.Tx) (string, error) { return "510703", nil })}
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), calendarweb.Texts()), Assets: web.NewAssets(), Clock: clk, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	mux := web.NewMux(site.Assets.Routes(), calendarweb.Routes(calendarweb.Config{
		Calendar: h.calendar,
		Frame:    func(context.Context) ui.StaffPage { return ui.StaffPage{User: "A"} },
		Effect: func(_ context.Context, next calendar.Ledger) (calendarweb.Effect, error) {
			return calendarweb.Effect{Known: 7, Kept: int(next.Current())}, nil
		},
	}))
	h.handler = func(ctx context.Context) http.Handler {
		return site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), authz.From(ctx))))
		}))
	}
	return h
}

func as(role authz.Role) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "管理员", Grants: []authz.Grant{{Role: role, Area: "510703"}}})
}

// do sends a form, or asks for the page when it has no pairs.
func (h *house) do(ctx context.Context, pairs ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodGet, calendarweb.Path, nil)
	if len(pairs) > 0 {
		r = httptest.NewRequest(http.MethodPost, calendarweb.Path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	h.handler(ctx).ServeHTTP(w, r)
	return w
}

func (h *house) want(say string, w *httptest.ResponseRecorder, status int, has ...string) {
	h.t.Helper()
	if w.Code != status {
		h.t.Errorf("%s: got %d, want %d", say, w.Code, status)
	}
	for _, s := range has {
		not := strings.HasPrefix(s, "!")
		if strings.Contains(w.Body.String(), strings.TrimPrefix(s, "!")) == not {
			h.t.Errorf("%s: got %q in the page: %v", say, s, !not)
		}
	}
}

func TestEnterANotice(t *testing.T) {
	h := open(t)
	h.want("before", h.do(as(authz.Admin)), 200, "2027 年的放假安排还没录进来", "2026", `name="text"`)
	h.want("a cadre reads", h.do(as(authz.Cadre)), 200, "2026", `!name="text"`)
	h.want("a cadre enters", h.do(as(authz.Cadre), "text", notice), 403)
	h.want("the empty file", h.do(as(authz.Admin), "text", `{"year":2027,"papers":[],"days":[]}`), 422, "通知还没公布")
	h.want("nothing is lost of a wrong one", h.do(as(authz.Admin), "text", "留着的", "source", "国办发明电"), 422, "留着的", "国办发明电")

	preview := h.do(as(authz.Admin), "text", notice)
	h.want("the preview", preview, 200, "2027 年会改的日子", "调休上班", "7 件有了准日子", "https://example.org/2027")
	if h.calendar.Current() != 0 {
		t.Error("the preview entered it")
	}
	base := regexp.MustCompile(`name="base" value="(\d+)"`).FindStringSubmatch(preview.Body.String())[1]
	h.want("entered", h.do(as(authz.Admin), "do", "publish", "text", notice, "base", base), 303)
	h.want("after", h.do(as(authz.Admin)), 200, "!还没录进来", "2027", "管理员", "https://example.org/2027")
	late := strings.Replace(notice, `"2027-05-01","isOffDay":true}`, `"2027-05-01","isOffDay":true},{"name":"劳动节","date":"2027-05-03","isOffDay":true}`, 1)
	h.want("upon an old preview", h.do(as(authz.Admin), "do", "publish", "text", late, "base", base), 409, "刚有人录过", "2027-05-03")
}
