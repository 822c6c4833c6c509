// Package half keeps an application for membership that is not finished ("先存着"), so
// that a worker can go on with it later, on another phone, and without scripts. One
// worker has one, sealed under a data key of its own. It goes when the application is
// sent, when the worker says so, when the account ends, or after the days of its class
// (table retain_rule).
//
// It keeps no identity number and no consent: those are given with the application.
package half

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/seal"
)

// The actions.
const (
	See  authz.Action = "member_half.see"
	Save authz.Action = "member_half.save"
	Drop authz.Action = "member_half.drop"
)

// Policy says who may do them: nobody but the worker.
var Policy = authz.Rules{See: authz.Owner, Save: authz.Owner, Drop: authz.Owner}

// Form is what somebody typed so far. Nothing of it is judged before it is sent.
type Form struct {
	Name       string    `json:"name"`
	Occupation string    `json:"occupation"`
	Works      string    `json:"works"`   // several apart by 、
	Station    string    `json:"station"` // likewise
	Post       string    `json:"post"`    // the station of ours, by its id
	Area       string    `json:"area"`
	Union      string    `json:"union"`
	Channel    string    `json:"channel"`
	SavedAt    time.Time `json:"-"`
}

// most is how many bytes a form has at most, as it is kept.
const most = 4000

// kept is the root: a worker's unfinished application, whether there is one or not.
type kept struct{ worker string }

// AuthzObject implements op.Target.
func (k kept) AuthzObject() authz.Object {
	return authz.Object{Kind: "member_half", ID: k.worker, Group: "person", Owner: k.worker}
}

// Service is what the pages of a worker may ask.
type Service struct {
	desk *op.Desk
	ring *seal.Ring
}

// New returns the service.
func New(desk *op.Desk, ring *seal.Ring) *Service { return &Service{desk, ring} }

func own(act authz.Action) func(tx *op.Tx) (kept, error) {
	return func(tx *op.Tx) (kept, error) {
		if tx.Subject.Kind != authz.Worker {
			return kept{}, fault.New(string(act), fault.Missing, "fault.missing")
		}
		return kept{tx.Subject.ID}, nil
	}
}

// Mine returns what the worker who is signed in has saved; ok is false where that is
// nothing.
func (s *Service) Mine(ctx context.Context) (f Form, ok bool, err error) {
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (kept, error) {
		k, err := own(See)(tx)
		if err == nil {
			f, ok, err = s.get(ctx, tx, k.worker)
		}
		return k, err
	})
	return f, ok, err
}

// Save keeps a form in place of what was saved before.
func (s *Service) Save(ctx context.Context, f Form) error {
	for _, text := range []*string{&f.Name, &f.Occupation, &f.Works, &f.Station, &f.Post, &f.Area, &f.Union, &f.Channel} {
		*text = plain.Line(*text)
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if len(text) > most {
		return fault.New(string(Save), fault.Invalid, "member.half.long")
	}
	_, err = op.Write(ctx, s.desk, Save, own(Save), func(tx *op.Tx, k kept) (bool, error) {
		box, key, err := s.ring.NewBox(place("data_key", k.worker))
		if err != nil {
			return false, err
		}
		sealed, err := box.Seal(text, place("form", k.worker))
		if err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `insert into member_half (person_id, data_key, form, saved_at) values ($1, $2, $3, $4)
			on conflict (person_id) do update set data_key = excluded.data_key, form = excluded.form, saved_at = excluded.saved_at`,
			k.worker, key, sealed, tx.Now().UnixMicro())
		return true, err
	})
	return err
}

// Name is the name in what a worker has saved; "" of nothing.
func (s *Service) Name(ctx context.Context, tx *op.Tx, worker string) (string, error) {
	f, _, err := s.get(ctx, tx, worker)
	return f.Name, err
}

// Drop removes what the worker who is signed in has saved.
func (s *Service) Drop(ctx context.Context) error {
	_, err := op.Write(ctx, s.desk, Drop, own(Drop), func(tx *op.Tx, k kept) (bool, error) {
		return true, Clear(ctx, tx, k.worker)
	})
	return err
}

// Forget implements erase.Keeper: what a legal hold keeps stays.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	_, err := tx.Exec(ctx, `delete from member_half where person_id = $1 and not `+hold.Held("person_id"), worker)
	return err
}

// Clear removes what a worker has saved: the application was sent.
func Clear(ctx context.Context, tx *op.Tx, worker string) error {
	_, err := tx.Exec(ctx, `delete from member_half where person_id = $1`, worker)
	return err
}

// DropOld removes what was saved before a time and no legal hold keeps, at most so many,
// and returns how many those were.
func (s *Service) DropOld(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	n, err := tx.Exec(ctx, `delete from member_half where person_id in (select person_id from member_half where saved_at < $1 and not `+hold.Held("person_id")+` order by saved_at limit $2)`, before.UnixMicro(), most)
	return int(n), err
}

func place(column, worker string) []byte { return seal.Place("member_half", column, worker) }

func (s *Service) get(ctx context.Context, tx *op.Tx, worker string) (f Form, ok bool, err error) {
	var key, sealed []byte
	var at int64
	err = tx.One(ctx, `select data_key, form, saved_at from member_half where person_id = $1`, []any{worker}, &key, &sealed, &at)
	if errors.Is(err, db.ErrNone) {
		return f, false, nil
	}
	if err != nil {
		return f, false, err
	}
	box, err := s.ring.Box(key, place("data_key", worker))
	if err != nil {
		return f, false, err
	}
	text, err := box.Open(sealed, place("form", worker))
	if err != nil {
		return f, false, err
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return f, false, err
	}
	f.SavedAt = time.UnixMicro(at).UTC()
	return f, true, nil
}
