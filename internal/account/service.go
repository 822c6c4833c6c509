package account

import (
	"context"
	"errors"
	"net/netip"

	"nuanxin/internal/account/code"
	"nuanxin/internal/account/factor"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/passkey"
	"nuanxin/internal/account/password"
	"nuanxin/internal/account/people"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Service is what other packages may ask about people.
type Service struct {
	people.Directory

	desk     *op.Desk
	ring     *seal.Ring
	sender   Sender
	orgs     Orgs
	cost     password.Cost
	factors  factor.Book
	passkeys passkey.Book
	codes    code.Book
	gate     pace.Gate
	powers   []netip.Prefix
	leave    []func(context.Context, *op.Tx, string) error   // what else ends with a stay
	asks     func(context.Context, *op.Tx, ID) (bool, error) // whether more than a code is asked; nil: never
	slots    chan struct{}                                   // how many passwords are hashed at once: each takes 19 MiB
}

// Config is what the service needs. Cheap makes passwords quick to hash, for
// tests alone.
type Config struct {
	Ring   *seal.Ring
	Sender Sender
	Orgs   Orgs
	Party  *passkey.Party // nil: no passkeys
	Cheap  bool
	Powers []netip.Prefix // networks from which alone the three powers work; empty: any
}

// NewService returns the service of accounts.
func NewService(desk *op.Desk, c Config) *Service {
	s := &Service{desk: desk, ring: c.Ring, sender: c.Sender, orgs: c.Orgs, cost: password.Usual(), factors: factor.Book{Ring: c.Ring}, passkeys: passkey.Book{Ring: c.Ring, Party: c.Party}, codes: code.Book{Ring: c.Ring}, gate: pace.Gate{Ring: c.Ring}, powers: c.Powers, slots: make(chan struct{}, 4)}
	if c.Cheap {
		s.cost = password.Cheap()
	}
	return s
}

// This part is what other domains ask inside their own transactions. Ids are
// plain texts, so that their interfaces need no import of this package.

// Rights returns who a staff member is at this moment, by the grants in force:
// for work that is done later in somebody's name. Who works here no more has
// none.
func (s *Service) Rights(ctx context.Context, who string) (authz.Subject, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (authz.Subject, error) {
		p, err := people.Get(ctx, tx, ID(who))
		if err != nil || !p.Active || !p.LockedAt.IsZero() {
			return authz.Subject{ID: who, Kind: authz.Staff}, err
		}
		return p.Subject(tx.Now()), nil
	})
}

// WorkerWith returns the worker whose phone this is, and makes the account when
// there is none yet: somebody who calls the desk today can sign in tomorrow and
// find the matter.
func (s *Service) WorkerWith(ctx context.Context, tx *op.Tx, phone string) (string, error) {
	phone, err := parsePhone(phone)
	if err != nil {
		return "", err
	}
	p, err := s.worker(ctx, tx, phone, id.New[ID]())
	return string(p), err
}

// UseCode uses up the code that was sent for purpose to phone, inside the
// caller's operation. A wrong one is no error, so that the counted try stays.
func (s *Service) UseCode(ctx context.Context, tx *op.Tx, purpose, phone, code string) (bool, error) {
	phone, err := parsePhone(phone)
	if err != nil {
		return false, err
	}
	return s.codes.Use(ctx, tx, purpose, phone, code)
}

// Contact returns a worker's name and phone, opened. The caller has authorized
// a sensitive read of its own: this leaves no trace.
func (s *Service) Contact(ctx context.Context, tx *op.Tx, person string) (name, phone string, err error) {
	var key, sealedName, sealedPhone []byte
	if !id.Valid(person) {
		return "", "", fault.New("account.contact", fault.Missing, "fault.missing")
	}
	err = tx.One(ctx, `select data_key, sealed, phone from person where person_id = $1 and kind = 'worker'`, []any{person}, &key, &sealedName, &sealedPhone)
	if errors.Is(err, db.ErrNone) {
		return "", "", fault.New("account.contact", fault.Missing, "fault.missing")
	}
	if err != nil {
		return "", "", err
	}
	box, err := s.vault().With(key, ID(person), "person")
	if err != nil {
		return "", "", err
	}
	if name, err = box.Open(sealedName, "sealed", person); err == nil {
		phone, err = box.Open(sealedPhone, "phone", person)
	}
	return name, phone, err
}

func (s *Service) vault() people.Vault { return people.Vault{Ring: s.ring} }

// sealed seals a value for a column of a person's row.
func (s *Service) sealed(ctx context.Context, tx *op.Tx, plain, column string, person ID) (any, error) {
	box, err := s.vault().Of(ctx, tx, person, "person")
	if err != nil {
		return nil, err
	}
	return box.Seal(plain, column, string(person))
}

// index is the blind index of a value of one sort.
func (s *Service) index(sort, value string) string { return s.ring.Index("account|"+sort, value) }

// parsePhone reads a mobile number, or says what is wrong with it.
func parsePhone(text string) (string, error) {
	phone, err := idcard.ParseMobile(text)
	if err != nil {
		var f fault.Form
		f.Add("phone", "account.phone.unknown", nil)
		return "", f.Err("account.phone")
	}
	return phone, nil
}

// unnamed drops the client's id from ctx: an act that hands out a secret is
// never answered twice, and one that the client does not know of must not take
// the id of the one it named.
func unnamed(ctx context.Context) context.Context { return op.With(ctx, op.Call{}) }

// root stands for an act that belongs to no account, such as a code sent to a
// phone that has none.
type root string

// AuthzObject implements op.Target.
func (r root) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: string(r), Group: "person"}
}

func newRoot() func(*op.Tx) (root, error) {
	r := id.New[root]()
	return func(*op.Tx) (root, error) { return r, nil }
}
