package app

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/partner"
	"nuanxin/internal/sms"
	"nuanxin/internal/web"
)

// door lets partner bodies in by a one-time link: the link names one handing of
// one request, and a code goes to the phone that the union knows of the body.
type door struct {
	app      *App
	sessions accountweb.Sessions
}

// linkMac is how many bytes of the keyed hash a link carries: enough that
// nobody finds one by trying.
const linkMac = 10

// token is the text of the link to a handing: the two ids and a keyed hash.
func (d door) token(r request.ID, h request.DispatchID) (string, error) {
	first, err := uuid.Parse(string(r))
	if err != nil {
		return "", err
	}
	second, err := uuid.Parse(string(h))
	if err != nil {
		return "", err
	}
	mac := d.app.ring.Token("link", string(r)+string(h))[:2*linkMac]
	return base64.RawURLEncoding.EncodeToString(slices.Concat(first[:], second[:])) + mac, nil
}

// read returns the handing that token names, if it is one of ours.
func (d door) read(token string) (request.ID, request.DispatchID, bool) {
	const ids = 43 // of 32 bytes in base64
	if len(token) != ids+2*linkMac {
		return "", "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(token[:ids])
	if err != nil {
		return "", "", false
	}
	r, h := request.ID(uuid.UUID(raw[:16]).String()), request.DispatchID(uuid.UUID(raw[16:]).String())
	want, err := d.token(r, h)
	return r, h, err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(token)) == 1
}

// Find implements partner.Door. A link to a handing that was bounced or
// recalled opens nothing any more.
func (d door) Find(ctx context.Context, token string) (partner.Invitation, error) {
	missing := fault.New("door.find", fault.Missing, "matter.link_gone")
	r, h, ok := d.read(token)
	if !ok {
		return partner.Invitation{}, missing
	}
	c, err := d.app.Requests.Case(authz.AsSystem(ctx, "link"), request.Ref{ID: r})
	if err != nil {
		return partner.Invitation{}, err
	}
	i := slices.IndexFunc(c.Dispatches, func(x request.Dispatch) bool { return x.ID == h && x.Holds() })
	if i < 0 {
		return partner.Invitation{}, missing
	}
	found := partner.Invitation{Request: r, Dispatch: h, Org: c.Dispatches[i].Body, Body: c.Dispatches[i].BodyName}
	phone, err := d.phone(ctx, found)
	found.Phone = idcard.MaskPhone(phone)
	return found, known(err)
}

// phone is where a body's codes go; empty when the union knows none.
func (d door) phone(ctx context.Context, i partner.Invitation) (phone string, err error) {
	err = d.app.db.View(ctx, func(raw *db.Tx) error {
		phone, err = d.app.Orgs.ContactPhone(ctx, &op.Tx{Tx: raw, Subject: authz.From(ctx)}, i.Org)
		return err
	})
	return phone, err
}

// purpose binds a code to one handing.
func purpose(i partner.Invitation) string { return "link:" + string(i.Dispatch) }

// SendCode implements partner.Door.
func (d door) SendCode(ctx context.Context, i partner.Invitation) error {
	phone, err := d.phone(ctx, i)
	if err != nil {
		return err
	}
	return d.app.Accounts.SendCode(ctx, purpose(i), phone)
}

// Enter implements partner.Door.
func (d door) Enter(w http.ResponseWriter, r *http.Request, i partner.Invitation, code string) error {
	phone, err := d.phone(r.Context(), i)
	if err != nil {
		return err
	}
	if err := d.app.Accounts.CheckCode(r.Context(), purpose(i), phone, code); err != nil {
		return err
	}
	in, err := d.app.Accounts.StartLink(authz.AsSystem(r.Context(), "link"), i.Org, string(i.Request), i.Body)
	if err == nil {
		d.sessions.Begin(w, in)
	}
	return err
}

// Shown implements partner.Door.
func (d door) Shown(i partner.Invitation) string {
	if !d.app.config.Demo || d.app.sent == nil {
		return ""
	}
	phone, err := d.phone(d.app.background(), i)
	if err != nil {
		return ""
	}
	return d.app.lastMessage(phone)
}

// link returns the one-time link of one handing of a request to a body.
func (d door) link(r request.ID, h request.DispatchID) (string, error) {
	token, err := d.token(r, h)
	return d.app.config.Origin + partner.HrefLink + "/" + token, err
}

// dispatched sends a body the link to what was handed to it.
func (d door) dispatched(texts *web.Texts, sender sms.Sender) job.Handler {
	return func(ctx context.Context, e job.Event) error {
		var what request.Dispatched
		if err := e.Decode(&what); err != nil {
			return err
		}
		return d.tell(ctx, call{texts, sender, e.ID, "app.dispatched"}, what, request.Dispatch.Holds)
	}
}

// addressed sends a body the link again when the union has told it something.
func (d door) addressed(texts *web.Texts, sender sms.Sender) job.Handler {
	return func(ctx context.Context, e job.Event) error {
		var what request.Addressed
		if err := e.Decode(&what); err != nil {
			return err
		}
		return d.tell(ctx, call{texts, sender, e.ID, "app.addressed"}, request.Dispatched{ID: what.ID, Dispatch: what.Dispatch, Body: what.Body}, request.Dispatch.Holds)
	}
}

// reminded sends a body the link again when its time runs out and it still owes
// what it is reminded of.
func (d door) reminded(texts *web.Texts, sender sms.Sender) job.Handler {
	return func(ctx context.Context, e job.Event) error {
		var what request.Reminded
		if err := e.Decode(&what); err != nil || what.Dispatch == "" {
			return err // the union's own time
		}
		owes := func(x request.Dispatch) bool {
			return x.Holds() && x.State != request.DispatchReported && (what.Clock != request.ClockSign || x.SignedBy == "")
		}
		return d.tell(ctx, call{texts, sender, e.ID, "app.reminded"}, request.Dispatched{ID: what.ID, Dispatch: what.Dispatch, Body: what.Body}, owes)
	}
}

// call is a message that calls a body to its link: under the event's id, so that
// it goes out once.
type call struct {
	texts  *web.Texts
	sender sms.Sender
	id     string
	words  string // a key
}

// tell sends a body the link to a handing that still waits for it, and lets the
// cadre know what became of it. Only what may pass the next time is an error:
// the other events of the request wait behind this one.
func (d door) tell(ctx context.Context, m call, what request.Dispatched, waits func(request.Dispatch) bool) error {
	c, err := d.app.Requests.Case(ctx, request.Ref{ID: what.ID})
	if err != nil {
		return known(err)
	}
	if !slices.ContainsFunc(c.Dispatches, func(x request.Dispatch) bool { return x.ID == what.Dispatch && waits(x) }) {
		return nil
	}
	outcome, err := d.sendLink(ctx, m, what)
	_, noted := d.app.Requests.Linked(ctx, request.Ref{ID: what.ID}, what.Dispatch, outcome)
	return errors.Join(err, known(noted))
}

// sendLink sends the message. It says that there is something, and nothing of
// what.
func (d door) sendLink(ctx context.Context, m call, what request.Dispatched) (outcome string, err error) {
	if m.sender == nil {
		return request.LinkOff, nil // the matter waits in the body's own list
	}
	phone, err := d.phone(ctx, partner.Invitation{Org: what.Body})
	if err != nil || phone == "" {
		return request.LinkNoPhone, known(err)
	}
	link, err := d.link(what.ID, what.Dispatch)
	if err != nil {
		return request.LinkFailed, err
	}
	site := &web.Site{Texts: m.texts}
	text := web.T(site.With(ctx, "/", web.Display{Lang: "zh-CN"}), m.words, "Link", link)
	err = m.sender.Send(ctx, sms.Message{ID: m.id, To: phone, Text: text, Kind: sms.Notice})
	switch {
	case err == nil:
		return request.LinkSent, nil
	case fault.Is(err, fault.Busy) || ctx.Err() != nil:
		return request.LinkFailed, fmt.Errorf("the link does not go out: %w", err)
	}
	d.app.logFailure(ctx, "the gateway refuses a link", err)
	return request.LinkRefused, nil
}
