package merge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/member"
)

// gave are purposes that were agreed to; one with a minus was taken back.
func gave(words string) (all []given) {
	for _, p := range strings.Fields(words) {
		g := given{Purpose: strings.TrimPrefix(p, "-")}
		if strings.HasPrefix(p, "-") {
			g.WithdrawnAt = time.Unix(1, 0)
		}
		all = append(all, g)
	}
	return all
}

func TestNarrow(t *testing.T) {
	for _, c := range []struct {
		say, keep, gone, back, bring string
		lost                         bool
	}{
		{"both alike", "membership news", "membership news", "", "", false},
		{"one of both did not agree", "membership news", "membership", "news", "", false},
		{"the other one did not", "membership", "membership news", "", "", false},
		{"nobody asked the kept one", "", "membership news", "", "membership news", false},
		{"nobody asked the other one", "membership news", "", "", "", false},
		{"taken back by the other", "membership news", "membership -news", "news", "", false},
		{"a number that the other never gave", "membership document", "membership", "", "", false},
		{"a number that only the other gave", "membership", "membership document", "", "document", false},
		{"a number that the other took back", "membership document", "membership -document", "document", "", true},
		{"a number that the kept one took back", "membership -document", "membership document", "", "", true},
		{"taken back and agreed to again", "membership -news news", "membership news", "", "", false},
	} {
		back, bring, lost := narrow(gave(c.keep), gave(c.gone))
		var brought []string
		for _, g := range bring {
			brought = append(brought, g.Purpose)
		}
		if strings.Join(back, " ") != c.back || strings.Join(brought, " ") != c.bring || lost != c.lost {
			t.Errorf("%s: got back %v, bring %v, lost %v", c.say, back, brought, lost)
		}
	}
}

func TestChooseAndRestore(t *testing.T) {
	keep := member.Raw{Name: "张三", Phone: "1", Occupation: member.Rider, Number: "A"}
	gone := member.Raw{Name: "張三", Phone: "2", Document: "D", Born: "B", Occupation: member.Courier, Number: "N", Person: "P"}
	after := choose(keep, gone, []Field{Name})
	if want := (member.Raw{Name: "張三", Phone: "2", Document: "D", Born: "B", Occupation: member.Rider, Number: "A", Person: "P"}); after != want {
		t.Errorf("got %+v, want %+v", after, want)
	}
	own := keep
	own.Person = "O"
	if got := choose(own, gone, []Field{Phone}); got.Phone != "1" || got.Person != "O" {
		t.Errorf("got %+v, want the account and its phone to stay", got)
	}
	if back, touched := restore(keep, after, after); back != keep || touched != nil {
		t.Errorf("got %+v, %v; want all back", back, touched)
	}
	now := after
	now.Occupation, now.Phone = member.Courier, "3"
	back, touched := restore(keep, after, now)
	if !slices.Equal(touched, []Field{Phone}) || back.Occupation != member.Courier || back.Name != "张三" {
		t.Errorf("got %+v, %v; want what happened since to stay, and the phone named", back, touched)
	}
}
