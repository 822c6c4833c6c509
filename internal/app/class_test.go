package app

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/app/tables"
	"nuanxin/internal/evidence/proves"
)

// Every field about a person is of one of the five classes, and is kept as its class
// asks: sealed from Private on, under a data key from Sensitive on, and never shown
// again where it is Secret.
func TestClasses(t *testing.T) {
	proves.That(t, "data-classification")
	sealed, boxed := map[string]bool{}, map[string]bool{}
	for _, s := range tables.AllSealed() {
		for _, column := range s.Columns {
			sealed[s.Table+"."+column] = true
			key, _ := s.Under(column)
			boxed[s.Table+"."+column] = key != "" || tables.IsKey(column)
		}
	}
	personal := tables.Personal()
	all := slices.Collect(maps.Keys(personal))
	for column := range sealed {
		if personal[column] == "" {
			t.Errorf("%s is sealed and not listed as personal", column)
		}
	}
	if len(all) < 100 {
		t.Fatalf("the schema is not read: %v", all)
	}
	for _, column := range all {
		class := tables.ClassOf(column)
		copied := personal[column] != "" && !strings.HasPrefix(personal[column], "not: ")
		switch {
		case (class >= tables.Private) != sealed[column]:
			t.Errorf("%s is of class %d; sealed: %v", column, class, sealed[column])
		case class == tables.Sensitive && !boxed[column]:
			t.Errorf("%s is sensitive and has no data key", column)
		case class == tables.Secret && copied:
			t.Errorf("%s is secret and in the copy", column)
		}
	}
}
