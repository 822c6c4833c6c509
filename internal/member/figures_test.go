package member_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/op"
)

// cases reads a file of the corpus of Chinese input.
func cases(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../../../shared/vectors/security/cn/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the folder of security vectors is not beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// somebody is a record of the crowd, and who it truly is.
type somebody struct {
	name, phone, document, who string
	id                         member.ID
}

// crowd is the corpus among bystanders: both records of each of its pairs, as one who
// left and one who comes, the pairs of one number written twice, and each other valid
// number as another person, of whom one in three shows no number. Names are few, as they
// are, so that there are namesakes.
func crowd(t *testing.T) (all []somebody) {
	t.Helper()
	type account struct{ Name, Phone, IDNo string }
	var pairs []struct {
		A, B account
		Why  string
	}
	var numbers struct {
		Valid      []string
		SamePerson []struct{ A, B, Why string } `json:"same_person"`
	}
	cases(t, "dup-accounts.json", &pairs)
	cases(t, "idno.json", &numbers)
	add := func(name, phone, document, who string) {
		phone, err := idcard.ParseMobile(phone)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, somebody{name: name, phone: phone, document: document, who: who})
	}
	add(pairs[0].A.Name, pairs[0].A.Phone, pairs[0].A.IDNo, "the claimant")
	for _, p := range pairs {
		if p.A != pairs[0].A {
			t.Fatal("the pairs are not those of one claimant any more")
		}
		add(p.B.Name, p.B.Phone, p.B.IDNo, "the claimant")
	}
	used := map[string]bool{pairs[0].A.IDNo: true}
	for _, p := range pairs {
		used[p.B.IDNo] = true
	}
	for i, p := range numbers.SamePerson {
		used[p.A] = true
		add(fmt.Sprintf("林%c", '甲'+rune(i)), fmt.Sprintf("1380000%04d", 2*i), p.A, p.A)
		add(fmt.Sprintf("林%c", '甲'+rune(i)), fmt.Sprintf("1380000%04d", 2*i+1), p.B, p.A)
	}
	surnames, given := []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"), []rune("伟芳娜敏静磊强洋艳勇")
	for i, n := range numbers.Valid {
		if !used[n] {
			name, phone := string([]rune{surnames[i%20], given[i/20%10]}), fmt.Sprintf("1370000%04d", i)
			add(name, phone, map[bool]string{true: n}[i%3 > 0], n)
		}
	}
	return all
}

// TestFiguresOfTwins measures the search for duplicates on the corpus: how many of the
// pairs that are one person are found, and how many that are found are two people. What
// is certain is never wrong but for the corpus's own case of a phone of two numbers,
// which is for a person to look at.
func TestFiguresOfTwins(t *testing.T) {
	people := crowd(t)
	each(t, func(t *testing.T, w *world) {
		refused := 0
		for i := range people {
			s := &people[i]
			me := w.worker(s.phone)
			a := form(s.name)
			if s.document != "" {
				a = withDocument(a, s.document)
			}
			r, err := w.Apply(me, a)
			if code(err) == "invalid" && strings.ContainsRune(s.document, 'Х') { // of Cyrillic: told so
				refused++
				continue
			}
			w.must(err)
			s.id = r.ID
			if err := w.Approve(cadre, s.id, 1); err == nil && s.who == "the claimant" {
				w.must(w.Quit(me, s.id)) // so that whoever comes next with that phone may apply
			}
		}
		right, wrong, missed := w.measure(people)
		w.t.Logf("%d records, %d refused; pairs found that are one person: %v, two people: %v; missed: %q", len(people), refused, right, wrong, missed)
		sure, two := right["same_document!"], wrong["same_document!"]+wrong["same_phone!"]+wrong["same_phone"]+wrong["same_name_birth"]
		w.t.Logf("certain: %d, of which %d are two people; of %d pairs of one person %d are found", sure+two, two, total(right)+len(missed), total(right))
		if sure != 41 || two != 0 || right["same_phone"] != 5 || refused != 1 {
			w.t.Errorf("got %v right and %v wrong; want all of one number and of one phone, and nobody else's", right, wrong)
		}
		// Two of one claimant who share nothing with each other, each found by the first of
		// them; and the sixth who carries one number, of whom five are named.
		if want := []string{"李四 13900000002 440305190010179105 and 张三 13900000001 540102190001014230", "林甲 13800000000 31010419000304197X and 林町 13800000016 31010419000304197X"}; !slices.Equal(missed, want) {
			w.t.Errorf("missed: %q, want %q alone", missed, want)
		}
	})
}

func total(n map[string]int) (all int) {
	for _, v := range n {
		all += v
	}
	return all
}

// measure counts pairs by what they rest on.
func (w *world) measure(people []somebody) (right, wrong map[string]int, missed []string) {
	w.t.Helper()
	byID := map[string]somebody{}
	var which []string
	for _, s := range people {
		if s.id != "" {
			byID[string(s.id)] = s
			which = append(which, string(s.id))
		}
	}
	pairs, err := op.List(system, w.desk, member.Seek, func(tx *op.Tx, _ op.Scope) ([]twin.Pair, error) { return twin.Of(system, tx, which) })
	w.must(err)
	found := map[[2]string]twin.Pair{}
	for _, p := range pairs {
		key := [2]string{min(p.Member, p.Other), max(p.Member, p.Other)}
		if had, ok := found[key]; !ok || p.Rank < had.Rank {
			found[key] = p
		}
	}
	right, wrong = map[string]int{}, map[string]int{}
	for key, p := range found {
		a, b := byID[key[0]], byID[key[1]]
		reason := string(p.Why)
		if p.Certain() {
			reason += "!"
		}
		if a.who == b.who {
			right[reason]++
		} else {
			wrong[reason]++
			w.t.Logf("two people: %s, %s and %s", reason, a.name, b.name)
		}
	}
	for i, a := range people {
		for _, b := range people[i+1:] {
			key := [2]string{min(string(a.id), string(b.id)), max(string(a.id), string(b.id))}
			if _, ok := found[key]; a.id != "" && b.id != "" && a.who == b.who && !ok {
				missed = append(missed, a.name+" "+a.phone+" "+a.document+" and "+b.name+" "+b.phone+" "+b.document)
			}
		}
	}
	slices.Sort(missed)
	return right, wrong, missed
}
