package app

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
)

const passedOn = "19900000088"

// phoned lets a cadre write a matter down for a caller.
func (w *world) phoned(t *testing.T, words, name string) request.Receipt {
	t.Helper()
	w.clock.Move(time.Minute)
	return must[request.Receipt](t)(w.app.Requests.Capture(w.as(t, "cadre"), request.Draft{Words: words, Place: request.Place{Text: "示例路口", Area: "220402"}, Name: name, Phone: passedOn, Channel: request.ChannelPhone}))
}

// signIn signs in by a code.
func (w *world) signIn(t *testing.T, actor string) {
	t.Helper()
	w.clock.Move(2 * time.Minute)
	if err := w.app.Accounts.SendCode(t.Context(), account.ForSignIn, passedOn); err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`\d{6}`).FindString(w.app.lastMessage(passedOn))
	w.tokens[actor] = must[account.Signed](t)(w.app.Accounts.SignIn(t.Context(), passedOn, code, true)).Token
}

// What a caller said is in the copy of who had the phone before and after, and in nobody
// else's: not in that of who got the number later, nor of who had it before.
func TestWhatACallerSaid(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { callers(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { callers(t, pgWorld(t)) })
}

func callers(t *testing.T, w *world) {
	w.phoned(t, "前一个号主的事", "赵前主")
	w.phonedAsk(t, "前一个号主问资料", "赵前主")
	w.signIn(t, "holder")
	mine := w.phoned(t, "号主打电话说的事", "孙师傅")
	asked := w.phonedAsk(t, "号主问资料给过谁", "孙师傅")
	w.phoned(t, "借手机的人说的事", "")
	early := w.copied(t, "holder")
	w.signIn(t, "holder")
	w.phoned(t, "之后说的事", "")
	w.phonedAsk(t, "之后问资料", "")
	late := w.copied(t, "holder")
	for words, want := range map[string][2]bool{"前一个号主的事": {false, false}, "号主打电话说的事": {false, true}, "借手机的人说的事": {false, true}, "之后说的事": {false, false},
		"前一个号主问资料": {false, false}, "号主问资料给过谁": {false, true}, "之后问资料": {false, false}} {
		if got := [2]bool{strings.Contains(early, words), strings.Contains(late, words)}; got != want {
			t.Errorf("%s: got %v, want %v", words, got, want)
		}
	}
	must[request.Identity](t)(w.app.Requests.Reveal(op.With(w.as(t, "cadre"), op.Call{Purpose: "回电话核对"}), request.Ref{ID: mine.ID}))
	page := w.ask(t, "/me/data", "nx="+w.tokens["holder"]).Body.String()
	if !strings.Contains(page, "回电话核对") || !strings.Contains(page, "打电话、座谈时说的") || strings.Contains(page, "/help/"+mine.Number) {
		t.Errorf("the page: got %s", page)
	}
	if s := w.copied(t, "worker"); strings.Contains(s, "号主打电话说的事") {
		t.Error("another worker has it in the copy")
	}
	if _, err := w.app.Phoned.Mine(w.as(t, "cadre")); err == nil {
		t.Error("a cadre asks as a worker")
	}
	if _, err := w.app.Phoned.Mine(authz.AsSystem(t.Context(), "test")); err == nil {
		t.Error("the program asks as a worker")
	}
	if !strings.Contains(page, "号主问资料给过谁") || strings.Contains(page, string(asked)) {
		t.Errorf("the page does not tell what was asked by phone, or leads to it: %s", page)
	}
	must[bool](t)(true, w.app.Rights.Answer(w.as(t, "cadre"), asked, 1, "只给过街道"))
	if s := w.copied(t, "holder"); !strings.Contains(s, "只给过街道") || !strings.Contains(s, `"by_phone":true`) {
		t.Errorf("the answer is not in the copy: %s", s)
	}
	w.passOn(t, mine)
	if a := must[rights.Ask](t)(w.app.Rights.Get(w.as(t, "cadre"), asked)); a.Name != "" || a.Words == "号主问资料给过谁" {
		t.Errorf("what is answered keeps who ended the account: %+v", a)
	}
	w.indexes(t)
}

// phonedAsk lets a cadre write down what a caller asks about their data.
func (w *world) phonedAsk(t *testing.T, words, name string) rights.ID {
	t.Helper()
	w.clock.Move(time.Minute)
	if name == "" {
		name = "某"
	}
	return must[rights.Receipt](t)(w.app.Rights.Write(w.as(t, "cadre"), rights.Note{Draft: rights.Draft{Kind: rights.Explain, Words: words}, Channel: rights.ByPhone, Name: name, Phone: passedOn})).ID
}

// indexes makes the indexes of asks that have none, as those of before.
func (w *world) indexes(t *testing.T) {
	t.Helper()
	count := func() (n int) {
		must[bool](t)(true, w.app.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.One(t.Context(), `select count(*) from rights_ask where phone_index <> ''`, nil, &n)
		}))
		return n
	}
	before := count()
	must[bool](t)(true, w.app.db.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `update rights_ask set phone_index = ''`)
		return err
	}))
	must[bool](t)(true, w.app.Rights.Index(authz.AsSystem(t.Context(), "test")))
	if after := count(); before == 0 || after != before {
		t.Errorf("got %d indexes, want %d", after, before)
	}
}

// passOn ends the holder's account and gives the number to somebody else.
func (w *world) passOn(t *testing.T, mine request.Receipt) {
	t.Helper()
	cadre, ref := op.With(w.as(t, "cadre"), op.Call{Purpose: "核对"}), request.Ref{ID: mine.ID}
	must[request.Receipt](t)(w.app.Requests.NotOurs(cadre, ref, "社区", "0437-0000000", "归社区管"))
	if i := must[request.Identity](t)(w.app.Requests.Reveal(cadre, ref)); i.Name != "孙师傅" || i.Phone != passedOn {
		t.Fatalf("before: got %+v", i)
	}
	w.clock.Move(2 * time.Minute)
	w.ask(t, "/me/data/erase/code", "nx="+w.tokens["holder"], "x", "")
	if a := w.ask(t, "/me/data/erase", "nx="+w.tokens["holder"], "code", w.app.CodeTo(passedOn)); a.Code != http.StatusOK {
		t.Fatalf("the account ends: got %d: %s", a.Code, a.Body)
	}
	if i := must[request.Identity](t)(w.app.Requests.Reveal(cadre, ref)); i.Name != "" || i.Phone != "" {
		t.Errorf("what is closed keeps %+v of who ended the account", i)
	}
	w.signIn(t, "next")
	w.signIn(t, "next")
	if s := w.copied(t, "next"); strings.Contains(s, "说的事") || strings.Contains(s, "前一个号主") {
		t.Errorf("who got the number has it in the copy: %s", s)
	}
}

// copied is what a worker takes along.
func (w *world) copied(t *testing.T, actor string) string {
	t.Helper()
	a := w.ask(t, "/me/data.json", "nx="+w.tokens[actor])
	if a.Code != http.StatusOK || !json.Valid(a.Body.Bytes()) {
		t.Fatalf("got %d: %s", a.Code, a.Body)
	}
	return a.Body.String()
}
