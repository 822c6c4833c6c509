package desk_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk"
)

// addresses are all that a page may send a browser to by GET.
var addresses = regexp.MustCompile(`(?:href|action|hx-get|src)="[^"]*"`)

// nowhere checks that no address of the page holds a number.
func (a answer) nowhere(say, number string) {
	a.t.Helper()
	for _, at := range append(addresses.FindAllString(a.body, -1), a.to, strings.Join(a.header.Values("Set-Cookie"), " ")) {
		if strings.Contains(at, number) {
			a.t.Errorf("%s: got the number in %q, want it in no address", say, at)
		}
	}
}

func TestASearchByPhoneStandsInNoAddress(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	cadre := h.as("cadre")
	cadre.get("/desk/requests").want("the box", 200, `role="search" action="/desk/requests" method="post"`)
	for _, typed := range []string{phone, "+86 138-1234-5678", " １３８１２３４５６７８ "} {
		got := cadre.post("/desk/requests", "q", typed, "group", "late").want(typed, 200, words, "138****5678", `hx-get="`+desk.Href(r.ID)+`/peek"`)
		got.nowhere(typed, strings.TrimSpace(typed))
		got.nowhere(typed, phone)
	}
	cadre.post("/desk/requests", "q", "13900000000").want("a phone of nobody", 200, "!"+words, "没有这个号码")
	cadre.post("/desk/requests", "q", "1381234567").want("a part of a phone finds nobody", 200, "!"+words, "没有这个号码").nowhere("a part", "1381234567")
	h.as("sibling").post("/desk/requests", "q", phone).want("the sibling county", 200, "!"+words, "没有这个号码")
	h.as("worker").post("/desk/requests", "q", phone).want("a worker", 404)

	got := cadre.get("/desk/requests?group=late&q="+phone).want("typed into the address", 303)
	got.nowhere("typed into the address", phone)
	if got.to != "/desk/requests?group=late" {
		t.Errorf("typed into the address: got to %s, want the same drawer without it", got.to)
	}
	for typed, to := range map[string]string{r.Number: "?q=" + r.Number, "东门": "?q=%E4%B8%9C%E9%97%A8", "": ""} {
		if got := cadre.post("/desk/requests", "q", typed).want(typed, 303); got.to != "/desk/requests"+to {
			t.Errorf("%q: got to %s, want %s", typed, got.to, to)
		}
	}
}

func TestASearchByPhoneTurnsItsPages(t *testing.T) {
	h := newHouse(t)
	for i := range 53 {
		h.captured("nobody", request.Draft{Words: fmt.Sprint("第几件", i), Phone: phone, PhoneOK: true, Place: request.Place{Area: county}})
	}
	cadre := h.as("cadre")
	first := cadre.post("/desk/requests", "q", phone).want("the first page", 200, "第几件52", "第几件3<", "!第几件2<", `name="after"`)
	first.nowhere("the first page", phone)
	next := between(first.body, `name="after" value="`, `"`)
	second := cadre.post("/desk/requests", "q", phone, "after", next).want("the second page", 200, "第几件2", "第几件0", "!第几件52", "回到第一页")
	second.nowhere("the second page", phone)
}
