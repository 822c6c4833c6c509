// Package idcard checks the numbers by which people and bodies are known: the
// resident identity number (GB 11643), the unified social credit code (GB 32100
// with the organisation code of GB 11714), telephone numbers, bank cards, and
// personal names. It also masks them for display.
//
// Whatever is typed or pasted is first made plain: full-width digits become
// digits, and spaces and invisible characters vanish, so that one number has one
// text. A number that passes is well formed; that it was ever issued, or
// belongs to who gives it, only its issuer can say. What may well be right but
// looks odd is a doubt, never a refusal.
package idcard
