package requestweb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/web"
	"nuanxin/internal/web/api"
)

// Register adds the operations of requests to the API.
func Register(a *api.API, c Config) {
	p := &pages{c}
	anyone := []string{"anyone"}
	api.Register(a, api.Operation{Method: "POST", Path: "/requests", Action: string(request.Capture), Roles: anyone, BodyLimit: 64 << 10, Status: http.StatusCreated,
		Summary: "Say what is wrong", Purpose: "Make a request, without a name or as the signed-in worker. Give Idempotency-Key (or client_id), a UUID: sent again with the same content it answers the same."}, p.apiCapture)
	api.Register(a, api.Operation{Method: "GET", Path: "/requests/{number}", Action: string(request.Progress), Roles: []string{"owner", "holder"},
		Summary: "Follow a request", Purpose: "See a request as its worker does: who has it, by when, each step. The secret goes into the header X-Request-Secret, never into the address."}, p.apiProgress)
	if c.Outcome != nil {
		api.Register(a, api.Operation{Method: "GET", Path: "/acts/{client_id}", Action: "act.outcome", Roles: anyone,
			Summary: "What became of a write", Purpose: "Tell the outcome of the write with this client-made id, for ever: done, refused with its reason, or unknown."}, p.apiOutcome)
	}
}

// apiDraft is a new request as programs send it.
type apiDraft struct {
	ClientID  string           `json:"client_id,omitempty" maxLength:"64" doc:"UUID of this write; the same as Idempotency-Key"`
	Words     string           `json:"words,omitempty" doc:"what is wrong; at most 3000 characters"`
	Topic     string           `json:"topic,omitempty" maxLength:"40" doc:"gate, power, penalty, pay, injury, rest, station or other; may be left out"`
	What      string           `json:"what,omitempty" maxLength:"40" doc:"a station's defect by its code; needs place.station"`
	Place     *apiRequestPlace `json:"place,omitempty"`
	Hide      *bool            `json:"hide,omitempty" doc:"do not name me to platform and company; absent: as the topic's rule says"`
	Anonymous bool             `json:"anonymous,omitempty" doc:"a signed-in worker does not want to be known even to the union"`
}

type captureIn struct {
	Key  string `header:"Idempotency-Key" maxLength:"64"`
	Body apiDraft
}

type captureOut struct {
	Location string `header:"Location"`
	Cache    string `header:"Cache-Control"`
	Body     struct {
		ID     request.ID     `json:"id"`
		Number string         `json:"number"`
		Secret string         `json:"secret,omitempty" doc:"26 letters that make their holder the worker of the request; absent when it belongs to the signed-in worker"`
		By     *string        `json:"by,omitempty" format:"date-time" doc:"when the answer is due; absent when the calendar is not published"`
		Who    string         `json:"who" doc:"who looks: the union's officer, or the union"`
		Status request.Status `json:"status"`
	}
}

func (p *pages) apiCapture(ctx context.Context, in *captureIn) (*captureOut, error) {
	call, err := named(in)
	if err != nil {
		return nil, err
	}
	d := request.Draft{Words: in.Body.Words, Topic: in.Body.Topic, What: in.Body.What, Hide: in.Body.Hide, Anonymous: in.Body.Anonymous, Channel: request.ChannelPage}
	if d.Place, err = placeOf(in.Body.Place); err != nil {
		return nil, err
	}
	if d.Place.Point != nil && d.Place.Area == "" && d.Place.Station == "" && p.AreaOf != nil {
		d.Place.Area = p.AreaOf(*d.Place.Point)
	}
	receipt, err := p.Office.Capture(op.With(ctx, call), d)
	if err != nil {
		return nil, err
	}
	var out captureOut
	out.Cache, out.Location = "no-store", api.Base+"/requests/"+receipt.Number
	out.Body.ID, out.Body.Number, out.Body.Status, out.Body.Who = receipt.ID, receipt.Number, receipt.Status, receipt.Who
	if !receipt.By.IsZero() {
		by := receipt.By.UTC().Format("2006-01-02T15:04:05Z07:00")
		out.Body.By = &by
	}
	if authz.From(ctx).Kind != authz.Worker || d.Anonymous {
		out.Body.Secret = p.Office.Secret(receipt.ID)
	}
	return &out, nil
}

// named is the call of a write: its client-made id, and a digest of what it
// says, so that another content under the same id is found out.
func named(in *captureIn) (op.Call, error) {
	key := in.Key
	if key == "" {
		key = in.Body.ClientID
	}
	if key == "" {
		return op.Call{}, nil
	}
	client, err := id.Parse[string](key)
	if err != nil || in.Body.ClientID != "" && in.Key != "" && in.Body.ClientID != in.Key {
		return op.Call{}, invalid("client_id", "help.api.client_id")
	}
	said := in.Body
	said.ClientID = ""
	text, err := json.Marshal(said) // struct fields have one order
	if err != nil {
		return op.Call{}, err
	}
	sum := sha256.Sum256(append([]byte("POST /requests\x00"), text...))
	return op.Call{ClientID: client, Digest: hex.EncodeToString(sum[:])}, nil
}

func placeOf(in *apiRequestPlace) (request.Place, error) {
	if in == nil {
		return request.Place{}, nil
	}
	place := request.Place{Text: in.Text, Area: in.Area, Station: in.Station}
	if in.Lat == nil && in.Lng == nil {
		return place, nil
	}
	d := geo.WGS84
	if in.Datum != "" {
		var err error
		if d, err = geo.ParseDatum(in.Datum); err != nil {
			return place, invalid("place.datum", "help.api.position")
		}
	}
	if in.Lat == nil || in.Lng == nil {
		return place, invalid("place.lat", "help.api.position")
	}
	point := geo.From(d, *in.Lat, *in.Lng)
	if !point.Valid() || !point.InChina() {
		return place, invalid("place.lat", "help.api.position")
	}
	place.Point = &point
	return place, nil
}

type progressIn struct {
	Number string `path:"number" maxLength:"40"`
	Secret string `header:"X-Request-Secret" maxLength:"80" doc:"as given at creation; not needed by the signed-in worker whose request it is"`
}

type progressOut struct {
	Cache string `header:"Cache-Control"`
	Body  apiRequest
}

func (p *pages) apiProgress(ctx context.Context, in *progressIn) (*progressOut, error) {
	own, err := p.Office.Progress(ctx, request.Ref{Number: in.Number, Secret: ungrouped(in.Secret)})
	if err != nil {
		return nil, err
	}
	return &progressOut{"no-store", apiOf(own)}, nil
}

type outcomeIn struct {
	ClientID string `path:"client_id" maxLength:"64"`
}

type outcomeOut struct{ Body apiOutcome }

func (p *pages) apiOutcome(ctx context.Context, in *outcomeIn) (*outcomeOut, error) {
	client, err := id.Parse[string](in.ClientID)
	if err != nil {
		return nil, invalid("client_id", "help.api.client_id")
	}
	o, err := p.Outcome(ctx, client)
	if err != nil {
		return nil, err
	}
	out := &outcomeOut{apiOutcome{ClientID: client, State: o.State, Action: o.Action}}
	if o.State == "refused" {
		told := web.ProblemOf(ctx, &fault.Error{Op: o.Action, Kind: fault.KindOfCode(o.Code), Msg: o.Msg, Args: o.Args})
		out.Body.Code, out.Body.Reason = o.Code, cmp.Or(told.Detail, told.Title)
	}
	return out, nil
}

func invalid(field, msg string) error {
	var form fault.Form
	form.Add(field, msg, nil)
	return form.Err("requestweb.api")
}
