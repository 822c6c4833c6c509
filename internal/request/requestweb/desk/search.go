package desk

import (
	"context"
	"net/http"
	"regexp"

	"nuanxin/internal/idcard"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/web"
)

// numberForm is the start of a request's number, which names nobody.
var numberForm = regexp.MustCompile(`^[0-9]{4}-[0-9-]{0,15}$`)

// personal reports whether a text may be the number of a person: a phone, an
// identity card, a bank card, whole or in part.
func personal(text string) bool {
	if numberForm.MatchString(text) {
		return false
	}
	digits := 0
	for _, r := range text {
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			digits++
		}
	}
	return digits >= 7
}

// search takes the words of the search box. Ordinary ones become an address that
// can be kept and sent on. A person's number is answered here and now: no
// address, history or log ever holds it.
func (p *pages) search(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !reach.IsStaff(ctx) {
		return reach.Missing()
	}
	if err := reach.Form(r); err != nil {
		return err
	}
	q := readQuery(r)
	if q.private == "" {
		return web.See(w, r, q.href(HrefRequests))
	}
	l := list{query: query{group: request.GroupAll, private: q.private, after: q.after}}
	page, err := p.Office.List(ctx, l.lookup())
	if err != nil {
		return err
	}
	l.rows, l.next = page.Rows, page.Next
	if l.peek, err = p.chosen(ctx, l); err != nil {
		return err
	}
	f := p.inboxFrame(ctx, l)
	f.Chips = nil
	return web.Show(w, r, http.StatusOK, foundPage(f, l))
}

// lookup is the filter of a search that names a person: a phone is looked for
// among those who asked, anything else in what they wrote.
func (q query) lookup() request.Filter {
	f := request.Filter{Group: q.group, Text: q.private, After: q.after}
	if mobile, err := idcard.ParseMobile(q.private); err == nil {
		f.Text, f.Phone = "", mobile
	}
	return f
}

// sought says what was looked for without saying it.
func (l list) sought(ctx context.Context) string {
	if mobile, err := idcard.ParseMobile(l.private); err == nil {
		return t(ctx, "found.phone", "Phone", idcard.MaskPhone(mobile))
	}
	return t(ctx, "found.number")
}
