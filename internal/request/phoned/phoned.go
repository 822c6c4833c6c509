// Package phoned finds the matters that staff wrote down for a caller and that are the
// data of a worker who signed in later, or elsewhere, with the same phone
// (个人信息保护法 art. 45: what is kept of a person, not of an account).
//
// A phone number is no person: operators give it to the next after some months. So a
// matter that hangs on a number alone is a worker's if one of two holds ([Holder.Has]):
//
//   - The union knows the name. The worker is a member, so the union has compared the
//     name with a document, and the name in the matter is the same. The name that
//     somebody wrote into an account proves nothing: who has another's old number may
//     well know the name, too.
//   - The number was the worker's before and after. The matter was written down between
//     two codes that went to the number and came back from the worker: the one that
//     confirmed it for the account, and the last one. What came before the first may be a
//     former owner's, and what came after the last, a later one's; the latter is there
//     as soon as the worker signs in by a code again.
//
// Where both names are known and differ, it is somebody else who called from that phone.
package phoned

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// Mine is the action: nobody's but the worker's.
const Mine authz.Action = "request.by_phone"

// Policy says who may do it.
var Policy = authz.Rules{Mine: authz.Owner}

// most is how many matters of a number are looked at, the newest first.
const most = 500

// Holder is a worker who has a phone.
type Holder struct {
	Phone  string
	Since  time.Time // when a code confirmed it for the account
	Proved time.Time // when a code did so last
	Name   string    // that the union has compared with a document; empty: it has not
}

// Has reports whether a matter that was written down at a time, for somebody of a name,
// is the holder's.
func (h Holder) Has(name string, at time.Time) bool {
	if h.Name != "" && name != "" {
		if full(name) {
			return idcard.Fold(h.Name) == idcard.Fold(clean(name))
		}
		if other(h.Name, name) {
			return false
		}
	}
	return !at.Before(h.Since) && !at.After(h.Proved)
}

// polite is what stands behind a surname where no name was given.
var polite = []string{"师傅", "先生", "女士", "小姐", "同志", "大哥", "大姐", "大叔", "阿姨", "某某", "某", "哥", "姐", "叔", "总"}

// full reports whether a name is more than a surname with a polite word.
func full(name string) bool {
	name = clean(name)
	if n := utf8.RuneCountInString(name); n < 2 || n == 2 && strings.ContainsAny(string([]rune(name)[:1]), "老小阿") {
		return false
	}
	for _, p := range polite {
		if rest, ok := strings.CutSuffix(name, p); ok && utf8.RuneCountInString(rest) <= utf8.RuneCountInString(p) { // a surname has two letters at most
			return false
		}
	}
	return true
}

// other reports whether a surname with a polite word is not that of a name.
func other(name, called string) bool {
	a, _ := utf8.DecodeRuneInString(idcard.Fold(name))
	b, _ := utf8.DecodeRuneInString(idcard.Fold(strings.TrimLeft(clean(called), "老小阿")))
	return b != utf8.RuneError && a != b
}

func clean(name string) string {
	if parsed, err := idcard.ParseName(name); err == nil {
		return parsed
	}
	return strings.TrimSpace(name)
}

// Holders knows who has which phone.
type Holders interface {
	// Holder returns a worker with their phone; an empty phone: none.
	Holder(ctx context.Context, tx *op.Tx, worker string) (Holder, error)
}

// Service finds them.
type Service struct {
	desk    *op.Desk
	store   *record.Store
	holders Holders
}

// NewService returns the service.
func NewService(desk *op.Desk, store *record.Store, holders Holders) *Service {
	return &Service{desk, store, holders}
}

// worker is who asks.
type worker struct{ id string }

// AuthzObject implements op.Target.
func (w worker) AuthzObject() authz.Object {
	return authz.Object{Kind: "request_phone", ID: w.id, Group: "request", Owner: w.id}
}

// Mine returns the matters of the worker who asks that hang on their number alone, the
// newest first.
func (s *Service) Mine(ctx context.Context) (all []*request.Request, err error) {
	_, err = op.Read(ctx, s.desk, Mine, func(tx *op.Tx) (worker, error) {
		w := worker{tx.Subject.ID}
		if tx.Subject.Kind != authz.Worker {
			return w, fault.New(string(Mine), fault.Missing, "fault.missing")
		}
		h, err := s.holders.Holder(ctx, tx, w.id)
		if err == nil {
			all, err = s.of(ctx, tx, h)
		}
		return w, err
	})
	return all, err
}

func (s *Service) of(ctx context.Context, tx *op.Tx, h Holder) (all []*request.Request, err error) {
	if h.Phone == "" {
		return nil, nil
	}
	found, err := s.store.ByPhone(ctx, tx, h.Phone, most)
	for _, q := range found {
		name, _, failed := s.store.Identity(q)
		if failed != nil {
			return nil, failed
		}
		if h.Has(name, q.CreatedAt) {
			all = append(all, q)
		}
	}
	return all, err
}

// Forget implements erase.Keeper: name, number and words go from what is closed. What is still
// under way keeps them, or nobody could answer; the nightly dropping takes them later. A
// code has just come back from the number, so it is the worker's now.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, who string) error {
	if held, err := hold.Any(ctx, tx, who); err != nil || held {
		return err
	}
	h, err := s.holders.Holder(ctx, tx, who)
	if err != nil {
		return fault.Unless(err, fault.Missing)
	}
	h.Proved = tx.Now()
	all, err := s.of(ctx, tx, h)
	for _, q := range all {
		if err == nil && !q.ClosedAt.IsZero() {
			err = s.store.ForgetCaller(ctx, tx, q.ID)
		}
	}
	return err
}
