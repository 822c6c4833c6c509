// Package workday knows which days are worked in the People's Republic, and
// counts in office hours and working days.
//
// The facts are the yearly notices of the State Council's General Office on
// holidays and make-up workdays, 2015 to 2026, taken from NateScarlet/holiday-cn
// (MIT, see LICENSE.holiday-cn) into days.txt by `go generate`. A year without a
// notice is unknown: every question about it answers [ErrUnknown], never a
// guess that Monday to Friday will do. The last days of December are settled
// by the next year's notice (29 December 2018 became a workday that way), so
// from 28 December on both years must be published.
//
// Days are civil days in [clock.Zone], written YYYY-MM-DD.
package workday

//go:generate go run ./gen -from ../../../shared/vectors/holiday-cn -to days.txt
