package app

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/app/tables"
)

// Every field about a person is of one of the five classes, and is kept as its class
// asks: sealed from Private on, under a data key from Sensitive on, and never shown
// again where it is Secret.
func TestClasses(t *testing.T) {
	sealed, boxed := map[string]bool{}, map[string]bool{}
	for _, s := range tables.AllSealed() {
		for _, column := range s.Columns {
			sealed[s.Table+"."+column] = true
			boxed[s.Table+"."+column] = s.Boxed != ""
		}
	}
	personal := tables.Personal()
	all := slices.Concat(sealedColumns(t), slices.Collect(maps.Keys(personal)))
	if len(all) < 40 {
		t.Fatalf("the schema is not read: %v", all)
	}
	for _, column := range all {
		class := tables.ClassOf(column)
		copied := personal[column] != "" && !strings.HasPrefix(personal[column], "not: ")
		switch {
		case class == 0:
			t.Errorf("%s has no class: give it one in tables.classes", column)
		case (class >= tables.Private) != sealed[column]:
			t.Errorf("%s is of class %d; sealed: %v", column, class, sealed[column])
		case class == tables.Sensitive && !boxed[column]:
			t.Errorf("%s is sensitive and has no data key", column)
		case class == tables.Secret && copied:
			t.Errorf("%s is secret and in the copy", column)
		}
	}
}
