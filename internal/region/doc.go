// Package region knows the administrative divisions of the People's Republic:
// all provinces, cities, counties and streets by their codes (GB/T 2260, and the
// statistics bureau's continuation), as of [AsOf].
//
// A code is a string of 2, 4, 6 or 9 digits: province, city, county, street (or
// town, or township). A code is also an area: it holds all codes that begin with
// it, and the empty area is the nation. Codes change every year, so who stores
// one stores the name and the as-of date beside it and never rewrites history.
//
// Traps that this package knows: levels that are only there to fill a gap (市辖区,
// 省直辖县级行政区划) are never shown; 124 functional zones with codes that end in 71
// to 79 are statistics' inventions ([Region.Zone]); a name that is not found
// is said to be unknown and never guessed.
//
// The data are modood/Administrative-divisions-of-China, package china-division
// 2.7.0 (its manifest says MIT, its LICENSE.china-division WTFPL; both allow
// this), written to regions.txt.gz by `go generate` from the package unpacked
// under .tools; Hong Kong, Macao and Taiwan are there as provinces without parts.
package region

// AsOf is the day whose divisions these are.
const AsOf = "2023-06-30"

//go:generate go run ./gen -from ../../.tools/china-division/dist -to regions.txt.gz
