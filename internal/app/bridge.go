package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/app/filekeys"
	"nuanxin/internal/authz"
	"nuanxin/internal/blob"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/body"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/rights"
	"nuanxin/internal/sms"
	"nuanxin/internal/station"
	stationdesk "nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/web"
	"nuanxin/internal/workday"
)

// This file connects what one domain needs to the domain that has it.

// whole is the area of the installation: the one that was named, else that of
// its highest union.
func (a *App) whole(ctx context.Context, tx *op.Tx) (string, error) {
	if a.config.HomeArea != "" {
		return a.config.HomeArea, nil
	}
	return a.top(ctx, tx)
}

// home is the area of a worker's union, else that of the installation.
func (a *App) home(ctx context.Context, tx *op.Tx, worker string) (string, error) {
	area, err := body.HomeOf(ctx, tx, worker)
	if err != nil || area != "" {
		return area, err
	}
	return a.whole(ctx, tx)
}

// top is the area of the highest union: that of the installation.
func (a *App) top(ctx context.Context, tx *op.Tx) (string, error) {
	o, err := a.Orgs.Top(ctx, tx)
	if fault.Is(err, fault.Missing) {
		return "", nil
	}
	return o.Area, err
}

// messages sends what accounts send, as short messages. Without a sender there
// are none.
type messages struct{ sms.Sender }

// Send implements account.Sender.
func (m messages) Send(ctx context.Context, c account.Message) error {
	if m.Sender == nil {
		return account.ErrNoMessages
	}
	kind, params := sms.Code, map[string]string{"code": c.Code}
	if c.Code == "" {
		kind, params = sms.Notice, map[string]string{"number": ""}
	}
	return m.Sender.Send(ctx, sms.Message{ID: c.ID, To: c.Phone, Text: c.Text, Kind: kind, Params: params})
}

// bodies is what requests need of organisations, and of who sits in them.
type bodies struct {
	orgs     *org.Service
	accounts *account.Service
}

// UnionFor implements request.Orgs. The officer is one of the cadres of the
// union's own area, or while there is none of the nearest area above: the same one
// for the same union while the staff stays.
func (b bodies) UnionFor(ctx context.Context, tx *op.Tx, area string) (request.Union, error) {
	o, err := b.orgs.UnionFor(ctx, tx, area)
	if area == "" && fault.Is(err, fault.Missing) {
		o, err = b.orgs.Top(ctx, tx) // nobody said where, and no union is the nation's
	}
	if err != nil {
		return request.Union{}, err
	}
	u := request.Union{ID: string(o.ID), Name: o.Called(), Area: o.Area}
	staff, err := b.accounts.Staffed(ctx, tx, o.Area, authz.Cadre)
	if err != nil || len(staff) == 0 {
		return u, err
	}
	u.Officer, u.OfficerName = staff[0].ID, staff[0].Name
	return u, nil
}

// unions is what members need of organisations.
type unions struct{ bodies }

// UnionFor implements member.Orgs.
func (u unions) UnionFor(ctx context.Context, tx *op.Tx, area string) (member.Union, error) {
	found, err := u.bodies.UnionFor(ctx, tx, area)
	return member.Union{ID: found.ID, Name: found.Name, Area: found.Area, Officer: found.OfficerName}, err
}

// holders is what changes of phones need of members.
type holders struct{ members *member.Service }

// Holder implements phone.Members.
func (h holders) Holder(ctx context.Context, tx *op.Tx, which string) (phone.Holder, error) {
	m, err := h.members.Ask(ctx, tx, member.ID(which))
	return phone.Holder{Member: which, Person: m.Person, Name: m.Name, Number: m.Number, Area: m.Area, Union: m.UnionName, Live: m.State.Holds() || m.Number != ""}, err
}

// keepers are the unions that keep somebody's data.
type keepers struct{ bodies }

// UnionFor implements rights.Orgs.
func (k keepers) UnionFor(ctx context.Context, tx *op.Tx, area string) (rights.Union, error) {
	u, err := k.bodies.UnionFor(ctx, tx, area)
	return rights.Union{ID: u.ID, Name: u.Name, Area: u.Area, Officer: u.OfficerName}, err
}

// Union implements rights.Orgs.
func (k keepers) Union(ctx context.Context, tx *op.Tx, which string) (rights.Union, error) {
	missing := fault.New("rights.union", fault.Missing, "org.union.none")
	if !id.Valid(which) {
		return rights.Union{}, missing
	}
	o, err := k.orgs.Ask(ctx, tx, org.ID(which))
	if err == nil && (o.Kind != org.Local || !o.Active) {
		err = missing
	}
	return rights.Union{ID: string(o.ID), Name: o.Called(), Area: o.Area}, err
}

// HomeOf implements rights.Orgs.
func (keepers) HomeOf(ctx context.Context, tx *op.Tx, worker string) (string, error) {
	return body.HomeOf(ctx, tx, worker)
}

// Called implements member.Bodies.
func (u unions) Called(ctx context.Context, tx *op.Tx, org string) (string, error) {
	if _, err := u.orgs.Area(ctx, tx, org); err != nil {
		return "", err
	}
	names, err := u.orgs.Names(ctx, tx, []string{org})
	return names[org], err
}

// budgets are the limits by day of sensitive reads, where they are not reads_day.
var budgets = map[authz.Action]string{member.Check: "checks_day", member.Export: "exports_day", request.MakeExport: "exports_day", treefile.ExportNames: "exports_day"}

// budget implements [op.Spender].
func (a *App) budget(ctx context.Context, tx *op.Tx, act authz.Action) error {
	name := budgets[act]
	if name == "" {
		name = "reads_day"
	}
	return a.Accounts.SpendLook(ctx, tx, name)
}

// workdays are the working days as they are published now.
func (a *App) workdays() workday.Calendar { return a.Calendar.Ledger().Now() }

// BodiesFor implements request.Orgs.
func (b bodies) BodiesFor(ctx context.Context, tx *op.Tx, topic, area string) ([]request.Body, error) {
	found, err := b.orgs.BodiesFor(ctx, tx, topic, area)
	list := make([]request.Body, len(found))
	for i, o := range found {
		list[i] = request.Body{ID: string(o.ID), Name: o.Called(), Why: "topic"}
	}
	return list, err
}

// Names implements request.Orgs.
func (b bodies) Names(ctx context.Context, tx *op.Tx, ids []string) (map[string]string, error) {
	return b.orgs.Names(ctx, tx, ids)
}

// places is what requests need of stations.
type places struct {
	stations *station.Service
	orgs     *org.Service
}

// Place implements request.Stations.
func (p places) Place(ctx context.Context, tx *op.Tx, id string) (request.StationPlace, error) {
	st, err := p.stations.Ask(ctx, tx, station.ID(id))
	if err != nil {
		return request.StationPlace{}, err
	}
	place := request.StationPlace{ID: id, Name: st.Name, Area: st.Area, HostID: st.HostID, HostName: st.HostName}
	if st.Place != nil {
		point := st.Place.Point
		place.Point = &point
	}
	if st.HostID != "" {
		names, err := p.orgs.Names(ctx, tx, []string{st.HostID})
		if err != nil {
			return place, err
		}
		place.HostName = names[st.HostID]
	}
	return place, nil
}

// notices tells workers by short message that there is something to read. The
// words name the number and nothing of the matter: others see the phone too.
type notices struct {
	sender sms.Sender
	texts  *web.Texts
}

// Notify implements request.Notifier.
func (n notices) Notify(ctx context.Context, what request.Notice) error {
	if what.Phone == "" || n.sender == nil {
		return nil
	}
	site := &web.Site{Texts: n.texts}
	text := web.T(site.With(ctx, "/", web.Display{Lang: "zh-CN"}), "app.notice", "Number", what.Number)
	return n.sender.Send(ctx, sms.Message{ID: what.Key, To: what.Phone, Text: text, Kind: sms.Notice, Params: map[string]string{"number": what.Number}})
}

// answers tells applicants by short message that their union has answered. The
// words do not say that it is a union: others see the phone too.
type answers struct{ notices }

// Notify implements member.Notifier.
func (a answers) Notify(ctx context.Context, key, phone string) error {
	if a.sender == nil {
		return nil
	}
	site := &web.Site{Texts: a.texts}
	text := web.T(site.With(ctx, "/", web.Display{Lang: "zh-CN"}), "app.answered")
	return a.sender.Send(ctx, sms.Message{ID: key, To: phone, Text: text, Kind: sms.Notice, Params: map[string]string{"number": ""}})
}

// warnings tells whoever has an account by short message what others ask about it. The
// words name nobody: others see the phone too.
type warnings struct{ notices }

// Warn implements kin.Notifier.
func (w warnings) Warn(ctx context.Context, key, phone string, until time.Time) error {
	if w.sender == nil {
		return nil
	}
	site := &web.Site{Texts: w.texts}
	ctx = site.With(ctx, "/", web.Display{Lang: "zh-CN"})
	text := web.T(ctx, "app.kin", "Until", web.Date(ctx, until))
	return w.sender.Send(ctx, sms.Message{ID: key, To: phone, Text: text, Kind: sms.Notice, Params: map[string]string{"number": ""}})
}

// fileStore keeps what pages take in.
type fileStore = filekeys.Store

// album is what the pages of stations need for photos.
type album struct {
	fileStore
	desk *upload.Desk
}

func (a *App) album() stationdesk.Album { return album{fileStore{Blobs: a.blobs}, a.files.Keyless()} }

// proof keeps the photo that came with a form, cleaned like every other, and reads the
// form's inputs; none is no fault.
func (a *App) proof(r *http.Request) (file string, err error) {
	f, err := a.files.Keyless().Read(r)
	if err == nil {
		err = f.Err()
	}
	if err != nil || len(f.Files) == 0 {
		return "", err
	}
	return f.Files[0].Blob, nil
}

// Take implements desk.Album.
func (a album) Take(ctx context.Context, raw []byte) (file, thumb string, err error) {
	kept, err := a.desk.Take(ctx, upload.PhotoInput, raw)
	return kept.Blob, kept.Thumb, err
}

// files is what requests need of the store of files. They sweep what no request
// names; what stations name is not shown to them.
type files struct {
	store    *blob.Store
	stations *station.Service
	proofs   func(context.Context) (map[string]bool, error) // that data requests name
}

// Older implements request.Files.
func (f files) Older(ctx context.Context, before time.Time, each func(string) error) error {
	shown, err := f.stations.Files(authz.AsSystem(ctx, "files"))
	if err != nil {
		return err
	}
	proofs, err := f.proofs(authz.AsSystem(ctx, "files"))
	if err != nil {
		return err
	}
	return f.store.Walk(ctx, func(e blob.Entry) error {
		if proofs[string(e.ID)] {
			return nil
		}
		if e.Stray != "" || !e.At.Before(before) || shown[string(e.ID)] {
			return nil
		}
		return each(string(e.ID))
	})
}

// Remove implements request.Files.
func (f files) Remove(ctx context.Context, name string) error {
	err := f.store.Delete(ctx, blob.ID(name))
	if fault.Is(err, fault.Missing) {
		return nil
	}
	return err
}

// sender returns what sends short messages: the gateway where one is
// configured, a log that shows them in the demo, and else nothing: a code that
// nobody can read must not be said to be on its way.
func (a *App) sender() (sms.Sender, error) {
	c := a.config.SMS
	switch {
	case c.URL == "" && !a.config.Demo:
		return nil, nil
	case c.URL == "":
		a.sent = sms.NewLog(a.clock, sentKept)
		return a.sent, nil
	}
	headers := map[string]string{}
	if c.Header != "" {
		name, value, ok := cutHeader(c.Header)
		if !ok {
			return nil, errors.New("the gateway's header must look like 'Name: value'")
		}
		headers[name] = value
	}
	return sms.NewGateway(sms.Config{URL: c.URL, Body: c.Body, Headers: headers, Secret: c.Secret}, sms.Ground{Clock: a.clock})
}
