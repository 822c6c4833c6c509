package app

import (
	"context"
	"slices"
	"testing"
	"unicode"

	"nuanxin/internal/app/tables"
	"nuanxin/internal/db"
)

// Every rule that pages show tells its source in Chinese, the first language of
// those pages.
func TestSourcesAreChinese(t *testing.T) {
	w := newWorld(t)
	err := w.app.db.View(context.Background(), func(tx *db.Tx) error {
		found, err := tx.Tables(context.Background())
		seen := 0
		for _, table := range found {
			if err != nil || !slices.Contains(table.Columns, "source") || !slices.Contains(table.Columns, "since") {
				continue
			}
			all, err := tables.Column(context.Background(), tx, table.Name, "source")
			if err != nil {
				return err
			}
			for s := range all {
				if seen++; !slices.ContainsFunc([]rune(s), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
					t.Errorf("%s: the source %q is not Chinese", table.Name, s)
				}
			}
		}
		if seen < 40 {
			t.Errorf("only %d sources were found", seen)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
