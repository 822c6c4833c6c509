package app

import (
	"context"
	"regexp"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/assess"
	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/geo"
	"nuanxin/internal/hold"
	"nuanxin/internal/hours"
	"nuanxin/internal/member"
	memberintake "nuanxin/internal/member/intake"
	"nuanxin/internal/org"
	treeintake "nuanxin/internal/org/intake"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
	"nuanxin/internal/seal"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/intake"
)

// world is a small invented county with everybody in it, and a sibling county.
type world struct {
	app      *App
	config   Config
	clock    *clock.Fake
	tokens   map[string]string // session cookie of each actor; "" is nobody
	station  station.Done
	shut     station.Done    // nearer to the worker's place, and closed by day
	request  request.Receipt // of the first worker, with body one
	other    request.Receipt // of the second worker, with body two
	defect   request.Receipt // at the station, with its host
	dispatch request.DispatchID
	body     org.ID
	incident breach.ID
	assessed assess.ID       // that is being written
	stays    hold.ID         // the first worker's matter
	about    rights.ID       // of the first worker, about their data
	orphan   request.Receipt // of a worker whose account is erased
	moved    member.ID       // who went from the county to the other
	member   member.ID       // the second worker, who applied
	spare    account.ID      // a cadre whom others may end

	// for the table of rights alone
	batch intake.ID
	roll  memberintake.ID
	tree  treeintake.ID
	file  request.AttachmentID
	photo string
	draft string    // what the administrator proposes as the union's provider
	died  rights.ID // of relatives, about the second worker
}

// Tuesday morning, in office hours, with no holiday near.
var morning = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const testPassword = "sheng-jiang-tang-1976"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := emptyWorld(t)
	w.open(t)
	return w
}

// begin puts what the program makes at first, which takes a while, into an empty world: a
// migrated database, and new keys.
func (w *world) begin(t *testing.T) {
	t.Helper()
	if w.config.DB == "" {
		dbtest.SQLiteFile(t, w.clock, Schemas, w.config.url())
	}
	must[*seal.Ring](t)(w.config.openRing(true))
}

// open opens the program of an empty world, and fills it.
func (w *world) open(t *testing.T) {
	t.Helper()
	w.begin(t)
	a := must[*App](t)(Open(t.Context(), w.config))
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	w.fill(t, a)
}

// pgWorld is a world on PostgreSQL.
func pgWorld(t *testing.T) *world {
	t.Helper()
	w := emptyWorld(t)
	w.config.DB = dbtest.PostgresURL(t, w.clock, Schemas)
	w.open(t)
	return w
}

// emptyWorld is a world before anybody is in it.
func emptyWorld(t *testing.T) *world {
	w := &world{clock: clock.At(morning), tokens: map[string]string{"nobody": ""}}
	w.config = Config{Data: t.TempDir(), Clock: w.clock, Demo: true, HomeArea: "220402", cheap: true}
	return w
}

// fill puts everybody and everything into the world.
func (w *world) fill(t *testing.T, a *App) {
	t.Helper()
	w.app = a
	w.people(t)
	w.matters(t)
	if err := a.Finder.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w *world) people(t *testing.T) {
	t.Helper()
	ctx := authz.AsSystem(t.Context(), "test")
	found := func(kind org.Kind, level org.Level, name, area string, parent org.ID, contact string) org.ID {
		phone := ""
		if kind == org.Partner { // as the register has it
			phone = "043731000" + contact[8:]
		}
		return must[org.ID](t)(w.app.Orgs.Found(ctx, org.Draft{Kind: kind, Level: level, Name: name, Area: area, Parent: parent, Phone: phone, Contact: contact}))
	}
	city := found(org.Local, org.City, "示例市总工会", "2204", "", "")
	county := found(org.Local, org.County, "示例区总工会", "220402", city, "")
	found(org.Local, org.County, "邻区总工会", "220403", city, "")
	w.body = found(org.Partner, org.County, "示例街道办", "220402", county, "19900000101")
	second := found(org.Partner, org.County, "示例物业科", "220402", county, "19900000102")
	host := found(org.Host, org.County, "示例银行", "220402", county, "")
	host2 := found(org.Host, org.County, "示例邮局", "220402", county, "")
	staff := func(name string, role authz.Role, area string, in org.ID) account.ID {
		id, _, err := w.app.Accounts.AddStaff(ctx, account.Staff{Login: name, Name: name, Area: area, Org: string(in), Password: testPassword,
			Grants: []account.Grant{{Role: role, Area: area, Org: string(in)}}})
		if err != nil {
			t.Fatal(err)
		}
		w.tokens[name] = must[account.Signed](t)(w.app.Accounts.SignInStaff(t.Context(), name, testPassword)).Token
		return id
	}
	staff("cadre", authz.Cadre, "220402", "")
	w.spare = staff("spare", authz.Cadre, "220402", "")
	staff("sibling", authz.Cadre, "220403", "")
	staff("leader", authz.Leader, "220402", "")
	staff("admin", authz.Admin, "220402", "")
	staff("security", authz.Security, "220402", "")
	staff("auditor", authz.Auditor, "2204", "")
	staff("host", authz.Host, "220402", host)
	staff("host2", authz.Host, "220402", host2)
	staff("partner", authz.Partner, "220402", w.body)
	staff("partner2", authz.Partner, "220402", second)
	for name, phone := range map[string]string{"worker": "19900000001", "worker2": "19900000002"} {
		w.tokens[name] = w.worker(t, phone).Token
	}
	w.places(t, ctx, string(host))
}

// places are a station that is always open and one that is open by night.
func (w *world) places(t *testing.T, ctx context.Context, host string) {
	t.Helper()
	things, _ := amenity.Of("rest", "hot_water", "heat_meal", "charging")
	add := func(name, host string, lat float64, from, to int) station.Done {
		place := must[*station.Place](t)(station.PlaceFrom(geo.WGS84, lat, 125.14))
		return must[station.Done](t)(w.app.Stations.Add(ctx, "", station.Facts{Name: name, Address: "示例路 1 号", Area: "220402", Place: place, HostID: host,
			Hours: hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: from, To: to}}}, Services: things, Public: true, Demo: true}))
	}
	w.station = add("示例工会驿站", host, 42.9, 0, 1440)
	w.shut = add("示例夜间驿站", "", 42.902, 20*60, 23*60)
}

// worker signs a worker in by the code in the message.
func (w *world) worker(t *testing.T, phone string) account.Signed {
	t.Helper()
	if err := w.app.Accounts.SendCode(t.Context(), account.ForSignIn, phone); err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`\d{6}`).FindString(w.app.lastMessage(phone))
	return must[account.Signed](t)(w.app.Accounts.SignIn(t.Context(), phone, code, true))
}

// as is the context in which the actor called name asks.
func (w *world) as(t *testing.T, name string) context.Context {
	t.Helper()
	return authz.With(t.Context(), must[authz.Subject](t)(w.app.Accounts.Resolve(t.Context(), w.tokens[name])))
}

func (w *world) matters(t *testing.T) {
	t.Helper()
	capture := must[request.Receipt](t)
	place := request.Place{Text: "示例家园东门", Area: "220402"}
	w.request = capture(w.app.Requests.Capture(w.as(t, "worker"), request.Draft{Words: "东门不让电动车进", Topic: "gate", Place: place}))
	w.other = capture(w.app.Requests.Capture(w.as(t, "worker2"), request.Draft{Words: "充电桩坏了", Topic: "power", Place: place}))
	w.defect = capture(w.app.Requests.Capture(t.Context(), request.Draft{What: string(station.NoWater), Place: request.Place{Station: string(w.station.ID)}, Anonymous: true}))
	w.member = must[member.Receipt](t)(w.app.Members.Apply(w.as(t, "worker2"), member.Application{Name: "王示例", Occupation: member.Rider, Area: "220402",
		Document: "11010519491231002X", Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}}})).ID
	w.about = must[rights.Receipt](t)(w.app.Rights.Send(w.as(t, "worker"), rights.Draft{Kind: rights.Explain, Words: "我的号码给过谁", Area: "220402"})).ID
	hand := func(r request.Receipt, body string) {
		ref := request.Ref{ID: r.ID}
		capture(w.app.Requests.Dispatch(w.as(t, "cadre"), ref, request.Task{Body: body, Lead: true, Words: "请去看一下东门", Deadline: morning.Add(48 * time.Hour)}))
	}
	orgs := must[[]org.Org](t)(w.app.Orgs.List(t.Context(), org.Filter{Kinds: []org.Kind{org.Partner}}))
	for _, o := range orgs {
		if o.ID == w.body {
			hand(w.request, string(o.ID))
		} else {
			hand(w.other, string(o.ID))
		}
	}
	c := must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), request.Ref{ID: w.request.ID}))
	w.dispatch = c.Dispatches[0].ID
	system := authz.AsSystem(t.Context(), "test")
	w.tokens["link"] = must[account.Signed](t)(w.app.Accounts.StartLink(system, string(w.body), string(w.request.ID), "示例街道办")).Token
	w.tokens["link2"] = must[account.Signed](t)(w.app.Accounts.StartLink(system, c.Dispatches[0].Body, string(w.other.ID), "示例街道办")).Token
}
