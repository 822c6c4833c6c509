// Package licence carries the licence texts of everything that is linked or
// embedded into the program, so that they travel wherever the one file goes.
package licence

import _ "embed"

//go:generate go run ./gen -root ../.. -to third_party.txt

// Texts are the licences and notices, one part for each module and each
// vendored piece, headed by its name and version.
//
//go:embed third_party.txt
var Texts string
