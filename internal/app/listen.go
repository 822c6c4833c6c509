package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"nuanxin/internal/app/door"
	"nuanxin/internal/app/redo"
	"nuanxin/internal/calendar"
	"nuanxin/internal/fault"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/sms"
	"nuanxin/internal/station"
	"nuanxin/internal/web"
)

// sentKept is how many messages the demo keeps to show.
const sentKept = 500

// keepDelivered is how long an event stays after it was delivered, for whoever
// looks for a fault.
const keepDelivered = 30 * 24 * time.Hour

// partnerDoor is how partner bodies come in by link; pages adds the sessions.
func (a *App) partnerDoor(sender sms.Sender, texts *web.Texts) door.Door {
	return door.Door{DB: a.db, Ring: a.ring, Requests: a.Requests, Accounts: a.Accounts, Orgs: a.Orgs, Texts: texts, Sender: sender, Origin: a.config.Origin, Inbox: a.shown()}
}

// requests builds the service of requests.
func (a *App) requests(desk *op.Desk, sender sms.Sender, texts *web.Texts) *office.Service {
	return office.NewService(desk, a.ring, office.Config{HomeArea: a.config.HomeArea}, request.Needs{
		Orgs:     bodies{a.Orgs, a.Accounts},
		Stations: places{a.Stations, a.Orgs},
		People:   a.Accounts,
		Notifier: notices{sender, texts},
		Files:    files{a.blobs, a.Stations, func(ctx context.Context) (map[string]bool, error) { return a.Rights.Proofs(ctx) }},
		Budget:   a.Accounts,
		Phones:   a.Accounts,
		Calendar: a.Calendar,
	})
}

// listen registers what happens later: which domain hears of which event, and
// the tasks that run by the clock.
func (a *App) listen() {
	a.worker.On(request.Dispatched{}.EventName(), a.door.Dispatched)
	a.worker.On(request.Addressed{}.EventName(), a.door.Addressed)
	a.worker.On(request.Reminded{}.EventName(), a.door.Reminded)
	for _, x := range []interface{ Register(w *job.Worker) }{a.Requests, a.Members, a.Twins, a.Checks, a.Phones, a.Rights, a.Kin, a.Breaches, a.Retain, a.redo(), a.Trail, a.Intake, a.Lists, a.Trees, a.Cover} {
		x.Register(a.worker)
	}
	if !a.config.Demo { // whose people wait for whoever tries it
		a.Warden.Register(a.worker)
	}
	a.worker.On(calendar.Published{}.EventName(), a.published)
	a.worker.On(request.StationReported{}.EventName(), a.stationReported)
	a.worker.On(request.StationFixed{}.EventName(), a.stationFixed)
	a.worker.On(station.Mended{}.EventName(), a.stationMended)
	a.worker.Every("audit.anchor", 10*time.Minute, func(ctx context.Context) error {
		return op.SealAudit(ctx, a.db, a.signer())
	})
	a.worker.Every("outbox.sweep", 24*time.Hour, func(ctx context.Context) error { return a.worker.Sweep(ctx, keepDelivered) })
	a.worker.Every("account.sweep", time.Hour, a.Accounts.Sweep)
	a.worker.Every("blob.sweep", time.Hour, func(ctx context.Context) error {
		return a.blobs.Sweep(ctx, a.clock.Now().Add(-time.Hour))
	})
}

// redo tells a restored database what it has forgotten.
func (a *App) redo() redo.Redo {
	return redo.Redo{Keys: a.config.keyFile(), Erasures: a.Erasures, Holds: a.Holds, Unowned: a.Unowned}
}

// published gives what waited for a notice its dates. The notice
// may have come in through another process.
func (a *App) published(ctx context.Context, _ job.Event) error {
	if err := a.Calendar.Refresh(ctx); err != nil {
		return err
	}
	if _, err := a.Requests.Renew(ctx, false); err != nil {
		return err
	}
	_, err := a.Members.Renew(ctx)
	_, dated := a.Life.Renew(ctx)
	return errors.Join(err, dated)
}

// stationReported lets a station's live status follow what its visitors say.
func (a *App) stationReported(ctx context.Context, e job.Event) error {
	var r request.StationReported
	if err := e.Decode(&r); err != nil {
		return err
	}
	return fault.Unless(a.Stations.Reported(ctx, station.ID(r.Station), station.What(r.What), e.At, r.Number), fault.Missing)
}

func (a *App) stationFixed(ctx context.Context, e job.Event) error {
	var r request.StationFixed
	if err := e.Decode(&r); err != nil {
		return err
	}
	return fault.Unless(a.Stations.Settled(ctx, station.ID(r.Station), r.Number, e.At), fault.Missing)
}

// stationMended tells those whose reports a station settled by itself.
func (a *App) stationMended(ctx context.Context, e job.Event) error {
	var m station.Mended
	if err := e.Decode(&m); err != nil {
		return err
	}
	return a.Requests.StationMended(ctx, e.At, m.Numbers...)
}

// cutHeader splits "Name: value".
func cutHeader(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, ":")
	return strings.TrimSpace(name), strings.TrimSpace(value), ok && strings.TrimSpace(name) != ""
}
