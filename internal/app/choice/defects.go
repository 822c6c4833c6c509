package choice

import (
	"cmp"
	"context"
	"errors"

	"nuanxin/internal/clock"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	stationdesk "nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/web"
	"nuanxin/internal/workday"
)

// Defects are the requests behind what workers reported at a station, as its
// host reads and settles them.
type Defects struct {
	Requests *office.Service
	Clock    clock.Clock
}

// Open implements stationdesk.Defects.
func (d Defects) Open(ctx context.Context, stationID string) ([]stationdesk.Defect, error) {
	rows, err := d.Requests.BodyList(ctx, request.DispatchSent, request.DispatchOpened, request.DispatchSigned, request.DispatchWorking)
	var all []stationdesk.Defect
	for _, r := range rows {
		if r.Station != stationID || !r.Status.Busy() {
			continue
		}
		m, err := d.Requests.Matter(ctx, request.Ref{ID: r.ID})
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
func (d Defects) Fixed(ctx context.Context, id, words string) error {
	_, err := d.Requests.Fixed(ctx, request.Ref{ID: request.ID(id)}, request.Message{Words: words})
	return err
}

// NotYet implements stationdesk.Defects.
func (d Defects) NotYet(ctx context.Context, id, reason, day string) error {
	at := request.Ref{ID: request.ID(id)}
	m, err := d.Requests.Matter(ctx, at)
	if err != nil {
		return err
	}
	l, err := d.Requests.LimitsFor(ctx, m.Place.Area)
	if err != nil {
		return err
	}
	until, err := l.Hours.Until(day, d.Clock.Now())
	if err != nil && !errors.Is(err, workday.ErrDay) { // no day: nobody can say
		return err
	}
	_, err = d.Requests.NotYet(ctx, at, reason, until)
	return err
}
