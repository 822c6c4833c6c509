package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	memberintake "nuanxin/internal/member/intake"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
	"nuanxin/internal/station"
)

// merger is a world in which one county's union goes up in another's.
type merger struct {
	*world
	t          *testing.T
	from, into org.Org
	seat       account.ID
	union      station.Done
	list       memberintake.ID // that the union has not taken in
	chief      context.Context // leads the city
}

func eachMerger(t *testing.T, f func(t *testing.T, m *merger)) {
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			w := emptyWorld(t)
			if name == "postgres" {
				w.config.DB = dbtest.PostgresURL(t, w.clock, Schemas)
			}
			w.begin(t)
			a, err := Open(t.Context(), w.config)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := a.Close(); err != nil {
					t.Error(err)
				}
			})
			w.fill(t, a)
			f(t, prepareMerger(t, w))
		})
	}
}

func prepareMerger(t *testing.T, w *world) *merger {
	t.Helper()
	system := authz.AsSystem(t.Context(), "test")
	m := &merger{world: w, t: t}
	for _, o := range must[[]org.Org](t)(w.app.Orgs.List(system, org.Filter{Kinds: org.Unions()})) {
		switch o.Area {
		case "220402":
			m.from = o
		case "220403":
			m.into = o
		}
	}
	m.chief = authz.With(t.Context(), authz.Subject{ID: "0190a1b2-0000-7000-8000-0000000000c1", Kind: authz.Staff, Name: "市里", Proven: morning.Add(time.Hour), Grants: []authz.Grant{{Role: authz.Leader, Area: "2204"}}})
	m.seat = must[account.ID](t)(func() (account.ID, error) {
		who, _, err := w.app.Accounts.AddStaff(system, account.Staff{Login: "seated", Name: "坐在工会的", Area: "220402", Org: string(m.from.ID), Password: testPassword,
			Grants: []account.Grant{{Role: authz.Cadre, Area: "220402", Org: string(m.from.ID)}, {Role: authz.Host, Area: "220402", Org: string(m.from.ID)}}})
		return who, err
	}())
	m.union = must[station.Done](t)(w.app.Stations.Add(system, "", station.Facts{Name: "工会自己的驿站", Address: "示例路 2 号", Area: "220402", HostID: string(m.from.ID), Public: true}))
	if err := w.app.Orgs.SetDuties(system, m.from.ID, 1, []org.Duty{{Topic: "pay", Area: "220402"}}); err != nil {
		t.Fatal(err)
	}
	m.from.Version = 2
	if err := w.app.Members.Approve(w.as(t, "cadre"), w.member, 1); err != nil {
		t.Fatal(err)
	}
	firm := must[platform.ID](t)(w.app.Firms.Add(system, platform.Draft{Name: "示例外卖", Area: "220402"}))
	if err := w.app.Firms.SetPlan(system, firm, 1, platform.Plan{Union: m.from.ID, Since: "2026-01-01"}); err != nil {
		t.Fatal(err)
	}
	must[rights.Receipt](t)(w.app.Rights.Send(w.as(t, "worker2"), rights.Draft{Kind: rights.Correct, Words: "名字写错了一个字"}))
	must[member.Receipt](t)(w.app.Members.Apply(w.as(t, "worker"), member.Application{Name: "李示例", Occupation: member.Courier, Area: "220402", Consents: []member.Consent{{Purpose: "membership", Version: 1}}}))
	m.tied()
	return m
}

// tied ties a member of the other union to the one that ends, and leaves that one with
// a list that it has not taken in so far.
func (m *merger) tied() {
	m.t.Helper()
	upload := func(who, list string) memberintake.ID {
		return must[memberintake.ID](m.t)(m.app.Lists.Upload(m.as(m.t, who), []byte(list), memberintake.Options{Basis: memberintake.OnPaper, Where: "档案柜"}))
	}
	if err := m.app.Lists.Start(m.as(m.t, "sibling"), upload("sibling", "姓名,手机号\n邻示例,19900000777\n"), false); err != nil {
		m.t.Fatal(err)
	}
	page := must[roll.Page](m.t)(m.app.Roll.List(m.as(m.t, "sibling"), roll.Filter{Phone: "19900000777"}))
	if err := m.app.Members.Tie(m.as(m.t, "sibling"), page.Rows[0].ID, member.OfStreet, string(m.from.ID), "2025-01-01"); err != nil {
		m.t.Fatal(err)
	}
	m.list = upload("cadre", "姓名,手机号\n名单示例,19900000778\n")
}

func (m *merger) merge(ctx context.Context) ([]life.Count, error) {
	return m.app.Life.Merge(ctx, life.Ending{From: m.from.ID, Version: m.from.Version, Into: m.into.ID, How: life.Merged, Why: "两区工会合并"})
}

func counts(cs []life.Count) string {
	var all []string
	for _, c := range cs {
		all = append(all, fmt.Sprintf("%s %d", c.Name, c.N))
	}
	return strings.Join(all, ", ")
}

// What a union has goes to the one that takes it over, all of it, and is told before.
func TestMerge(t *testing.T) {
	eachMerger(t, func(t *testing.T, m *merger) {
		const want = "led 4, members 1, applicants 1, ties 1, lists 1, requests 3, matters 0, asks 2, stations 1, firms 1, staff 1"
		p, err := m.app.Life.Preview(m.chief, m.from.ID, m.into.ID)
		if err != nil || counts(p.Counts) != want || p.Hinders != nil {
			t.Fatalf("preview: %s, %v, %v; want %s", counts(p.Counts), p.Hinders, err, want)
		}
		moved, err := m.merge(m.chief)
		if err != nil || counts(moved) != want {
			t.Fatalf("moved: %s, %v; want what was told: %s", counts(moved), err, want)
		}
		m.memberships()
		m.theRest()
		if err := m.app.Lists.Start(m.as(t, "sibling"), m.list, false); err != nil {
			t.Errorf("the other union goes on with the list: %v", err)
		}
		if page := must[roll.Page](t)(m.app.Roll.List(m.as(t, "sibling"), roll.Filter{Phone: "19900000778"})); len(page.Rows) != 1 || page.Rows[0].Union != string(m.into.ID) {
			t.Errorf("got %+v, want whom the list names as a member of the other union", page.Rows)
		}
		if _, err := m.merge(m.chief); fault.Of(err).Msg != "org.closed_already" {
			t.Errorf("merged twice: %v", err)
		}
		m.nothingLeft()
	})
}

// memberships are the member's and the applicant's.
func (m *merger) memberships() {
	m.t.Helper()
	mine := must[member.Own](m.t)(m.app.Members.Mine(m.as(m.t, "worker2")))
	if n := len(mine.Terms); mine.Union != string(m.into.ID) || mine.Area != "220403" || mine.State != member.Active || n != 2 ||
		mine.Terms[0].Until.IsZero() || mine.Terms[1].Kind != member.Transfer || mine.Terms[1].Reason != "两区工会合并" || !mine.Terms[1].Until.IsZero() || mine.ChangedBy != "市里" {
		m.t.Errorf("the member: %+v", mine)
	}
	applied := must[member.Own](m.t)(m.app.Members.Mine(m.as(m.t, "worker")))
	if applied.Union != string(m.into.ID) || applied.UnionName != "邻区总工会" || applied.State != member.Applied || applied.DueAt.IsZero() {
		m.t.Errorf("the applicant: %+v", applied)
	}
	if err := m.app.Members.Approve(m.as(m.t, "sibling"), applied.ID, applied.Version); err != nil {
		m.t.Errorf("the other union's cadre approves: %v", err)
	}
}

// theRest is what else a union has.
func (m *merger) theRest() {
	t := m.t
	t.Helper()
	if c := must[request.Case](t)(m.app.Requests.Case(m.as(t, "cadre"), request.Ref{ID: m.request.ID})); c.Union != string(m.into.ID) {
		t.Errorf("the request is still the union's: %+v", c.Union)
	}
	if v := must[station.View](t)(m.app.Stations.Get(m.as(t, "cadre"), m.union.ID)); v.HostID != string(m.into.ID) || v.Version != m.union.Version+1 {
		t.Errorf("the station is run by %s at version %d", v.HostID, v.Version)
	}
	who := must[authz.Subject](t)(m.app.Accounts.Resolve(t.Context(), must[account.Signed](t)(m.app.Accounts.SignInStaff(t.Context(), "seated", testPassword)).Token))
	for _, g := range who.Grants {
		if g.Org != string(m.into.ID) || g.Role == authz.Cadre && g.Area != "220402" || g.Role == authz.Host && g.Area != "220403" {
			t.Errorf("the seat: %+v", g)
		}
	}
	if len(who.Grants) != 2 {
		t.Errorf("grants: %+v", who.Grants)
	}
	duties := must[map[org.ID][]org.Duty](t)(m.app.Orgs.Duties(t.Context(), m.into.ID))
	if d := duties[m.into.ID]; len(d) != 1 || d[0].Topic != "pay" {
		t.Errorf("the duties: %+v", d)
	}
	old := must[org.Org](t)(m.app.Orgs.Get(t.Context(), m.from.ID))
	if old.Active || old.Into != m.into.ID {
		t.Errorf("the old union: %+v", old)
	}
	// A body of the old county goes to the union above: the other's area is not its own.
	if b := must[org.Org](t)(m.app.Orgs.Get(t.Context(), m.body)); b.Parent != m.from.Parent {
		t.Errorf("the body is led by %s", b.Parent)
	}
}

// nothingLeft finds the ended union in nothing that goes on.
func (m *merger) nothingLeft() {
	m.t.Helper()
	err := m.app.db.View(m.t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{
			`select count(*) from member where (union_id = $1 and state in ('applied', 'active', 'kept')) or to_id = $1`,
			`select count(*) from member_tie where org_id = $1 and until_day = ''`,
			`select count(*) from member_import where union_id = $1`,
			`select count(*) from member_term where union_id = $1 and until_at is null`,
			`select count(*) from org where parent_id = $1 and active`,
			`select count(*) from org_closure where ancestor_id = $1 and depth > 0`,
			`select count(*) from request where union_id = $1 and closed_at is null`,
			`select count(*) from station where host_id = $1 and closed_at is null`,
			`select count(*) from rights_ask where union_id = $1 and state = 'open'`,
			`select count(*) from firm_branch where union_id = $1`,
			`select count(*) from person where org_id = $1`,
			`select count(*) from person_grant where org_id = $1 and ended_at is null`,
		} {
			var n int
			if err := tx.One(m.t.Context(), q, []any{string(m.from.ID)}, &n); err != nil {
				return err
			}
			if n != 0 {
				m.t.Errorf("%d are left by %s", n, q)
			}
		}
		return nil
	})
	if err != nil {
		m.t.Error(err)
	}
}

func TestWhoMayMerge(t *testing.T) {
	eachMerger(t, func(t *testing.T, m *merger) {
		as := func(role authz.Role, area string, proven time.Time) context.Context {
			return authz.With(t.Context(), authz.Subject{ID: "0190a1b2-0000-7000-8000-0000000000c2", Kind: authz.Staff, Proven: proven, Grants: []authz.Grant{{Role: role, Area: area}}})
		}
		later := morning.Add(time.Hour)
		for _, test := range []struct {
			about string
			ctx   context.Context
			want  string
		}{
			{"nobody", context.Background(), "denied"},
			{"a worker", m.as(t, "worker"), "denied"},
			{"a cadre of the city", as(authz.Cadre, "2204", later), "denied"},
			{"the county's own leader", as(authz.Leader, "220402", later), "denied"},
			{"the other county's", as(authz.Leader, "220403", later), "denied"},
			{"another city's", as(authz.Admin, "2205", later), "denied"},
			{"the city's, who proved nothing lately", as(authz.Leader, "2204", morning.Add(-1)), "unproven"},
		} {
			if _, err := m.merge(test.ctx); fault.KindOf(err).Code() != test.want {
				t.Errorf("%s merges: %v, want %s", test.about, err, test.want)
			}
			if _, err := m.app.Life.Preview(test.ctx, m.from.ID, m.into.ID); fault.KindOf(err).Code() != test.want {
				t.Errorf("%s previews: %v, want %s", test.about, err, test.want)
			}
		}
		town := must[org.ID](t)(m.app.Orgs.Found(authz.AsSystem(t.Context(), "test"), org.Draft{Kind: org.Local, Level: org.Town, Name: "示例街道总工会", Area: "220402001", Parent: m.from.ID}))
		if p, err := m.app.Life.Preview(m.chief, m.from.ID, m.into.ID); err != nil || p.Hinders == nil || p.Hinders.Msg != "org.merge.led" {
			t.Errorf("while it leads a street's union: %+v, %v", p.Hinders, err)
		}
		if _, err := m.merge(m.chief); fault.Of(err).Msg != "org.merge.led" {
			t.Errorf("merged all the same: %v", err)
		}
		// The county's leader may end a street's union, but not give it to next door.
		e := life.Ending{From: town, Version: 1, Into: m.into.ID, How: life.Abolished, Why: "街道撤并"}
		own := as(authz.Leader, "220402", later)
		if _, err := m.app.Life.Merge(own, e); len(fault.Of(err).Fields) != 1 || fault.Of(err).Fields[0].Msg != "life.into.denied" {
			t.Errorf("given to next door: %v", err)
		}
		e.Into = town
		if _, err := m.app.Life.Merge(own, e); fault.Of(err).Msg != "org.merge.unfit" {
			t.Errorf("into itself: %v", err)
		}
		e.Into, e.Why = m.from.ID, " "
		if _, err := m.app.Life.Merge(own, e); len(fault.Of(err).Fields) != 1 || fault.Of(err).Fields[0].Name != "reason" {
			t.Errorf("without a reason: %v", err)
		}
		e.Why = "街道撤并"
		if _, err := m.app.Life.Merge(own, e); err != nil {
			t.Errorf("into the county's: %v", err)
		}
	})
}

// Whoever applies while the union ends is in the other one, or in the next above:
// never in one that is closed.
func TestApplyingWhileItEnds(t *testing.T) {
	eachMerger(t, func(t *testing.T, m *merger) {
		const n = 12
		var who [n]context.Context
		for i := range who {
			phone := fmt.Sprintf("199000010%02d", i)
			who[i] = authz.With(t.Context(), must[authz.Subject](t)(m.app.Accounts.Resolve(t.Context(), m.worker(t, phone).Token)))
		}
		answers := make(chan error)
		for i := range who {
			go func() {
				_, err := m.app.Members.Apply(who[i], member.Application{Name: "同名者", Occupation: member.Rider, Area: "220402001", Consents: []member.Consent{{Purpose: "membership", Version: 1}}})
				answers <- err
			}()
			if i == n/2 {
				go func() {
					_, err := m.merge(m.chief)
					answers <- err
				}()
			}
		}
		for range n + 1 {
			if err := <-answers; err != nil {
				t.Error(err)
			}
		}
		m.nothingLeft()
	})
}

// Members, asks and applications go along when a union's area changes: whoever decides
// there finds them.
func TestAreaFollows(t *testing.T) {
	eachMerger(t, func(t *testing.T, m *merger) {
		system := authz.AsSystem(t.Context(), "test")
		ask := must[life.ID](t)(m.app.Life.AskFor(m.as(t, "cadre"), life.Ask{Kind: org.Basic, Level: org.Grassroots, Name: "示例公司工会", Area: "220402", Parent: m.from.ID, Members: 30, Chair: "江示例", Years: 3, Elected: "2026-11-20"}))
		// The bodies that it leads stand in its old area, and are led by the city's first.
		for _, o := range must[[]org.Org](t)(m.app.Orgs.List(system, org.Filter{Parent: m.from.ID})) {
			d := o.Draft()
			d.Parent = m.from.Parent
			if err := m.app.Orgs.Edit(system, o.ID, o.Version, d); err != nil {
				t.Fatal(err)
			}
		}
		d := m.from.Draft()
		d.Area = "220421"
		if err := m.app.Orgs.Edit(system, m.from.ID, m.from.Version, d); err != nil {
			t.Fatal(err)
		}
		err := m.app.db.View(t.Context(), func(tx *db.Tx) error {
			for q, want := range map[string]int{
				`select count(*) from member where union_id = $1 and area = '220421' and home_area = '220421'`:          2,
				`select count(*) from rights_ask where union_id = $1 and area = '220421' and state = 'open'`:            2,
				`select count(*) from org_founding where parent_id = $1 and parent_area = '220421' and state = 'asked'`: 1,
			} {
				var n int
				if err := tx.One(t.Context(), q, []any{string(m.from.ID)}, &n); err != nil {
					return err
				}
				if n != want {
					t.Errorf("%s: %d, want %d", q, n, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		// It lies outside its leader's new area by now, and is told so.
		if _, err := m.app.Life.Approve(m.chief, ask, 2, ""); fault.Of(err).Msg != "life.no_longer" {
			t.Errorf("approved: %v", err)
		}
	})
}
