// Package proves lets a test say what it shows. The line that it leaves in the
// output of `go test -json` is what `nuanxin evidence` reads; see package evidence.
package proves

import "testing"

// Key names the attribute in which a test says it.
const Key = "proves"

// That says that t shows what the plan of evidence calls by these ids.
func That(t testing.TB, ids ...string) {
	t.Helper()
	for _, id := range ids {
		t.Attr(Key, id)
	}
}
