package fill

import (
	"context"
	"fmt"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/assess"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/request/office"
	"nuanxin/internal/rights"
	"nuanxin/internal/rights/kin"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
)

// Services are the parts of the program that are filled.
type Services struct {
	Orgs     *org.Service
	Life     *life.Service
	Firms    *platform.Service
	Accounts *account.Service
	Stations *station.Service
	Intake   *intake.Service
	Requests *office.Service
	Members  *member.Service
	Roll     *roll.Service
	Rights   *rights.Service
	Kin      *kin.Service
	Examples *example.Service
	Assess   *assess.Service
	// Keep makes a file safe and keeps it.
	Keep func(ctx context.Context, kind request.FileKind, raw []byte) (request.File, error)

	// Hang is Keep for a photo of a station.
	Hang func(ctx context.Context, raw []byte) (station.Picture, error)
	// Deliver hands waiting events to their handlers.
	Deliver func(ctx context.Context) error
	// CodeTo returns the code that was last sent to a phone.
	CodeTo func(phone string) string
	// Clock is the clock of all of them.
	Clock *clock.Fake
}

// Plan says what is filled in.
type Plan struct {
	World  *world.World
	Sample []byte       // a list of stations to import, or nil
	File   string       // its name
	Say    func(string) // told what is being done; may be nil
}

// filler knows the ids of what it made.
type filler struct {
	Services
	Plan
	orgs     map[string]string        // by key
	staff    map[string]authz.Subject // by login
	workers  []authz.Subject          // by index; zero without an account
	stations []station.ID
	cases    []told
	members  []member.ID            // by index of the application
	joined   int                    // how many steps of members were done
	asking   []asking               // what is still to be asked and answered
	files    map[int][]request.File // by index of act
}

// told is a request that was captured.
type told struct {
	id    request.ID
	owned bool // its worker signs in; else the secret is needed
}

// Fill fills the database. On an error the database is half filled and of no use.
func Fill(ctx context.Context, s Services, p Plan) error {
	f := &filler{Services: s, Plan: p, orgs: map[string]string{}, staff: map[string]authz.Subject{}, files: map[int][]request.File{}}
	if f.Say == nil {
		f.Say = func(string) {}
	}
	f.Clock.Set(p.World.Start)
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"unions, bodies and hosts", f.found},
		{"staff and workers", f.people},
		{"stations", f.county},
		{"photos of stations", f.album},
		{"photos and voice", f.draw},
		{"requests and members of the last 60 days", f.play},
		{"what was solved, for everybody to read", f.retell},
		{"sample import", f.sample},
		{"terms of office and companies", f.offices},
		{"an impact assessment and an audit", f.assessed},
		{"what is closed today", f.today},
	} {
		began := clock.System.Now()
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("demo: %s: %w", step.name, err)
		}
		f.Say(fmt.Sprintf("%s (%.1f s)", step.name, clock.System.Now().Sub(began).Seconds()))
	}
	return nil
}

// program is the program itself as who asks.
func program(ctx context.Context) context.Context { return authz.AsSystem(ctx, "demo") }

// found founds the organisations, parents first.
func (f *filler) found(ctx context.Context) error {
	ctx = program(ctx)
	for _, o := range f.World.Orgs {
		made, err := f.Orgs.Found(ctx, org.Draft{Kind: org.Kind(o.Kind), Level: org.Level(o.Level), Name: o.Name, Short: o.Short, Area: o.Area,
			Parent: org.ID(f.orgs[o.Parent]), Phone: o.Phone, Contact: o.Contact, Address: o.Address})
		if err != nil {
			return fmt.Errorf("%s: %w", o.Key, err)
		}
		f.orgs[o.Key] = string(made)
		if len(o.Topics) == 0 {
			continue
		}
		duties := make([]org.Duty, len(o.Topics))
		for i, t := range o.Topics {
			duties[i] = org.Duty{Topic: t, Area: o.Duty}
		}
		if err := f.Orgs.SetDuties(ctx, made, 1, duties); err != nil {
			return fmt.Errorf("%s: %w", o.Key, err)
		}
	}
	return nil
}

// people adds staff and lets workers sign in for the first time.
func (f *filler) people(ctx context.Context) error {
	system := program(ctx)
	for _, p := range f.World.Staff {
		grant := account.Grant{Role: authz.Role(p.Role), Area: p.Area, Org: f.orgs[p.Org]}
		made, _, err := f.Accounts.AddStaff(system, account.Staff{Login: p.Login, Name: p.Name, Area: p.Area, Org: f.orgs[p.Org], Password: world.Password, Grants: []account.Grant{grant}})
		if err != nil {
			return fmt.Errorf("%s: %w", p.Login, err)
		}
		f.staff[p.Login] = authz.Subject{ID: string(made), Kind: authz.Staff, Name: p.Name, Grants: []authz.Grant{{Role: grant.Role, Area: p.Area, Org: grant.Org}}}
	}
	f.workers = make([]authz.Subject, len(f.World.Workers))
	for i, w := range f.World.Workers {
		if !w.Account {
			continue
		}
		f.Clock.Move(6 * time.Hour) // the limits on messages hold here, too
		who, err := f.signIn(ctx, w)
		if err != nil {
			return fmt.Errorf("worker %d: %w", i, err)
		}
		f.workers[i] = who
	}
	return nil
}

func (f *filler) signIn(ctx context.Context, w world.Worker) (authz.Subject, error) {
	if err := f.Accounts.SendCode(ctx, account.ForSignIn, w.Phone); err != nil {
		return authz.Subject{}, err
	}
	in, err := f.Accounts.SignIn(ctx, w.Phone, f.CodeTo(w.Phone), true)
	if err != nil {
		return authz.Subject{}, err
	}
	who, err := f.Accounts.Resolve(ctx, in.Token)
	if err != nil {
		return who, err
	}
	return who, f.Accounts.SetName(authz.With(ctx, who), w.Name)
}

// as is a context in which the one with the login asks.
func (f *filler) as(ctx context.Context, login string) context.Context {
	return authz.With(ctx, f.staff[login])
}

// asBody is a context in which somebody of the organisation asks: its member of
// staff, or whoever opened the link to the matter.
func (f *filler) asBody(ctx context.Context, key string, matter request.ID) context.Context {
	for _, p := range f.World.Staff {
		if p.Org == key && (p.Role == string(authz.Partner) || p.Role == string(authz.Host)) {
			return f.as(ctx, p.Login)
		}
	}
	return authz.With(ctx, authz.Subject{ID: id.New[string](), Kind: authz.Link, Name: f.World.OrgOf(key).Handler, Only: string(matter),
		Grants: []authz.Grant{{Role: authz.Partner, Org: f.orgs[key]}}})
}
