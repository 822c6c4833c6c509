package desk

import (
	"net/http"
	"strings"

	"nuanxin/internal/idcard"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/web"
)

// numberDigits is how many digits a member's number has.
const numberDigits = 14

// search looks for a person by the whole name, phone, identity number or number
// for life. It is answered here and now: no address, history or log ever holds
// what was looked for, so that pages are turned by a form.
func (p *pages) search(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !isStaff(ctx) {
		return missing()
	}
	if err := readForm(r); err != nil {
		return err
	}
	v := view{query: query{tab: tabAll, after: r.PostForm.Get("after")}, words: strings.TrimSpace(r.PostForm.Get("q"))}
	if v.words == "" {
		return web.See(w, r, HrefMembers)
	}
	f, ok := lookup(v.words, web.Day(web.Now(ctx)))
	if ok {
		var err error
		f.After = v.after
		if v.Page, err = p.Roll.List(ctx, f); err != nil {
			return err
		}
	}
	return p.showList(w, r, http.StatusOK, v)
}

// lookup reads what a person is looked for by; ok is false for what can be none
// of it.
func lookup(words, today string) (f roll.Filter, ok bool) {
	if mobile, err := idcard.ParseMobile(words); err == nil {
		return roll.Filter{Phone: mobile}, true
	}
	number, _ := idcard.Modern(idcard.Plain(words)) // of an old file
	if resident, err := idcard.ParseResident(number, today); err == nil {
		return roll.Filter{Document: resident.Number}, true
	}
	if len(number) == numberDigits && strings.Trim(number, "0123456789") == "" {
		return roll.Filter{Number: number}, true
	}
	name, err := idcard.ParseName(words)
	return roll.Filter{Name: name}, err == nil
}
