package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/erase"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/account/passkey"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/account/silence"
	"nuanxin/internal/account/trail"
	"nuanxin/internal/account/warden"
	"nuanxin/internal/account/wechat"
	"nuanxin/internal/app/choice"
	"nuanxin/internal/app/door"
	"nuanxin/internal/app/filekeys"
	"nuanxin/internal/app/keys"
	"nuanxin/internal/app/parts"
	"nuanxin/internal/app/ways"
	"nuanxin/internal/app/whose"
	"nuanxin/internal/assess"
	"nuanxin/internal/authz"
	"nuanxin/internal/blob"
	"nuanxin/internal/breach"
	"nuanxin/internal/calendar"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/idp"
	"nuanxin/internal/job"
	"nuanxin/internal/media"
	"nuanxin/internal/member"
	"nuanxin/internal/member/body"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/half"
	memberintake "nuanxin/internal/member/intake"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/cover"
	treeintake "nuanxin/internal/org/intake"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/outbound"
	"nuanxin/internal/release"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/request/office"
	"nuanxin/internal/request/phoned"
	"nuanxin/internal/request/record"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/request/share"
	"nuanxin/internal/retain"
	"nuanxin/internal/rights"
	"nuanxin/internal/rights/forget"
	"nuanxin/internal/rights/kin"
	"nuanxin/internal/scan"
	"nuanxin/internal/seal"
	"nuanxin/internal/sms"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/web"
)

// Version is the program's version. Releases set it when they are built.
var Version = "0.1.0"

// Schemas are the migrations of every package that owns tables.
var Schemas = []fs.FS{op.Schema, consent.Schema, hold.Schema, job.Schema, org.Schema, account.Schema, oidc.Schema, wechat.Schema, erase.Schema, station.Schema, request.Schema, example.Schema, calendar.Schema, member.Schema, rights.Schema, breach.Schema, assess.Schema, retain.Schema}

// Policy is every rule of the program.
var Policy = authz.Merge(org.Policy, life.Policy, platform.Policy, treefile.Policy, treeintake.Policy, cover.Policy, account.Policy, oidc.Policy, wechat.Policy, phone.Policy, silence.Policy, trail.Policy, warden.Policy, erase.Policy, station.Policy, request.Policy, example.Policy, share.Policy, phoned.Policy, calendar.Policy, member.Policy, half.Policy, verify.Policy, gap.Policy, consent.Policy, consent.WardPolicy, hold.Policy, rights.Policy, forget.Policy, kin.Policy, release.Policy, breach.Policy, assess.Policy, retain.Policy, keys.Policy, systemPolicy)

// followEvery is how often each process asks the database which stations
// changed: well under the second in which a change must show.
const followEvery = 300 * time.Millisecond

// calendarEvery is how often each process asks whether a notice on holidays was
// entered.
const calendarEvery = 2 * time.Second

// App is the program, put together over one database.
type App struct {
	Orgs     *org.Service
	Life     *life.Service
	Firms    *platform.Service
	Trees    *treeintake.Service
	Cover    *cover.Service
	Accounts *account.Service
	Phones   *phone.Service
	Silence  *silence.Service
	Unions   *oidc.Service // their own sign-in
	Warden   *warden.Service
	Trail    *trail.Service
	WeChat   *wechat.Service
	Stations *station.Service
	Finder   *finder.Finder
	Requests *office.Service
	Intake   *intake.Service
	Calendar *calendar.Service
	Members  *member.Service
	Roll     *roll.Service
	Checks   *verify.Service
	Gaps     *gap.Service
	Twins    *merge.Service
	Lists    *memberintake.Service
	Halves   *half.Service // applications that are not finished
	Rights   *rights.Service
	Consents *consent.Service
	Breaches *breach.Service
	Assess   *assess.Service // impact assessments and compliance audits
	Phoned   *phoned.Service
	Holds    *hold.Service
	Children *consent.Children
	Examples *example.Service
	Shares   *share.Service
	Erasures *erase.Service
	Unowned  *forget.Service  // erases who has no account
	Kin      *kin.Service     // for the relatives of who died
	Release  *release.Service // watches the program file
	Retain   *retain.Service

	config  Config
	clock   clock.Clock
	db      *db.DB
	ring    *seal.Ring
	door    door.Door
	blobs   *blob.Store
	worker  *job.Worker
	files   *upload.Desk                                 // what takes in photos and voice messages
	scan    func(ctx context.Context, file []byte) error // looks for malware in them; nil: nobody does
	sent    *sms.Log                                     // the demo's text messages; nil where a gateway sends them
	metrics *gauges
	routes  []web.Route
	handler http.Handler
}

// Open opens the data that c names. A new data folder is made and its schema
// laid; an older schema is refused, so that nobody migrates by accident.
func Open(ctx context.Context, c Config) (*App, error) {
	if err := prepare(ctx, c); err != nil {
		return nil, err
	}
	a := &App{config: c, clock: c.Clock}
	if a.clock == nil {
		a.clock = clock.System
	}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// prepare makes the data folder and, where there is no data yet, keys and schema.
func prepare(ctx context.Context, c Config) error {
	fresh, err := c.fresh(ctx)
	if err != nil || !fresh {
		return err
	}
	_, err = Migrate(ctx, c)
	return err
}

// fresh makes the data folder and reports whether there is no data yet.
func (c Config) fresh(ctx context.Context) (bool, error) {
	if err := c.folder(); err != nil {
		return false, err
	}
	if c.DB != "" {
		return blank(ctx, c)
	}
	_, err := os.Stat(c.url())
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	return false, err
}

// there refuses a place without data: whoever backs up or checks an empty one
// has named the wrong place, and must not be told that all is well.
func (c Config) there(ctx context.Context) error {
	if _, err := os.Stat(c.Data); errors.Is(err, os.ErrNotExist) && c.DB == "" {
		return fmt.Errorf("there is no data folder %s; name it with --data", c.Data)
	}
	fresh, err := c.fresh(ctx)
	if err == nil && fresh {
		err = fmt.Errorf("there is no data in %s; name its place with --data or --db", c.where())
	}
	return err
}

// blank reports whether a server's database holds no tables.
func blank(ctx context.Context, c Config) (is bool, err error) {
	err = withDB(ctx, c, func(d *db.DB) error {
		return d.View(ctx, func(tx *db.Tx) error {
			tables, err := tx.Tables(ctx)
			is = len(tables) == 0
			return err
		})
	})
	return is, err
}

func withDB(ctx context.Context, c Config, fn func(*db.DB) error) (err error) {
	d, err := db.Open(ctx, c.openDB())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return fn(d)
}

// Migrate brings the schema up to date and returns its number. New data gets
// its keys first: whatever cuts this off leaves nothing that lacks them.
func Migrate(ctx context.Context, c Config) (int64, error) {
	fresh, err := c.fresh(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := c.openRing(fresh); err != nil {
		return 0, err
	}
	return SchemaVersion(), lay(ctx, c)
}

// lay lays the schema, or what is missing of it.
func lay(ctx context.Context, c Config) error {
	return withDB(ctx, c, func(d *db.DB) error { return d.Migrate(ctx, Schemas...) })
}

func (a *App) open(ctx context.Context) (err error) {
	if a.db, err = db.Open(ctx, a.config.openDB()); err != nil {
		return err
	}
	if err := a.db.Current(ctx, Schemas...); err != nil {
		return fmt.Errorf("%w; run nuanxin migrate, after a backup", err)
	}
	if a.ring, err = a.config.openRing(false); err != nil {
		return err
	}
	if a.blobs, err = blob.Open(a.config.blobs(), a.ring); err != nil {
		return err
	}
	sender, err := a.sender()
	if err != nil {
		return err
	}
	words := texts()
	party, err := passkey.NewParty(a.config.Origin)
	if err != nil {
		return err
	}
	checker, err := a.config.Realname.Checker(a.clock, a.config.Demo)
	if err != nil {
		return err
	}
	desk := a.wire(sender, checker, words, party)
	if err := a.Calendar.Refresh(a.background()); err != nil {
		return err
	}
	if err := a.redo().Run(a.background()); err != nil {
		return err
	}
	a.handler, err = a.pages(desk, words)
	return err
}

// wire connects the domains: what one needs, another has.
func (a *App) wire(sender sms.Sender, checker verify.Checker, words *web.Texts, party *passkey.Party) *op.Desk {
	desk := op.New(a.db, Policy)
	desk.Limit(a.budget)
	whose.Layer(desk, a.config.HomeArea)
	a.Orgs = org.NewService(desk, a.ring)
	a.Accounts = account.NewService(desk, account.Config{Ring: a.ring, Sender: messages{sender}, Orgs: a.Orgs, Party: party, Powers: a.config.Powers, Cheap: a.config.cheap})
	a.Unions = oidc.NewService(desk, oidc.Config{Ring: a.ring, Accounts: a.Accounts, Orgs: a.Orgs, Provider: ways.Providers{Client: idp.New(outbound.Rule{Allow: a.config.Inside}, a.clock)}, Origin: a.config.Origin, Path: accountweb.UnionBack})
	a.WeChat = wechat.NewService(desk, a.weChat())
	a.Calendar = calendar.NewService(desk, a.whole)
	a.Stations = station.NewService(desk, a.Calendar)
	a.Finder = finder.New(a.Stations, a.Calendar, a.db.Clock())
	a.Intake = intake.NewService(desk, fileStore{Blobs: a.blobs})
	a.Intake.Rights = a.Accounts.Rights
	a.Requests = a.requests(desk, sender, words)
	has := unions{bodies{a.Orgs, a.Accounts}}
	a.Members = member.NewService(desk, member.Config{Ring: a.ring, Orgs: has, People: a.Accounts, Notifier: answers{notices{sender, words}}, Bodies: has, Firms: parts.Companies{Firms: &a.Firms, Accounts: a.Accounts}, Posts: choice.Posts{Stations: a.Stations}, Calendar: a.workdays})
	a.Roll = roll.New(desk, a.Members)
	a.Examples = example.New(desk, &record.Store{Ring: a.ring}, a.Accounts)
	a.Shares = share.New(desk, &record.Store{Ring: a.ring}, choice.Contacts{Orgs: a.Orgs})
	a.Checks = verify.New(desk, verify.Config{Members: a.Members, Checker: checker, Source: a.config.Realname.Called()})
	a.Gaps = gap.New(desk, a.Members, parts.Homes{Orgs: has, Bodies: a.Orgs})
	a.Consents = consent.NewService(desk, a.Members, a.Checks, a.Examples)
	a.Children = consent.NewChildren(desk, consent.Wards{Ring: a.ring}, a.home)
	a.Twins = merge.New(desk, a.Members, a.Requests)
	a.Warden, a.Release = warden.NewService(desk), release.NewService(desk, a.config.Release)
	a.Trail = trail.NewService(desk, trail.Config{Accounts: a.Accounts, Whole: a.top, Verify: a.verify})
	a.Phones = phone.NewService(desk, phone.Config{Ring: a.ring, Accounts: a.Accounts, Members: holders{a.Members}, Followers: []phone.Follower{a.Members, a.Requests, a.WeChat}})
	a.quiet(desk)
	a.Rights = rights.NewService(desk, rights.Config{Ring: a.ring, Orgs: keepers{bodies{a.Orgs, a.Accounts}}, People: a.Accounts, Fields: whose.Fields{Accounts: a.Accounts, Members: a.Members}, Callers: whose.Holders{Accounts: a.Accounts, Phones: a.Phones, Members: a.Members}, Notifier: answers{notices{sender, words}}, Calendar: a.workdays})
	a.Breaches = breach.NewService(desk, breach.Config{Ring: a.ring, Holders: whose.Concerned{Requests: &record.Store{Ring: a.ring}, Rights: a.Rights, Orgs: a.Orgs}, People: a.Accounts, Notifier: answers{notices{sender, words}}})
	a.Assess = assess.NewService(desk, assess.Config{Ring: a.ring, On: a.processes(checker)})
	a.Lists = memberintake.New(desk, a.Members, has, a.ring)
	a.Lists.Rights = a.Accounts.Rights
	a.Firms = platform.NewService(desk, platform.Config{Orgs: a.Orgs, Members: parts.Spread})
	of := parts.Domains{Lists: a.Lists, Stations: a.Stations, Accounts: a.Accounts, Requests: &record.Store{Ring: a.ring}, Rights: a.Rights, Firms: a.Firms}.List()
	a.Life = life.NewService(desk, life.Config{Orgs: a.Orgs, Ring: a.ring, Calendar: a.workdays, Parts: of})
	a.Trees = treeintake.NewService(desk, treeintake.Config{Orgs: a.Orgs, Life: a.Life, Firms: a.Firms, Ring: a.ring, Parts: of, Rights: a.Accounts.Rights})
	a.Cover = parts.Cover(desk, a.Firms, a.Stations)
	a.Orgs.FollowedBy(parts.Relocate(body.Relocate, a.Lists.Relocate, a.Rights.Relocate, a.Life.Relocate))
	a.Phoned = phoned.NewService(desk, &record.Store{Ring: a.ring}, whose.Holders{Accounts: a.Accounts, Phones: a.Phones, Members: a.Members})
	held := whose.Held{Accounts: a.Accounts, Members: a.Members, Requests: &record.Store{Ring: a.ring}}
	a.Holds = hold.NewService(desk, a.ring, held)
	a.Retain = retain.NewService(desk, a.whole, a.classes()...)
	a.Erasures = erase.NewService(desk, erase.Config{Holds: a.Holds, Things: held.Things, Accounts: a.Accounts, Matters: a.Requests, Members: a.Members, Others: []erase.Keeper{a.Phoned, a.Rights, a.Examples, a.Consents, a.Phones, a.WeChat, a.Lists, a.Halves, a.Checks}})
	a.Kin = kin.NewService(desk, kin.Config{Rights: a.Rights, People: whose.Kept{Accounts: a.Accounts, Members: a.Members}, Endings: a.Erasures, Notifier: warnings{notices{sender, words}}})
	a.Unowned = whose.Unowned(desk, a.Rights, a.Holds, a.Members, a.Lists, &record.Store{Ring: a.ring})
	a.Orgs.HeldBy(body.In)
	a.Orgs.CountedBy(body.Counts)
	a.files = upload.New(fileStore{Blobs: a.blobs}, a.ring, media.NewCleaner(decodesAtOnce))
	a.files.Under = filekeys.Keys{Ring: a.ring, Blobs: a.blobs}.Under
	if socket := a.config.Scanner; socket != "" {
		a.scan = scan.Clamd{Socket: socket}.Look
	}
	a.files.Scan, a.Lists.Scan, a.Intake.Scan, a.Trees.Scan = a.scan, a.scan, a.scan, a.scan
	a.worker = job.New(a.db, op.Groups)
	a.metrics = newGauges(a)
	a.door = a.partnerDoor(sender, words)
	a.listen()
	return desk
}

// classes are what goes by a rule of days, each dropped by the domain that keeps it.
func (a *App) classes() []retain.Class {
	return []retain.Class{
		{Name: "member.refused", Drop: a.Members.DropRefused},
		{Name: "member.gone", Drop: a.Members.DropGone},
		{Name: "member.half", Drop: a.Halves.DropOld},
		{Name: "request.person", Drop: a.Requests.DropPersons},
		{Name: "request.media", Drop: a.Requests.DropMedia},
		{Name: "rights.words", Drop: a.Rights.DropWords},
		{Name: "breach.list", Drop: a.Breaches.DropLists},
		{Name: "breach.persons", Drop: a.Breaches.DropPersons},
		{Name: "breach.register", Drop: a.Breaches.Drop},
		{Name: "assessment", Drop: a.Assess.Drop},
		{Name: "consent.gone", Drop: a.Consents.DropGone},
		{Name: "hold.words", Drop: a.Holds.Drop},
	}
}

// quiet wires what asks whoever comes back after long.
func (a *App) quiet(desk *op.Desk) {
	a.Halves = half.New(desk, a.ring)
	a.Silence = silence.NewService(desk, silence.Config{Ring: a.ring, Accounts: a.Accounts, Followers: []silence.Follower{a.Members, a.Requests, a.WeChat, a.Phones},
		Records: whose.Records{Accounts: a.Accounts, Members: a.Members, Checks: a.Checks, Halves: a.Halves, Wards: consent.Wards{Ring: a.ring}, Requests: &record.Store{Ring: a.ring}}})
}

// Close lets go of everything.
func (a *App) Close() error {
	var errs []error
	if a.blobs != nil {
		errs = append(errs, a.blobs.Close())
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	return errors.Join(errs...)
}

// Handler serves every page and the API. Refresh the finder before the first
// request.
func (a *App) Handler() http.Handler { return a.handler }

// Work delivers events, runs tasks and follows the stations until ctx ends.
func (a *App) Work(ctx context.Context) {
	var follow sync.WaitGroup
	follow.Go(func() {
		clock.Repeat(ctx, followEvery, a.Finder.Refresh, func(err error) { a.logFailure(ctx, "the finder does not follow", err) })
	})
	follow.Go(func() {
		clock.Repeat(ctx, calendarEvery, a.Calendar.Refresh, func(err error) { a.logFailure(ctx, "the calendar does not follow", err) })
	})
	a.worker.Run(ctx)
	follow.Wait()
}
