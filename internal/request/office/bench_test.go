package office_test

import (
	"fmt"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/geo"
	"nuanxin/internal/request"
)

// BenchmarkDesk measures what a cadre waits for, with 5,000 requests in the county.
func BenchmarkDesk(b *testing.B) {
	clk := clock.At(start)
	h := build(b, dbtest.SQLite(b, clk, schemas), clk)
	for i := range 5000 {
		p := geo.Point{Lat: 31.3 + float64(i%100)/500, Lng: 104.6 + float64(i/100)/250}
		h.captured(worker(), request.Draft{Words: fmt.Sprintf("第%d件 保安不让电动车进小区东门，每单绕路", i), Topic: "gate", Place: request.Place{Text: "某小区东门", Area: county, Point: &p}})
	}
	ref := request.Ref{ID: h.capture().ID}
	for name, run := range map[string]func() error{
		"list":   func() error { _, err := h.List(cadre(), request.Filter{}); return err },
		"counts": func() error { _, err := h.Counts(cadre(), request.Filter{}); return err },
		"text":   func() error { _, err := h.List(cadre(), request.Filter{Text: "绕路 第77件"}); return err },
		"case":   func() error { _, err := h.Case(cadre(), ref); return err },
		"capture": func() error {
			_, err := h.Capture(worker(), request.Draft{Words: "没热水", Place: request.Place{Area: county}})
			return err
		},
		"similar": func() error {
			_, err := h.Similar(staff(liu, "刘婷", authz.Grant{Role: authz.Cadre, Area: county}), request.SimilarTo{Words: "保安不让电动车进小区东门", Point: &geo.Point{Lat: 31.4, Lng: 104.7}})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
