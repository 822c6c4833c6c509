package request

import "embed"

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS
