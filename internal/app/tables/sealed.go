package tables

import (
	"slices"
	"strings"

	"nuanxin/internal/db"
)

// Sealed is a table with columns that the key ring sealed.
type Sealed struct {
	Table   string
	Columns []string
	Row     []string // columns whose values, joined by "/", name the row in a sealed value's place
	Boxed   string   // the table with the data keys; empty: there are none
	Key     string   // the column by which a row's data key is found there

	said map[string]string
}

// The columns that hold data keys; the ring sealed those themselves.
const (
	DataKey = "data_key" // of who somebody is
	SaidKey = "said_key" // of what they said
)

// IsKey reports whether a column holds data keys.
func IsKey(column string) bool { return column == DataKey || column == SaidKey }

// Under says by which data key a column is sealed: the column of the table Boxed that has
// it, and in which rows, as a condition. Without a key the ring sealed it.
func (s Sealed) Under(column string) (key, rows string) {
	switch rows, said := s.said[column]; {
	case s.Boxed == "" || IsKey(column):
		return "", ""
	case said:
		return SaidKey, rows
	}
	return DataKey, always
}

// AllSealed lists the tables with sealed columns.
func AllSealed() (list []Sealed) {
	for _, t := range all {
		if len(t.Sealed) > 0 {
			row := t.Row
			if row == nil {
				row = []string{t.Key}
			}
			list = append(list, Sealed{t.Name, t.Sealed, row, t.Boxed, t.Key, t.Said})
		}
	}
	return list
}

// notSealed are the columns of bytes that hold nothing about a person, with the
// reason. A name that begins with "_" stands for every group's table.
var notSealed = map[string]string{
	"_audit.prev":            "a hash of the row before",
	"_audit.hash":            "a hash of the row",
	"_audit_head.hash":       "a hash of the newest row",
	"audit_anchor.heads":     "hashes of the newest rows",
	"audit_anchor.root":      "a hash over them",
	"audit_anchor.prev":      "a hash of the anchor before",
	"audit_anchor.hash":      "a hash of the anchor",
	"audit_anchor.signature": "a signature over it",
}

// unsealed says which columns of bytes a table has beside its sealed ones, and
// which sealed ones it lacks.
func unsealed(found db.Table, want table) (wrong []string) {
	for _, column := range found.Bytes {
		name := found.Name + "." + column
		_, own := notSealed[name]
		_, shared := notSealed[strings.TrimPrefix(name, want.Group)]
		if !slices.Contains(want.Sealed, column) && !own && !shared {
			wrong = append(wrong, name+" holds bytes that are not listed as sealed")
		}
	}
	for _, column := range want.Sealed {
		if !slices.Contains(found.Bytes, column) {
			wrong = append(wrong, found.Name+"."+column+" is listed as sealed and holds no bytes")
		}
	}
	return wrong
}
