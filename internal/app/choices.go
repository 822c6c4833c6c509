package app

import (
	"cmp"
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request/requestweb"
	requestdesk "nuanxin/internal/request/requestweb/desk"
	"nuanxin/internal/station"
	"nuanxin/internal/web/ui"
)

// This file tells pages of one domain about people and places of others.

// platforms lists those that members of the reader's areas may work for.
func (a *App) platforms(ctx context.Context) ([]ui.Option, error) {
	found, err := a.Firms.Platforms(ctx)
	all := make([]ui.Option, len(found))
	for i, f := range found {
		all[i] = ui.Option{Value: string(f.Firm), Text: f.Name}
	}
	return all, err
}

// stationName is what a station is called that the reader may see.
func (a *App) stationName(ctx context.Context, which string) (string, error) {
	v, err := a.Stations.Get(ctx, station.ID(which))
	return v.Name, fault.Unless(err, fault.Missing)
}

// nameOf is what a member of staff is called, or "".
func (a *App) nameOf(ctx context.Context, person string) (name string) {
	err := a.db.View(ctx, func(raw *db.Tx) error {
		names, err := a.Accounts.Names(ctx, &op.Tx{Tx: raw, Subject: authz.From(ctx)}, []string{person})
		name = names[person]
		return err
	})
	if err != nil {
		a.logFailure(ctx, "a name is not known", err)
	}
	return name
}

// reports takes what workers find wrong at a station to the requests.
type reports struct{ requestweb.Reports }

// Report implements stationweb.Reporter.
func (r reports) Report(ctx context.Context, id station.ID, what station.What, words string) (number, secret string, err error) {
	return r.Reports.Report(ctx, string(id), string(what), words)
}

// spotOf is the public station that an address names by code or id.
func (a *App) spotOf(ctx context.Context, name string) (requestweb.Spot, error) {
	v, err := a.Stations.ByCode(ctx, name)
	if fault.Is(err, fault.Missing) {
		v, err = a.Stations.Get(ctx, station.ID(name))
	}
	if err != nil {
		return requestweb.Spot{}, err
	}
	spot := requestweb.Spot{Text: v.Name, Area: v.Area, Station: string(v.ID)}
	if v.Place != nil {
		point := v.Place.Point
		spot.Point = &point
	}
	return spot, nil
}

// hears is the union that hears what is said in an area, and its officer.
func (a *App) hears(ctx context.Context, area string) (requestweb.Ear, error) {
	u, err := a.Requests.Hears(ctx, area)
	return requestweb.Ear{Union: u.Name, Officer: u.OfficerName}, err
}

// staffChoices are the people to whom a matter can be given.
type staffChoices struct{ app *App }

// Staff implements requestdesk.Staff.
func (s staffChoices) Staff(ctx context.Context, area string) ([]requestdesk.Person, error) {
	var all []requestdesk.Person
	err := s.app.db.View(ctx, func(raw *db.Tx) error {
		staff, err := s.app.Accounts.Staffed(ctx, &op.Tx{Tx: raw, Subject: authz.From(ctx)}, area, authz.Cadre)
		for _, c := range staff {
			all = append(all, requestdesk.Person(c))
		}
		return err
	})
	slices.SortFunc(all, func(a, b requestdesk.Person) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all, err
}
