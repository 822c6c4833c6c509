package main

import (
	"bytes"
	"context"
	"database/sql"
	"math"
	"os"
	"path/filepath"
	"slices"

	_ "modernc.org/sqlite" // the peer

	"nuanxin/internal/nearby"
)

// ours is the product.
type ours struct{ *nearby.Index }

func (o ours) nearest(dst []nearby.Hit, from nearby.Point, want nearby.Filter) []nearby.Hit {
	return o.Nearest(dst, from, k, 0, want)
}

// scan looks at every place.
type scan struct {
	items []nearby.Item
	at    [][3]float64
	open  []bool // by schedule, at noon
}

func newScan(items []nearby.Item) *scan {
	s := &scan{items: items, at: make([][3]float64, len(items))}
	for i, it := range items {
		s.at[i] = unit(it.Lat, it.Lng)
		for int(it.Hours) >= len(s.open) {
			s.open = append(s.open, openAt(uint32(len(s.open)), noon))
		}
	}
	return s
}

func unit(lat, lng float64) [3]float64 {
	sinLat, cosLat := math.Sincos(lat * math.Pi / 180)
	sinLng, cosLng := math.Sincos(lng * math.Pi / 180)
	return [3]float64{cosLat * cosLng, cosLat * sinLng, sinLat}
}

func (s *scan) nearest(dst []nearby.Hit, from nearby.Point, want nearby.Filter) []nearby.Hit {
	best := dst
	at := unit(from.Lat, from.Lng)
	for i := range s.items {
		it := &s.items[i]
		if it.Services&want.Services != want.Services || want.OpenAt != 0 && !s.open[it.Hours] {
			continue
		}
		x, y, z := s.at[i][0]-at[0], s.at[i][1]-at[1], s.at[i][2]-at[2]
		d2 := x*x + y*y + z*z
		if len(best) == k && d2 > best[k-1].Metres {
			continue
		}
		best = insert(best, nearby.Hit{Item: *it, Metres: d2})
	}
	for i := range best {
		best[i].Metres = 2 * nearby.EarthRadius * math.Asin(math.Sqrt(best[i].Metres)/2)
	}
	return best
}

// insert keeps best sorted by distance and key, and at most k long.
func insert(best []nearby.Hit, h nearby.Hit) []nearby.Hit {
	n, _ := slices.BinarySearchFunc(best, h, func(a, b nearby.Hit) int {
		if a.Metres != b.Metres {
			if a.Metres < b.Metres {
				return -1
			}
			return 1
		}
		return bytes.Compare(a.Key[:], b.Key[:])
	})
	if n == k {
		return best
	}
	if len(best) == k {
		best = best[:k-1]
	}
	return slices.Insert(best, n, h)
}

// rtree asks SQLite's R-Tree for a window that grows until it holds the answer.
type rtree struct {
	ctx  context.Context // of the whole run
	find *sql.Stmt
}

func fillRTree(ctx context.Context, items []nearby.Item) (path string, drop func(), err error) {
	dir, err := os.MkdirTemp("", "finder")
	if err != nil {
		return "", nil, err
	}
	drop = func() { _ = os.RemoveAll(dir) }
	path = filepath.Join(dir, "peer.db")
	if err := fill(ctx, path, items); err != nil {
		drop()
		return "", nil, err
	}
	return path, drop, nil
}

func fill(ctx context.Context, path string, items []nearby.Item) error {
	d, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // what matters is committed by then
	if _, err := d.ExecContext(ctx, `create virtual table place using rtree(id, south, north, west, east,
		+lat real, +lng real, +services integer, +open integer)`); err != nil {
		return err
	}
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // fails after the commit
	add, err := tx.PrepareContext(ctx, `insert into place values ($1, $2, $2, $3, $3, $2, $3, $4, $5)`)
	if err != nil {
		return err
	}
	defer func() { _ = add.Close() }() // its transaction ends it too
	for i, it := range items {
		if _, err := add.ExecContext(ctx, i, it.Lat, it.Lng, int64(it.Services), openAt(it.Hours, noon)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func openRTree(ctx context.Context, path string) (engine, error) {
	d, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=cache_size(-65536)")
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(1)
	find, err := d.PrepareContext(ctx, `select id, lat, lng from place where south >= $1 and north <= $2 and west >= $3 and east <= $4
		and services & $5 = $5 and open >= $6`)
	return rtree{ctx, find}, err
}

func (t rtree) nearest(dst []nearby.Hit, from nearby.Point, want nearby.Filter) []nearby.Hit {
	for radius := 2000.0; ; radius *= 2 {
		hits := t.window(dst, from, radius, want)
		if len(hits) == k && hits[k-1].Metres <= radius || radius > 4e6 {
			return hits
		}
	}
}

// window asks for a box that holds the circle of the given radius.
func (t rtree) window(dst []nearby.Hit, from nearby.Point, radius float64, want nearby.Filter) []nearby.Hit {
	lat := radius / nearby.EarthRadius * 180 / math.Pi * 1.001
	lng := lat / math.Cos(min(math.Abs(from.Lat)+lat, 85)*math.Pi/180)
	open := 0
	if want.OpenAt != 0 {
		open = 1
	}
	rows, err := t.find.QueryContext(t.ctx, from.Lat-lat, from.Lat+lat, from.Lng-lng, from.Lng+lng, int64(want.Services), open)
	if err != nil {
		panic(err) // a bench without its peer has no figure
	}
	defer func() { _ = rows.Close() }() // only read
	for rows.Next() {
		var i int
		var h nearby.Hit
		if err := rows.Scan(&i, &h.Lat, &h.Lng); err != nil {
			panic(err)
		}
		h.Key, h.Metres = keyOf(i), nearby.Distance(from, nearby.Point{Lat: h.Lat, Lng: h.Lng})
		dst = insert(dst, h)
	}
	if err := rows.Err(); err != nil {
		panic(err)
	}
	return dst
}
