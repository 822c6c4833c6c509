package account

import (
	"embed"

	"nuanxin/internal/account/people"
	"nuanxin/internal/idcard"
	"nuanxin/internal/plain"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// parseName returns a name without its outer and doubled spaces, and without
// what cannot be seen.
func parseName(s string) (string, error) {
	s = plain.Line(s)
	if s != "" && !people.IsName(s) {
		return "", people.FieldFault("name", "account.name.length")
	}
	return s, nil
}

func mask(phone string) string { return idcard.MaskPhone(phone) }
