package app

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/member/memberweb"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/request/requestweb"
	requestdesk "nuanxin/internal/request/requestweb/desk"
	"nuanxin/internal/rights/rightsweb"
	"nuanxin/internal/station"
	stationdesk "nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/workday"
)

// This file tells pages of one domain about organisations in words.

// choicesAtOnce is how many organisations a drop-down list holds at most.
const choicesAtOnce = 500

// orgChoices are organisations to choose from.
type orgChoices struct{ orgs *org.Service }

// Choices implements accountweb.Orgs.
func (c orgChoices) Choices(ctx context.Context, area string) ([]ui.Option, error) {
	list, err := c.orgs.List(ctx, org.Filter{Area: area, Limit: choicesAtOnce})
	options := make([]ui.Option, len(list))
	for i, o := range list {
		options[i] = ui.Option{Value: string(o.ID), Text: o.Name}
	}
	return options, err
}

// Called implements accountweb.Orgs.
func (c orgChoices) Called(ctx context.Context, ids []string) (map[string]string, error) {
	names := map[string]string{}
	for _, id := range ids {
		o, err := c.orgs.Get(ctx, org.ID(id))
		if fault.Unless(err, fault.Missing) != nil {
			return names, err
		}
		if err == nil {
			names[id] = o.Called()
		}
	}
	return names, nil
}

// unionAreas are the counties that have a union of their own.
type unionAreas struct{ orgs *org.Service }

// in lists their codes within an area, one more than one list holds at most.
func (u unionAreas) in(ctx context.Context, area string) ([]string, error) {
	list, err := u.orgs.List(ctx, org.Filter{Area: area, Kinds: []org.Kind{org.Local}, Levels: []org.Level{org.County}, Limit: memberweb.MostAreas + 1})
	codes := make([]string, len(list))
	for i, o := range list {
		codes[i] = o.Area
	}
	return codes, err
}

// ties lists the unions of an area and above, to which its members can be tied.
func (u unionAreas) ties(ctx context.Context, area string) ([]ui.Option, error) {
	var all []ui.Option
	for _, f := range []org.Filter{{Area: area}, {Over: area}} {
		f.Kinds, f.Limit = org.Unions(), choicesAtOnce
		list, err := u.orgs.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			if one := (ui.Option{Value: string(o.ID), Text: o.Name}); !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	return all, nil
}

// named lists the local unions with these words in their names, one more than one
// list holds at most.
func (u unionAreas) named(ctx context.Context, words string) ([]ui.Option, error) {
	list, err := u.orgs.List(ctx, org.Filter{Words: words, Kinds: []org.Kind{org.Local}, Limit: rightsweb.MostUnions + 2})
	all := make([]ui.Option, len(list))
	for i, o := range list {
		all[i] = ui.Option{Value: string(o.ID), Text: o.Called()}
	}
	return all, err
}

// hosts are the organisations that may run a station.
type hosts struct{ orgs *org.Service }

// HostsIn implements stationdesk.Hosts.
func (h hosts) HostsIn(ctx context.Context, area string) ([]stationdesk.Host, error) {
	list, err := h.orgs.List(ctx, org.Filter{Area: area, Kinds: []org.Kind{org.Host}, Limit: choicesAtOnce})
	all := make([]stationdesk.Host, len(list))
	for i, o := range list {
		all[i] = stationdesk.Host{ID: string(o.ID), Name: o.Name}
	}
	return all, err
}

// defects are the requests behind what workers reported at a station, as its
// host reads and settles them.
type defects struct {
	requests *office.Service
	clock    clock.Clock
}

// Open implements stationdesk.Defects.
func (d defects) Open(ctx context.Context, stationID string) ([]stationdesk.Defect, error) {
	rows, err := d.requests.BodyList(ctx, request.DispatchSent, request.DispatchOpened, request.DispatchSigned, request.DispatchWorking)
	var all []stationdesk.Defect
	for _, r := range rows {
		if r.Station != stationID || !r.Status.Busy() {
			continue
		}
		m, err := d.requests.Matter(ctx, request.Ref{ID: r.ID})
		if err != nil {
			return all, err
		}
		one := stationdesk.Defect{ID: string(r.ID), Number: r.Number, At: r.Dispatch.SentAt, Due: r.Dispatch.DueBy, Task: r.Dispatch.Task, Count: r.Followers + 1,
			What: cmp.Or(r.Title, web.T(ctx, "stations.report_"+cmp.Or(r.What, request.WhatOther)))}
		for _, e := range m.Timeline {
			switch {
			case e.Kind == request.KindWorking:
				one.Said = e.Words
			case e.By == request.ByWorker && e.Words != "":
				one.Heard = append(one.Heard, stationdesk.Heard{At: e.At, Words: e.Words})
			}
		}
		all = append(all, one)
	}
	return all, err
}

// Fixed implements stationdesk.Defects.
func (d defects) Fixed(ctx context.Context, id, words string) error {
	_, err := d.requests.Fixed(ctx, request.Ref{ID: request.ID(id)}, request.Message{Words: words})
	return err
}

// NotYet implements stationdesk.Defects.
func (d defects) NotYet(ctx context.Context, id, reason, day string) error {
	at := request.Ref{ID: request.ID(id)}
	m, err := d.requests.Matter(ctx, at)
	if err != nil {
		return err
	}
	l, err := d.requests.LimitsFor(ctx, m.Place.Area)
	if err != nil {
		return err
	}
	until, err := l.Hours.Until(day, d.clock.Now())
	if err != nil && !errors.Is(err, workday.ErrDay) { // no day: nobody can say
		return err
	}
	_, err = d.requests.NotYet(ctx, at, reason, until)
	return err
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

// bodyChoices are the bodies that a matter can be handed to.
type bodyChoices struct{ orgs *org.Service }

// bodiesAtOnce is how many bodies a search shows.
const bodiesAtOnce = 20

// Bodies implements requestdesk.Bodies: bodies of the area, and of those around
// it up to the county's, for a street's matter may be the county's to mend.
func (b bodyChoices) Bodies(ctx context.Context, q, area string) ([]request.Body, error) {
	list, err := b.orgs.List(ctx, org.Filter{Area: county(area), Kinds: []org.Kind{org.Partner}, Words: q, Limit: bodiesAtOnce})
	all := make([]request.Body, len(list))
	for i, o := range list {
		all[i] = request.Body{ID: string(o.ID), Name: o.Called()}
	}
	return all, err
}

// county cuts a division's code to its county.
func county(area string) string { return area[:min(len(area), countyDigits)] }

const countyDigits = 6

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
