package intake_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/hours"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
)

// BenchmarkImport imports lists while somebody else changes one station again
// and again, and tells how long each part takes and how long the other waits.
// For lists of another size: -bench Import/postgres/20000.
func BenchmarkImport(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		for _, rows := range []int{1_000, 20_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", kind, rows), func(b *testing.B) {
				open := dbtest.SQLite
				if kind == "postgres" {
					open = dbtest.Postgres
				}
				for b.Loop() {
					importBeside(b, newHouse(b, open), rows)
				}
			})
		}
	}
}

func importBeside(b *testing.B, h house, rows int) {
	t, err := sheet.Read(strings.NewReader(string(csv(rows))), sheet.Auto, sheet.Limits{Rows: rows + 1, Bytes: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	h.in.Steps(2000, 1000, 300)
	other, err := h.Add(cadre, "", station.Facts{Name: "别的站", Area: "510703"})
	if err != nil {
		b.Fatal(err)
	}
	var id = other.ID
	part := func(name string, do func() error) {
		ctx, stop := context.WithCancel(context.Background())
		waits := make(chan []time.Duration)
		go func() {
			var all []time.Duration
			for ctx.Err() == nil {
				at := time.Now()
				if _, err := h.SetHours(cadre, id, -1, hours.Table{}); err != nil {
					b.Error(err)
				}
				all = append(all, time.Since(at))
				time.Sleep(10 * time.Millisecond)
			}
			waits <- all
		}()
		at := time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(at).Seconds(), name+"-s")
		stop()
		b.ReportMetric(float64(slices.Max(<-waits).Milliseconds()), name+"-wait-ms")
	}
	batch, err := h.in.Stage(cadre, sheet.Table{Encoding: t.Encoding, Rows: t.Rows}, fucheng)
	if err != nil {
		b.Fatal(err)
	}
	part("apply", func() error { _, err := h.in.Apply(cadre, batch.ID); return err })
	part("undo", func() error { _, err := h.in.Undo(cadre, batch.ID); return err })
}
