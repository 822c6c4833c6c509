// Package register is what the pages of a register share: of incidents, of assessments, of
// what must not be deleted. A register is a list under a sentence about it, with its rules
// below; an entry is changed by small forms, each of which says what version was seen.
package register

import (
	"net/http"

	"nuanxin/internal/fault"
	"nuanxin/internal/web/ui"
)

// List is the page of a register.
type List struct {
	About string // a sentence under the title
	Next  string // the address of the next page; empty: this is the last
	Rules string // the heading of the rules
	By    []ui.Pair
}

// Act is a form by which an entry is changed.
type Act struct {
	Action string
	Label  string
	Title  string // a heading; empty: the field says what it is
	About  string
	Seen   int64 // the version that the page shows
	Go     ui.ButtonProps
}

// Read reads a form that was sent. What cannot be read is fault.Invalid.
func Read(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("register.form", fault.Invalid, "fault.form").Because(err)
	}
	return nil
}
