package id_test

import (
	"testing"

	"nuanxin/internal/id"
)

func TestOf(t *testing.T) {
	a := id.Of[string]("one", "two")
	if a != id.Of[string]("one", "two") || !id.Valid(a) {
		t.Errorf("got %q, want the same id each time", a)
	}
	for _, other := range [][]string{{"one", "three"}, {"onetwo"}, {"one", "two", ""}} {
		if id.Of[string](other...) == a {
			t.Errorf("%q has the id of another", other)
		}
	}
}
