package own

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/app/tables"
	"nuanxin/internal/geo"
)

// The copy has a field for every column that the list of columns says it has, and no
// field of which the list says nothing.
func TestFieldsOfTheCopyAreListed(t *testing.T) {
	has := leaves(reflect.TypeFor[copied](), "")
	if len(has) < 80 {
		t.Fatalf("the copy is not read: %v", has)
	}
	listed := map[string]bool{}
	for column, path := range tables.Personal() {
		if listed[path] = true; !strings.HasPrefix(path, "not: ") && !slices.Contains(has, path) {
			t.Errorf("%s is said to be at %s, and the copy has no such field", column, path)
		}
	}
	for path, why := range tables.Said() {
		if listed[path] = true; why == "" || !slices.Contains(has, path) {
			t.Errorf("%s is said of the copy (%q), and it has no such field", path, why)
		}
	}
	for _, path := range has {
		if !listed[path] {
			t.Errorf("the copy has %s, of which columns.txt says nothing", path)
		}
	}
}

// leaves are the paths of a type's values.
func leaves(of reflect.Type, path string) (all []string) {
	if of.Kind() == reflect.Slice {
		return leaves(of.Elem(), path+"[]")
	}
	if of.Kind() != reflect.Struct || of == reflect.TypeFor[time.Time]() || of == reflect.TypeFor[geo.Point]() {
		return []string{strings.TrimPrefix(path, ".")}
	}
	for f := range of.Fields() {
		all = append(all, leaves(f.Type, path+"."+fieldName(f))...)
	}
	return all
}
