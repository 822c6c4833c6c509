package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/clock"
)

// area is the county of these tests.
const area = "510703"

const (
	rootPassword  = "gang-tie-cheng-2026"
	cadrePassword = "bai-yun-shan-2026"
)

// ownList is a list of stations that is understood whole: position, hours and
// services of each are stated.
const ownList = `驿站名称,省,市,区县,地址,开放时间,服务项目,纬度(WGS84),经度(WGS84)
示例：东门驿站,四川,绵阳,涪城区,东门路1号,24小时,热水;厕所,31.4600,104.7400
示例：西门驿站,四川,绵阳,涪城区,西门路2号,周一至周日 8:00-20:00,热水;手机充电,31.4650,104.7450
示例：南桥驿站,四川,绵阳,涪城区,南桥路3号,24小时,热水;换电,31.4500,104.7300
示例：北坝驿站,四川,绵阳,涪城区,北坝路4号,24小时,微波炉;热水,31.4700,104.7600
`

const ownStations = 4

// county is a program on its first day: an administrator and a cadre, one
// union, a list of stations that a cadre imported on the page.
type county struct {
	*server
	where []string
	cadre *client
}

// serveFlags let each client of a test have an address of its own.
func serveFlags(where []string) []string {
	return with([]string{"serve", "--proxy", "127.0.0.1/32", "--home-area", area}, where...)
}

// found makes a county from nothing, by the ways that README and the operator's
// guide show.
func found(t *testing.T, where []string) *county {
	t.Helper()
	must(t, rootPassword+"\n", with([]string{"user", "add", "root", "--name", "管理员", "--role", "admin", "--area", "all"}, where...)...)
	must(t, "", with([]string{"user", "require", "nobody", "--since", clock.Day(time.Now()), "--source", "test"}, where...)...)
	c := &county{server: start(t, serveFlags(where)...), where: where}
	must(t, cadrePassword+"\n", with([]string{"user", "add", "liuting", "--name", "刘婷", "--role", "cadre", "--area", area}, where...)...) // while it serves
	root := c.signIn(t, "root", rootPassword)
	root.form(t, "/desk/orgs", url.Values{"kind": {"local"}, "level": {"county"}, "name": {"示例区总工会"}, "area": {area}}, "/desk/orgs/")
	c.cadre = c.signIn(t, "liuting", cadrePassword)
	staged := c.cadre.upload(t, "/desk/imports", ownList)
	c.cadre.form(t, staged+"/apply", url.Values{}, "/desk/imports/")
	waitFor(t, "the finder to know the stations", func() bool {
		var health struct{ Stations int }
		c.client().getJSON(t, "/healthz", &health)
		return health.Stations == ownStations
	})
	return c
}

// waitFor asks again and again until ok; it gives up after a time that only a
// fault needs.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 600 {
		if ok() {
			return
		}
		<-tick.C
	}
	t.Fatalf("waited in vain for %s", what)
}

// client is a person's browser or program: it keeps cookies, and has an address
// of its own.
type client struct {
	base    string
	addr    string
	cookies map[string]string
	http    *http.Client
}

func (s *server) client() *client { return newClient(s.URL, "") }

func newClient(base, addr string) *client {
	return &client{base: base, addr: addr, cookies: map[string]string{}, http: &http.Client{
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is an answer that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) location() string { return a.header.Get("Location") }

// do sends a request; head is pairs of names and values.
func (c *client) do(method, path, body string, head ...string) (a answer, err error) {
	req, err := http.NewRequest(method, c.base+path, strings.NewReader(body))
	if err != nil {
		return a, err
	}
	for i := 0; i < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	if c.addr != "" {
		req.Header.Set("X-Forwarded-For", c.addr)
	}
	if method != http.MethodGet && len(c.cookies) > 0 {
		req.Header.Set("Origin", c.base)
	}
	for name, value := range c.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return a, err
	}
	text, err := io.ReadAll(resp.Body)
	if err := resp.Body.Close(); err != nil {
		return a, err
	}
	if err != nil {
		return a, err // an answer that was cut off is none
	}
	for _, k := range resp.Cookies() {
		c.cookies[k.Name] = k.Value
	}
	return answer{resp.StatusCode, resp.Header, string(text)}, nil
}

// ask is do for a server that has to answer.
func (c *client) ask(t *testing.T, method, path, body string, head ...string) answer {
	t.Helper()
	a, err := c.do(method, path, body, head...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (c *client) get(t *testing.T, path string, head ...string) answer {
	t.Helper()
	return c.ask(t, http.MethodGet, path, "", head...)
}

// getJSON gets path, which has to be answered 200, into v.
func (c *client) getJSON(t *testing.T, path string, v any, head ...string) {
	t.Helper()
	a := c.get(t, path, head...)
	if a.status != http.StatusOK {
		t.Fatalf("GET %s: got %d %s, want 200", path, a.status, a.body)
	}
	a.read(t, v)
}

func (a answer) read(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// postJSON sends JSON.
func (c *client) postJSON(t *testing.T, path, body string, head ...string) answer {
	t.Helper()
	return c.ask(t, http.MethodPost, path, body, with([]string{"Content-Type", "application/json"}, head...)...)
}

// form sends a form that has to be taken, and returns where it leads.
func (c *client) form(t *testing.T, path string, v url.Values, leads string) string {
	t.Helper()
	a := c.ask(t, http.MethodPost, path, v.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location(), leads) {
		t.Fatalf("POST %s: got %d to %q, want 303 to %s\n%s", path, a.status, a.location(), leads, a.body)
	}
	return a.location()
}

func (s *server) signIn(t *testing.T, login, password string) *client {
	t.Helper()
	c := s.client()
	c.form(t, "/staff/sign-in", url.Values{"login": {login}, "password": {password}}, "/desk")
	return c
}

// upload sends a list of stations, to be shown to workers, and returns its page.
func (c *client) upload(t *testing.T, path, list string) string {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, err := w.CreateFormFile("file", "list.csv")
	if err == nil {
		_, err = file.Write([]byte(list))
	}
	for name, value := range map[string]string{"encoding": "auto", "area": area, "public": "1"} {
		if err == nil {
			err = w.WriteField(name, value)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	a := c.ask(t, http.MethodPost, path, body.String(), "Content-Type", w.FormDataContentType())
	if a.status != http.StatusSeeOther {
		t.Fatalf("uploading a list: got %d, want 303\n%s", a.status, a.body)
	}
	return a.location()
}

// address is the n-th address of a made-up network.
func address(n int) string { return fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255) }

// close lets the cadre close a station for good.
func (c *county) close(t *testing.T, station string) {
	t.Helper()
	var s struct{ Version int64 }
	c.client().getJSON(t, api+"/stations/"+station, &s)
	c.cadre.form(t, "/desk/stations/"+station+"/close", url.Values{"sure": {"1"}, "why": {"房子到期"}, "version": {fmt.Sprint(s.Version)}}, "/desk/stations/")
}
