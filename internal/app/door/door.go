// Package door lets partner bodies in by a one-time link: the link names one
// handing of one request, and a code goes to the phone that the union knows of
// the body. It also sends the links, and tells the cadre what became of them.
package door

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/request/requestweb/partner"
	"nuanxin/internal/seal"
	"nuanxin/internal/sms"
	"nuanxin/internal/web"
)

// Door knows the links, whom they let in, and sends them.
type Door struct {
	DB       *db.DB
	Ring     *seal.Ring
	Requests *office.Service
	Accounts *account.Service
	Orgs     *org.Service
	Sessions accountweb.Sessions
	Texts    *web.Texts
	Sender   sms.Sender                // nil where no message goes out
	Origin   string                    // the program's public address
	Inbox    func(phone string) string // the last message to a phone, nil but in the demo
}

// linkMac is how many bytes of the keyed hash a link carries: enough that
// nobody finds one by trying.
const linkMac = 10

// Token is the text of the link to a handing: the two ids and a keyed hash.
func (d Door) Token(r request.ID, h request.DispatchID) (string, error) {
	first, err := uuid.Parse(string(r))
	if err != nil {
		return "", err
	}
	second, err := uuid.Parse(string(h))
	if err != nil {
		return "", err
	}
	mac := d.Ring.Token("link", string(r)+string(h))[:2*linkMac]
	return base64.RawURLEncoding.EncodeToString(slices.Concat(first[:], second[:])) + mac, nil
}

// read returns the handing that token names, if it is one of ours.
func (d Door) read(token string) (request.ID, request.DispatchID, bool) {
	const ids = 43 // of 32 bytes in base64
	if len(token) != ids+2*linkMac {
		return "", "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(token[:ids])
	if err != nil {
		return "", "", false
	}
	r, h := request.ID(uuid.UUID(raw[:16]).String()), request.DispatchID(uuid.UUID(raw[16:]).String())
	want, err := d.Token(r, h)
	return r, h, err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(token)) == 1
}

// Find implements partner.Door. A link to a handing that was bounced or
// recalled opens nothing any more.
func (d Door) Find(ctx context.Context, token string) (partner.Invitation, error) {
	missing := fault.New("door.find", fault.Missing, "matter.link_gone")
	r, h, ok := d.read(token)
	if !ok {
		return partner.Invitation{}, missing
	}
	c, err := d.Requests.Case(authz.AsSystem(ctx, "link"), request.Ref{ID: r})
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
	return found, fault.Unless(err, fault.Missing)
}

// phone is where a body's codes go; empty when the union knows none.
func (d Door) phone(ctx context.Context, i partner.Invitation) (phone string, err error) {
	err = d.DB.View(ctx, func(raw *db.Tx) error {
		phone, err = d.Orgs.ContactPhone(ctx, &op.Tx{Tx: raw, Subject: authz.From(ctx)}, i.Org)
		return err
	})
	return phone, err
}

// purpose binds a code to one handing.
func purpose(i partner.Invitation) string { return "link:" + string(i.Dispatch) }

// SendCode implements partner.Door.
func (d Door) SendCode(ctx context.Context, i partner.Invitation) error {
	phone, err := d.phone(ctx, i)
	if err != nil {
		return err
	}
	return d.Accounts.SendCode(ctx, purpose(i), phone)
}

// Enter implements partner.Door.
func (d Door) Enter(w http.ResponseWriter, r *http.Request, i partner.Invitation, code string) error {
	phone, err := d.phone(r.Context(), i)
	if err != nil {
		return err
	}
	if err := d.Accounts.CheckCode(r.Context(), purpose(i), phone, code); err != nil {
		return err
	}
	in, err := d.Accounts.StartLink(authz.AsSystem(r.Context(), "link"), i.Org, string(i.Request), i.Body)
	if err == nil {
		d.Sessions.Begin(w, in)
	}
	return err
}

// Shown implements partner.Door.
func (d Door) Shown(i partner.Invitation) string {
	if d.Inbox == nil {
		return ""
	}
	phone, err := d.phone(authz.AsSystem(context.Background(), "link"), i)
	if err != nil {
		return ""
	}
	return d.Inbox(phone)
}

// link returns the one-time link of one handing of a request to a body.
func (d Door) link(r request.ID, h request.DispatchID) (string, error) {
	token, err := d.Token(r, h)
	return d.Origin + partner.HrefLink + "/" + token, err
}

// Dispatched sends a body the link to what was handed to it.
func (d Door) Dispatched(ctx context.Context, e job.Event) error {
	var what request.Dispatched
	if err := e.Decode(&what); err != nil {
		return err
	}
	return d.tell(ctx, call{e.ID, "app.dispatched"}, what, request.Dispatch.Holds)
}

// Addressed sends a body the link again when the union has told it something.
func (d Door) Addressed(ctx context.Context, e job.Event) error {
	var what request.Addressed
	if err := e.Decode(&what); err != nil {
		return err
	}
	return d.tell(ctx, call{e.ID, "app.addressed"}, request.Dispatched{ID: what.ID, Dispatch: what.Dispatch, Body: what.Body}, request.Dispatch.Holds)
}

// Reminded sends a body the link again when its time runs out and it still owes
// what it is reminded of.
func (d Door) Reminded(ctx context.Context, e job.Event) error {
	var what request.Reminded
	if err := e.Decode(&what); err != nil || what.Dispatch == "" {
		return err // the union's own time
	}
	owes := func(x request.Dispatch) bool {
		return x.Holds() && x.State != request.DispatchReported && (what.Clock != request.ClockSign || x.SignedBy == "")
	}
	return d.tell(ctx, call{e.ID, "app.reminded"}, request.Dispatched{ID: what.ID, Dispatch: what.Dispatch, Body: what.Body}, owes)
}

// call is a message that calls a body to its link: under the event's id, so that
// it goes out once.
type call struct {
	id    string
	words string // a key
}

// tell sends a body the link to a handing that still waits for it, and lets the
// cadre know what became of it. Only what may pass the next time is an error:
// the other events of the request wait behind this one.
func (d Door) tell(ctx context.Context, m call, what request.Dispatched, waits func(request.Dispatch) bool) error {
	c, err := d.Requests.Case(ctx, request.Ref{ID: what.ID})
	if err != nil {
		return fault.Unless(err, fault.Missing)
	}
	if !slices.ContainsFunc(c.Dispatches, func(x request.Dispatch) bool { return x.ID == what.Dispatch && waits(x) }) {
		return nil
	}
	outcome, err := d.sendLink(ctx, m, what)
	_, noted := d.Requests.Linked(ctx, request.Ref{ID: what.ID}, what.Dispatch, outcome)
	return errors.Join(err, fault.Unless(noted, fault.Missing))
}

// sendLink sends the message. It says that there is something, and nothing of
// what.
func (d Door) sendLink(ctx context.Context, m call, what request.Dispatched) (outcome string, err error) {
	if d.Sender == nil {
		return request.LinkOff, nil // the matter waits in the body's own list
	}
	phone, err := d.phone(ctx, partner.Invitation{Org: what.Body})
	if err != nil || phone == "" {
		return request.LinkNoPhone, fault.Unless(err, fault.Missing)
	}
	link, err := d.link(what.ID, what.Dispatch)
	if err != nil {
		return request.LinkFailed, err
	}
	site := &web.Site{Texts: d.Texts}
	text := web.T(site.With(ctx, "/", web.Display{Lang: "zh-CN"}), m.words, "Link", link)
	err = d.Sender.Send(ctx, sms.Message{ID: m.id, To: phone, Text: text, Kind: sms.Notice})
	switch {
	case err == nil:
		return request.LinkSent, nil
	case fault.Is(err, fault.Busy) || ctx.Err() != nil:
		return request.LinkFailed, fmt.Errorf("the link does not go out: %w", err)
	}
	slog.ErrorContext(ctx, "the gateway refuses a link", "err", err)
	return request.LinkRefused, nil
}
