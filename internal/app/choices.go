package app

import (
	"context"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	stationdesk "nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
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
		if known(err) != nil {
			return names, err
		}
		if err == nil {
			names[id] = o.Called()
		}
	}
	return names, nil
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
type defects struct{ requests *office.Service }

// Open implements stationdesk.Defects.
func (d defects) Open(ctx context.Context, stationID string) ([]stationdesk.Defect, error) {
	rows, err := d.requests.BodyList(ctx)
	var all []stationdesk.Defect
	for _, r := range rows {
		if r.Station != stationID || !r.Dispatch.Holds() || !r.Status.Busy() {
			continue
		}
		m, err := d.requests.Matter(ctx, request.Ref{ID: r.ID})
		if err != nil {
			return all, err
		}
		one := stationdesk.Defect{ID: string(r.ID), Number: r.Number, At: r.Dispatch.SentAt, Due: r.Dispatch.Deadline, Words: r.Dispatch.Task,
			What: web.T(ctx, "stations.report_"+r.What)}
		for _, e := range m.Timeline {
			if e.Kind == request.KindWorking {
				one.Said = e.Words
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
	until, err := time.ParseInLocation(time.DateOnly, day, clock.Zone)
	if err != nil {
		var f fault.Form
		f.Add("day", "fault.day", nil)
		return f.Err("host.not_yet")
	}
	_, err = d.requests.NotYet(ctx, request.Ref{ID: request.ID(id)}, reason, until.Add(officeEnds))
	return err
}

// officeEnds is the hour that a day without one means as a deadline.
const officeEnds = 17 * time.Hour

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
