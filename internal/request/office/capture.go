package office

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Capture stores a new request. Staff who name a channel register it for
// somebody; anybody else speaks for themselves, signed in or not. A station's
// defect goes to its host at once. Hand the person [Service.Secret] of the
// receipt's id.
func (s *Service) Capture(ctx context.Context, d request.Draft) (request.Receipt, error) {
	act := request.Capture
	if d.Channel != "" && d.Channel != request.ChannelPage && d.Channel != request.ChannelStation {
		act = request.Register
	}
	rid := id.New[request.ID]()
	ctx = nameless(ctx, d.Anonymous)
	find := func(tx *op.Tx) (*capture, error) { return s.begin(ctx, tx, act, rid, d) }
	return op.Write(ctx, s.desk, act, find, func(tx *op.Tx, c *capture) (request.Receipt, error) {
		if s.needs.Budget != nil && act == request.Capture {
			if err := s.needs.Budget.SpendCapture(ctx, tx); err != nil {
				return request.Receipt{}, err
			}
		}
		return s.finish(ctx, tx, c)
	})
}

// capture is a request about to exist.
type capture struct {
	*matter
	draft   request.Draft
	union   request.Union
	station request.StationPlace
}

// begin turns a draft into a request that rules can judge.
func (s *Service) begin(ctx context.Context, tx *op.Tx, act authz.Action, rid request.ID, d request.Draft) (*capture, error) {
	d, err := tidy(d, act)
	if err != nil {
		return nil, err
	}
	c := &capture{draft: d}
	q := &request.Request{ID: rid, Status: request.StatusReceived, Place: d.Place, AreaKnown: true, Topic: d.Topic, Title: d.Title, Channel: d.Channel, Source: d.Source,
		What: d.What, Words: d.Words, CreatedAt: tx.Now(), Demo: d.Demo}
	q.Calendar = s.needs.Calendar.Current()
	c.matter = &matter{Request: q, cal: s.calendar(q)}
	if err := s.locate(ctx, tx, c); err != nil {
		return nil, err
	}
	if c.limits, err = s.store.LimitsFor(ctx, tx, q.Place.Area, tx.Now()); err != nil {
		return nil, err
	}
	q.Policy, q.Union, q.OfficerName = c.limits.ID, c.union.ID, ""
	q.Hidden = c.limits.Veils(q.Topic)
	if d.Hide != nil {
		q.Hidden = *d.Hide
	}
	if tx.Subject.Kind == authz.Worker && !d.Anonymous && act == request.Capture {
		q.Owner = tx.Subject.ID
		if d.Name == "" {
			d.Name = tx.Subject.Name
		}
	}
	if q.Owner != "" && d.Phone == "" {
		_, phone, err := s.needs.People.Contact(ctx, tx, q.Owner)
		if err != nil && !fault.Is(err, fault.Missing) {
			return nil, err
		}
		if phone != "" {
			q.PhoneIndex = s.store.Phone(phone) // found by phone, without keeping it twice
		}
	}
	return c, s.identify(q, d)
}

// tidy puts a draft into its stored form, or says everything that is wrong with it.
func tidy(d request.Draft, act authz.Action) (request.Draft, error) {
	var form fault.Form
	for _, t := range []struct {
		name string
		text *string
		most int
	}{{"words", &d.Words, maxWords}, {"place", &d.Place.Text, maxShort}, {"name", &d.Name, maxShort}, {"source", &d.Source, maxShort}, {"title", &d.Title, maxShort}, {"what", &d.What, 40}} {
		text, err := short(act, t.name, *t.text, t.most)
		if err != nil {
			form.Add(t.name, "fault.long", fault.Args{"Limit": t.most})
		}
		*t.text = text
	}
	if d.Words == "" && len(d.Files) == 0 && d.What == "" {
		form.Add("words", "request.empty", nil)
	}
	if _, ok := request.TopicOf(d.Topic); d.Topic != "" && !ok {
		form.Add("topic", "request.topic.unknown", nil)
	}
	if d.What != "" && d.Place.Station == "" {
		form.Add("station", "request.station.needed", nil)
	}
	d.Phone = strings.TrimSpace(d.Phone)
	if mobile, err := idcard.ParseMobile(d.Phone); d.Phone != "" && err == nil {
		d.Phone = mobile
	} else if d.Phone != "" {
		form.Add("phone", "request.phone.wrong", nil)
	}
	d.Check(&form)
	if act == request.Register && !slices.Contains(request.Channels(), d.Channel) {
		form.Add("channel", "request.channel.unknown", nil)
	}
	if d.Channel == "" {
		d.Channel = request.ChannelPage
	}
	if d.Topic == "" {
		d.Topic = request.TopicOfDefect(d.What)
	}
	if act != request.Register {
		d.Title, d.Source = "", ""
	}
	return d, form.Err(string(act))
}

// locate finds the area and the union of a request.
func (s *Service) locate(ctx context.Context, tx *op.Tx, c *capture) (err error) {
	p := &c.Place
	if p.Station != "" {
		if c.station, err = s.needs.Stations.Place(ctx, tx, p.Station); err != nil {
			return err
		}
		p.Area = c.station.Area
		if p.Point == nil {
			p.Point = c.station.Point
		}
		if p.Text == "" {
			p.Text = c.station.Name
		}
	}
	if c.union, c.AreaKnown, err = s.unionFor(ctx, tx, p.Area); !c.AreaKnown {
		p.Area = c.union.Area // else nobody of that union could see it
	}
	return err
}

// unionFor returns the union that hears a matter of area, and whether it is
// area's own: where nobody said an area, or none answers for it, that is the
// installation's, else the highest. While there is no union, it is Invalid.
func (s *Service) unionFor(ctx context.Context, tx *op.Tx, area string) (u request.Union, own bool, err error) {
	for i, a := range []string{area, s.config.HomeArea, ""} {
		if a == "" && i < 2 {
			continue
		}
		if u, err = s.needs.Orgs.UnionFor(ctx, tx, a); !fault.Is(err, fault.Missing) {
			return u, i == 0, err
		}
	}
	return u, false, fault.New(string(request.Capture), fault.Invalid, "request.union.none")
}

// Hears returns the union that a matter of area would reach; the zero Union while
// there is none.
func (s *Service) Hears(ctx context.Context, area string) (request.Union, error) {
	return op.List(ctx, s.desk, request.See, func(tx *op.Tx, _ op.Scope) (request.Union, error) {
		u, _, err := s.unionFor(ctx, tx, area)
		if fault.Is(err, fault.Invalid) {
			err = nil
		}
		return u, err
	})
}

// identify seals who the person is.
func (s *Service) identify(q *request.Request, d request.Draft) error {
	if d.Anonymous {
		d.Name = ""
	}
	if d.Phone != "" {
		q.PhoneIndex, q.PhoneOK = s.store.Phone(d.Phone), d.PhoneOK
	}
	return s.store.Identify(q, d.Name, d.Phone)
}

// finish stores a new request with its first entries.
func (s *Service) finish(ctx context.Context, tx *op.Tx, c *capture) (request.Receipt, error) {
	first := c.add(tx, request.Entry{Kind: request.KindCaptured, Readers: request.ToWorker | request.ToStaff, Words: c.Words, Fact: string(c.Channel)})
	c.attach(first, c.draft.Files, "")
	if c.Channel != request.ChannelPage && c.Channel != request.ChannelStation {
		c.looked(tx) // who registers it has looked at it
	}
	if err := s.number(ctx, tx, c.Request); err != nil {
		return request.Receipt{}, err
	}
	if err := s.store.Insert(ctx, tx, c.Request); err != nil {
		return request.Receipt{}, err
	}
	tx.Emit(request.Captured{ID: c.ID, Number: c.Number, Area: c.Place.Area, Topic: c.Topic})
	s.toHost(tx, c)
	c.hear(&c.fresh[0])
	if err := s.save(ctx, tx, c.matter); err != nil {
		return request.Receipt{}, err
	}
	if err := s.store.Wish(ctx, tx, c.ID, c.draft.AskFirst); err != nil {
		return request.Receipt{}, err
	}
	if err := s.store.Index(ctx, tx, c.Request, c.Words, c.Title, c.Place.Text); err != nil {
		return request.Receipt{}, err
	}
	r := c.receipt()
	switch {
	case c.OfficerName != "":
	case c.union.OfficerName != "":
		r.Who = c.union.OfficerName
	default:
		r.Who = c.union.Name
	}
	return r, nil
}

// toHost hands a station's defect to its host.
func (s *Service) toHost(tx *op.Tx, c *capture) {
	if c.What == "" {
		return
	}
	tx.Emit(request.StationReported{ID: c.ID, Number: c.Number, Station: c.Place.Station, What: c.What})
	if c.station.HostID == "" || c.What == request.WhatOther {
		return // nobody runs it, or somebody must first put the words into a task
	}
	deadline, err := c.cal.AddWorking(tx.Now(), minutes(c.limits.HostMinutes), c.limits.Hours)
	if err != nil {
		deadline = tx.Now().Add(24 * time.Hour) // the year is not published; the host still has a day
	}
	s.hand(tx, c.matter, request.Dispatch{Body: c.station.HostID, BodyName: c.station.HostName, Lead: true, Deadline: deadline})
	c.settle()
}

// attach notes files that came with an entry.
func (m *matter) attach(e *request.Entry, files []request.File, body string) {
	for _, f := range files {
		m.files = append(m.files, request.Attachment{ID: id.New[request.AttachmentID](), Seq: e.Seq, At: e.At, By: e.By, Body: body, Released: e.By == request.ByBody, File: f})
	}
}

// number gives the request its number: the day and the day's running number.
// The counter's row is held to the end of the transaction, so it comes late.
func (s *Service) number(ctx context.Context, tx *op.Tx, q *request.Request) error {
	day := clock.Day(q.CreatedAt)
	n, err := s.store.Day(ctx, tx, day)
	q.Number = fmt.Sprintf("%s-%s%s-%04d", day[:4], day[5:7], day[8:], n)
	return err
}
