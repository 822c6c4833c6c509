// Package imports holds the staff pages on which lists of stations are taken
// in: the form for a file and the imports so far, one import row by row, its
// progress while it is long, and what is asked before it is applied or undone.
package imports

import (
	"context"

	"nuanxin/internal/station/intake"
	"nuanxin/internal/web/ui"
)

// Href is where the pages are.
const Href = "/desk/imports"

// Config is what the pages need; Intake and Frame are required.
type Config struct {
	Intake *intake.Service
	Frame  func(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage
	Name   func(ctx context.Context, person string) string // of whoever imported; nil: not told
}

// pages are the handlers.
type pages struct{ Config }
