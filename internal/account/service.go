package account

import (
	"context"
	"errors"
	"strings"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"nuanxin/internal/account/code"
	"nuanxin/internal/account/factor"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/password"
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
	desk    *op.Desk
	ring    *seal.Ring
	sender  Sender
	orgs    Orgs
	cost    password.Cost
	factors factor.Book
	codes   code.Book
	gate    pace.Gate
	slots   chan struct{} // how many passwords are hashed at once: each takes 19 MiB
}

// Config is what the service needs. Cheap makes passwords quick to hash, for
// tests alone.
type Config struct {
	Ring   *seal.Ring
	Sender Sender
	Orgs   Orgs
	Cheap  bool
}

// NewService returns the service of accounts.
func NewService(desk *op.Desk, c Config) *Service {
	s := &Service{desk: desk, ring: c.Ring, sender: c.Sender, orgs: c.Orgs, cost: password.Usual(), factors: factor.Book{Ring: c.Ring}, codes: code.Book{Ring: c.Ring}, gate: pace.Gate{Ring: c.Ring}, slots: make(chan struct{}, 4)}
	if c.Cheap {
		s.cost = password.Cheap()
	}
	return s
}

// This part is what other domains ask inside their own transactions. Ids are
// plain texts, so that their interfaces need no import of this package.

// Names returns the names of staff by id, for the words of a timeline. Workers
// have no name here: it is sealed.
func (s *Service) Names(ctx context.Context, tx *op.Tx, ids []string) (map[string]string, error) {
	names := map[string]string{}
	var args db.Args
	err := tx.Each(ctx, `select person_id, name from person where kind = 'staff' and person_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var id, name string
		err := r.Scan(&id, &name)
		names[id] = name
		return err
	})
	return names, err
}

// Seat is where a member of staff sits, for those who ask who they were.
type Seat struct {
	Name string
	Org  string // id; empty: the union of the area
	Area string
}

// Seats returns the seats of staff by id, be they here or gone.
func (s *Service) Seats(ctx context.Context, tx *op.Tx, ids []string) (map[string]Seat, error) {
	seats := map[string]Seat{}
	var args db.Args
	err := tx.Each(ctx, `select person_id, name, org_id, area from person where kind = 'staff' and person_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var id string
		var seat Seat
		err := r.Scan(&id, &seat.Name, db.Text(&seat.Org), &seat.Area)
		seats[id] = seat
		return err
	})
	return seats, err
}

// Rights returns who a staff member is at this moment, by the grants in force:
// for work that is done later in somebody's name. Who works here no more has
// none.
func (s *Service) Rights(ctx context.Context, who string) (authz.Subject, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (authz.Subject, error) {
		p, err := person(ctx, tx, ID(who))
		if err != nil || !p.Active || !p.LockedAt.IsZero() {
			return authz.Subject{ID: who, Kind: authz.Staff}, err
		}
		return p.subject(tx.Now()), nil
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
	var sealedName, sealedPhone []byte
	if !id.Valid(person) {
		return "", "", fault.New("account.contact", fault.Missing, "fault.missing")
	}
	err = tx.One(ctx, `select sealed, phone from person where person_id = $1 and kind = 'worker'`, []any{person}, &sealedName, &sealedPhone)
	if errors.Is(err, db.ErrNone) {
		return "", "", fault.New("account.contact", fault.Missing, "fault.missing")
	}
	if err != nil {
		return "", "", err
	}
	if name, err = s.open(sealedName, "sealed", person); err == nil {
		phone, err = s.open(sealedPhone, "phone", person)
	}
	return name, phone, err
}

// Colleague is a member of staff to whom a matter can be given.
type Colleague struct{ ID, Name string }

// Staffed returns the active staff who hold one of roles for area or for an
// area above it, at this moment: whom to hand a matter to, the nearest first.
func (s *Service) Staffed(ctx context.Context, tx *op.Tx, area string, roles ...authz.Role) (all []Colleague, err error) {
	var args db.Args
	areas := []string{""}
	for n := 1; n <= len(area); n++ {
		areas = append(areas, area[:n])
	}
	now := args.Add(tx.Now().UnixMicro())
	err = tx.Each(ctx, `
		select p.person_id, p.name from person_grant g join person p on p.person_id = g.person_id
		where g.area in `+db.In(&args, areas)+` and g.role in `+db.In(&args, roles)+`
			and g.ended_at is null and g.from_at <= `+now+` and (g.until_at is null or g.until_at > `+now+`) and p.active and p.locked_at is null
		group by p.person_id, p.name order by max(length(g.area)) desc, p.person_id`, args, func(r db.Row) error {
		var c Colleague
		err := r.Scan(&c.ID, &c.Name)
		all = append(all, c)
		return err
	})
	return all, err
}

func (s *Service) open(sealed []byte, column, row string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := s.ring.Open(sealed, seal.Place("person", column, row))
	return string(plain), err
}

func (s *Service) seal(plain, column, row string) ([]byte, error) {
	return s.ring.Seal([]byte(plain), seal.Place("person", column, row))
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

// foldLogin is a login name as it is kept: width, case and white space do not
// tell two people apart.
func foldLogin(s string) string {
	return strings.ToLower(width.Fold.String(norm.NFKC.String(strings.TrimSpace(s))))
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
