package app

import (
	"context"
	"testing"

	"nuanxin/internal/db"
)

// TableFaults says where the list of tables differs from d's catalogue.
func TableFaults(ctx context.Context, t *testing.T, d *db.DB) (wrong []string) {
	t.Helper()
	err := d.View(ctx, func(tx *db.Tx) (err error) {
		_, wrong, err = checkTables(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}
