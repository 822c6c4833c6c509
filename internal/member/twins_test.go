package member_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/op"
)

var system = authz.AsSystem(context.Background(), "test")

// pairs are the open pairs of a member: their reasons, the strongest first.
func (w *world) pairs(which member.ID) string {
	w.t.Helper()
	all, err := op.List(system, w.desk, member.Seek, func(tx *op.Tx, _ op.Scope) ([]twin.Pair, error) {
		return twin.Of(system, tx, []string{string(which)})
	})
	w.must(err)
	var why []string
	for _, p := range all {
		s := string(p.Why)
		if p.Certain() {
			s += "!"
		}
		why = append(why, s)
	}
	return strings.Join(why, " ")
}

const document = "11010519491231002X"

// Who comes a second time is found, however the name and the number are written, and
// be the first gone.
func TestTwins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i, c := range []struct {
			say       string
			first     member.Application
			leaves    bool
			second    member.Application
			samePhone bool
			want      string
		}{
			{say: "the same number", first: withDocument(form("甲一"), document), second: withDocument(form("甲二"), "１１０１０５19491231002ｘ"), want: "same_document!"},
			{say: "traditional characters and a birthday", first: withDocument(form("張豐"), "440524188001010014"), second: withDocument(form("张丰"), "440524188001010022"), want: "same_name_birth"},
			{say: "a point or none", first: form("买买提•吐尔逊"), second: form("买买提吐尔逊"), want: "same_name_area"},
			{say: "a rare form", first: form("李喆堃"), second: form("李哲坤"), want: "same_name_area"},
			{say: "somebody who left", first: withDocument(form("乙一"), "34052419800101001X"), leaves: true, second: withDocument(form("乙二"), "34052419800101001X"), want: "same_document!"},
			{say: "the phone of somebody who left", first: form("丙一"), leaves: true, second: form("丙二"), samePhone: true, want: "same_phone!"},
			{say: "the phone of somebody else who left", first: withDocument(form("丁一"), "110105196001010025"), leaves: true, second: withDocument(form("丁二"), "11010119010128627X"), samePhone: true, want: "same_phone"},
			{say: "two people", first: form("戊一"), second: form("戊二"), want: ""},
		} {
			phones := []string{"1390000" + string(rune('0'+i)) + "001", "1390000" + string(rune('0'+i)) + "002"}
			one := w.worker(phones[0])
			if c.samePhone {
				phones[1] = phones[0]
			}
			first := w.join(one, c.first)
			if c.leaves {
				w.must(w.Quit(one, first))
			}
			second := w.apply(w.worker(phones[1]), c.second)
			if got := w.pairs(second.ID); got != c.want {
				t.Errorf("%s: got %q, want %q", c.say, got, c.want)
			}
			if got := w.pairs(first); got != c.want {
				t.Errorf("%s, of the first: got %q, want %q", c.say, got, c.want)
			}
			w.must(w.Refuse(cadre, second.ID, 1, "看一看再说"))
			if got := w.pairs(first); got != "" {
				t.Errorf("%s, after the second was refused: got %q, want nothing to look at", c.say, got)
			}
		}
	})
}

// Whoever applies with the name and the identity number of a member is told that there
// may be one; with one of the two alone, or once the union has decided, nothing.
func TestKnown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.apply(w.worker("13900000301"), withDocument(form("張豐"), document))
		n := 10
		known := func(say string, a member.Application, want bool) (context.Context, member.ID) {
			t.Helper()
			n++
			ctx := w.worker("139000004" + strconv.Itoa(n))
			r := w.apply(ctx, a)
			if own, err := w.Mine(ctx); err != nil || own.Known != want {
				t.Errorf("%s: got %v, %v; want %v", say, own.Known, err, want)
			}
			return ctx, r.ID
		}
		known("beside one who has only applied", withDocument(form("张丰"), document), false)
		w.must(w.Approve(cadre, first.ID, 1))
		known("the number under another name", withDocument(form("李明"), document), false)
		known("the name with another number", withDocument(form("张丰"), "440524188001010014"), false)
		known("the name alone", form("张丰"), false)
		ctx, again := known("both, written otherwise", withDocument(form("张丰"), "１１０１０５19491231002ｘ"), true)
		if own, err := w.Mine(ctx); err != nil || own.ID != again || own.Number != "" {
			t.Errorf("got %+v, %v; want one's own record and no number", own.Member, err)
		}
		w.must(w.Refuse(cadre, again, 1, "对过了，是同一个人"))
		if own, err := w.Mine(ctx); err != nil || own.Known {
			t.Errorf("after the answer: got %v, %v; want nothing told", own.Known, err)
		}
	})
}

// The cases of the corpus: by phone somebody is told, by identity number the cadre is.
func TestDupAccounts(t *testing.T) {
	text, err := os.ReadFile("../../../shared/vectors/security/cn/dup-accounts.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the folder of security vectors is not beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	type account struct{ Name, Phone, IDNo string }
	var all []struct {
		A, B account
		Why  string
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, w *world) {
		for _, c := range all {
			apply := func(a account) (context.Context, member.Receipt, error) {
				phone, err := idcard.ParseMobile(a.Phone) // as accounts read it
				w.must(err)
				ctx := w.worker(phone)
				r, err := w.Apply(ctx, withDocument(form(a.Name), a.IDNo))
				return ctx, r, err
			}
			one, r, err := apply(c.A)
			w.must(err)
			w.must(w.Approve(cadre, r.ID, 1))
			two, again, err := apply(c.B)
			switch same := w.phones[authz.From(one).ID] == w.phones[authz.From(two).ID]; {
			case same && code(err) != "conflict":
				t.Errorf("%s: got %v, want told", c.Why, err)
			case same:
				w.must(w.Quit(one, r.ID)) // as one who left they are found by the cadre
				if _, again, err = apply(c.B); err != nil {
					t.Fatal(err)
				}
				want := "same_document!"
				if c.A.IDNo != c.B.IDNo {
					want = "same_phone"
				}
				if got := w.pairs(again.ID); got != want {
					t.Errorf("%s, after leaving: got %q, want %q", c.Why, got, want)
				}
			case w.pairs(again.ID) != "same_document!" || code(w.Approve(cadre, again.ID, 1)) != "conflict":
				t.Errorf("%s: got %q, want it found, and no approval", c.Why, w.pairs(again.ID))
			default:
				w.must(w.Quit(one, r.ID))
			}
			w.clear()
		}
	})
}

// clear empties the house between two cases.
func (w *world) clear() {
	w.t.Helper()
	w.must(w.db.Update(context.Background(), func(tx *db.Tx) error {
		for _, table := range []string{"member_twin", "member_work", "member_term", "member_consent", "member_phone", "member_document", "member_number", "member"} {
			if _, err := tx.Exec(context.Background(), `delete from `+table); err != nil {
				return err
			}
		}
		return nil
	}))
}

// A transfer and a list bring somebody beside a namesake, and an old row is indexed
// anew: whoever looks later finds them.
func TestTwinsLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := form("衞國")
		a.Area = sibling + "001"
		far := w.apply(w.worker("13900000201"), a)
		w.must(w.Approve(staff(authz.Cadre, sibling), far.ID, 1))
		me := w.worker("13900000202")
		near := w.join(me, form("卫国"))
		if got := w.pairs(near); got != "" {
			t.Errorf("in another county: got %q, want none", got)
		}
		if _, err := w.AskTransfer(me, near, sibling); err != nil {
			t.Fatal(err)
		}
		w.seek()
		if got := w.pairs(near); got != "same_name_area" {
			t.Errorf("who wants to come over: got %q, want the namesake", got)
		}
		w.must(w.Withdraw(me, near))
		w.seek()
		if got := w.pairs(near) + w.pairs(far.ID); got != "" {
			t.Errorf("who stays: got %q, want nothing to look at any more", got)
		}
		old := w.join(w.worker("13900000203"), form("衛國"))
		w.must(w.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `update member set name_index = 'of before', sought = 0 where member_id = $1`, string(old))
			return err
		}))
		w.seek()
		if got := w.pairs(old); got != "same_name_area" {
			t.Errorf("an old row: got %q, want it found by its name of now", got)
		}
		if n, err := w.twins.Seek(system); n != 0 || err != nil {
			t.Errorf("got %d, %v; want nobody behind", n, err)
		}
		if _, err := w.twins.Seek(cadre); err == nil {
			t.Error("a cadre ran it, want the program alone")
		}
	})
}

func (w *world) seek() {
	w.t.Helper()
	_, err := w.twins.Seek(system)
	w.must(err)
}
