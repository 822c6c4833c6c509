package phoned_test

import (
	"testing"
	"time"

	"nuanxin/internal/request/phoned"
)

// A number that went from one to another gives nobody the other's matters.
func TestWhoseItIs(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 9, 0, 0, 0, time.UTC) }
	known := phoned.Holder{Phone: "1", Since: day(10), Proved: day(20), Name: "陈立冬"}
	unknown := known
	unknown.Name = ""
	for _, c := range []struct {
		what string
		h    phoned.Holder
		name string
		at   time.Time
		want bool
	}{
		{"a former owner's, before the code", unknown, "陈立冬", day(9), false},
		{"nameless, before the code", known, "", day(9), false},
		{"between two codes", unknown, "陈师傅", day(15), true},
		{"between two codes, of no name", unknown, "", day(15), true},
		{"after the last code: the number may be another's by now", unknown, "", day(21), false},
		{"at the first code", unknown, "", day(10), true},
		{"the name that the union knows, long before", known, "陈立冬", day(1), true},
		{"the same in traditional letters, after", known, "陳立冬", day(28), true},
		{"another name, between two codes", known, "王示例", day(15), false},
		{"another surname, between two codes", known, "王师傅", day(15), false},
		{"the same surname, between two codes", known, "陈师傅", day(15), true},
		{"the same surname, before", known, "陈师傅", day(9), false},
		{"called 老陈", known, "老陈", day(15), true},
		{"called 小王", known, "小王", day(15), false},
		{"a name that ends like a polite word", known, "陈立哥", day(15), false},
	} {
		if got := c.h.Has(c.name, c.at); got != c.want {
			t.Errorf("%s: got %v", c.what, got)
		}
	}
}
