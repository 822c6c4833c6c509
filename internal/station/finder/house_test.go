package finder_test

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/op"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/workday"
)

// start is a Tuesday, 10:00 in the civil zone.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const hostOrg = "0190a1b2-0000-7000-8000-0000000000aa"

var (
	cadre   = as(authz.Grant{Role: authz.Cadre, Area: "510703"})
	host    = as(authz.Grant{Role: authz.Host, Org: hostOrg})
	program = authz.AsSystem(context.Background(), "test")
)

func as(g authz.Grant) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000a", Kind: authz.Staff, Grants: []authz.Grant{g}})
}

// house is a directory on a fresh database, for which finders are made.
type house struct {
	*station.Service
	clock *clock.Fake
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, newHouse(t, dbtest.SQLite)) })
	t.Run("postgres", func(t *testing.T) { f(t, newHouse(t, dbtest.Postgres)) })
}

func newHouse(t *testing.T, open func(testing.TB, clock.Clock, []fs.FS) *db.DB) house {
	t.Helper()
	c := clock.At(start)
	d := open(t, c, []fs.FS{op.Schema, station.Schema})
	return house{station.NewService(op.New(d, station.Policy), workday.Calendar{}), c}
}

func (h house) add(t *testing.T, f station.Facts) station.Done {
	t.Helper()
	d, err := h.Add(cadre, "", f)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// facts returns facts of a public station that is not on the map.
func facts(name string) station.Facts {
	return station.Facts{Name: name, Area: "510703", Address: "人民大街1180号", Public: true, HostID: hostOrg,
		Hours: hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: 8 * 60, To: 22 * 60}}, Printed: "8:00-22:00"}}
}

// at returns facts of a public station on the map.
func at(t *testing.T, name string, lat, lng float64, services string, from, to int) station.Facts {
	t.Helper()
	f := facts(name)
	var err error
	if f.Place, err = station.PlaceFrom(geo.WGS84, lat, lng); err != nil {
		t.Fatal(err)
	}
	f.Services, _ = amenity.Of(amenity.Code(services))
	f.Hours = hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: from * 60, To: to * 60}}}
	return f
}

func names(list []finder.Found) (out string) {
	for _, f := range list {
		out += f.Name + " "
	}
	return out
}

func (h house) finder(t *testing.T) (*finder.Finder, func()) {
	t.Helper()
	f := finder.New(h.Service, workday.Calendar{}, h.clock)
	refresh := func() {
		t.Helper()
		if err := f.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	refresh()
	return f, refresh
}
