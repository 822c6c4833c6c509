package authz_test

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
)

//go:embed testdata/migrate/*.sql
var files embed.FS

const see authz.Action = "thing.see"

func TestMay(t *testing.T) {
	proves.That(t, "authz-matrix")
	staff := func(role authz.Role, area, org string) authz.Subject {
		return authz.Subject{ID: "s", Kind: authz.Staff, Grants: []authz.Grant{{Role: role, Area: area, Org: org}}}
	}
	thing := authz.Object{ID: "t", Area: "510703", Org: "h", Owner: "w", Bodies: []string{"b", "c"}}
	for _, test := range []struct {
		about string
		s     authz.Subject
		rule  authz.Rule
		want  bool
	}{
		{"no rule allows nobody", staff(authz.Cadre, "", ""), authz.Rule{}, false},
		{"a cadre of the county", staff(authz.Cadre, "510703", ""), authz.InArea(authz.Cadre), true},
		{"a cadre of the province", staff(authz.Cadre, "51", ""), authz.InArea(authz.Cadre), true},
		{"a cadre of the nation", staff(authz.Cadre, "", ""), authz.InArea(authz.Cadre), true},
		{"a cadre of a sibling county", staff(authz.Cadre, "510704", ""), authz.InArea(authz.Cadre), false},
		{"a cadre of a town below", staff(authz.Cadre, "510703101", ""), authz.InArea(authz.Cadre), false},
		{"another role for the area", staff(authz.Admin, "510703", ""), authz.InArea(authz.Cadre, authz.Leader), false},
		{"the host", staff(authz.Host, "", "h"), authz.OfOrg(authz.Host), true},
		{"another host", staff(authz.Host, "", "x"), authz.OfOrg(authz.Host), false},
		{"a host without an organisation", staff(authz.Host, "", ""), authz.OfOrg(authz.Host), false},
		{"the second body", staff(authz.Partner, "", "c"), authz.OfBody(authz.Partner), true},
		{"a body without the matter", staff(authz.Partner, "", "h"), authz.OfBody(authz.Partner), false},
		{"the owner", authz.Subject{ID: "w", Kind: authz.Worker}, authz.Owner, true},
		{"staff with the owner's id is not the owner", authz.Subject{ID: "w", Kind: authz.Staff}, authz.Owner, false},
		{"nobody is no owner", authz.Subject{}, authz.Owner, false},
		{"a link to this matter", authz.Subject{Kind: authz.Link, Only: "t", Grants: []authz.Grant{{Role: authz.Partner, Org: "b"}}}, authz.OfBody(authz.Partner), true},
		{"a link to another matter", authz.Subject{Kind: authz.Link, Only: "u", Grants: []authz.Grant{{Role: authz.Partner, Org: "b"}}}, authz.OfBody(authz.Partner), false},
		{"the program itself", authz.Subject{Kind: authz.System}, authz.Program, true},
	} {
		if got := (authz.Rules{see: test.rule}).May(test.s, see, thing); got != test.want {
			t.Errorf("%s: May = %v, want %v", test.about, got, test.want)
		}
	}
}

// The rule and its WHERE clause select the same rows, for any rule, subject
// and set of rows.
func TestWhereAgreesWithMay(t *testing.T) {
	proves.That(t, "authz-matrix")
	sub, err := fs.Sub(files, "testdata")
	if err != nil {
		t.Fatal(err)
	}
	areas := []string{"", "5", "51", "5107", "510703", "510704", "510703101", "52", "59", "599", "6", "99"}
	orgs := []string{"", "a", "b", "c"}
	dbtest.Each(t, clock.System, []fs.FS{sub}, func(t *testing.T, d *db.DB) {
		objects := fill(t, d, areas, orgs)
		columns := authz.Columns{ID: "t.id", Area: "t.area", Org: "t.org", Owner: "t.owner", Body: "exists (select 1 from body b where b.id = t.id and b.org in %s)"}
		rapid.Check(t, func(rt *rapid.T) {
			rules := authz.Rules{see: randomRule(rt)}
			s := randomSubject(rt, areas, orgs, objects)
			var args db.Args
			where := rules.Where(s, see, columns, &args)
			var got, want []string
			err := d.View(t.Context(), func(tx *db.Tx) error {
				return tx.Each(t.Context(), `select t.id from thing t where `+where+` order by t.id`, args, func(r db.Row) error {
					var id string
					err := r.Scan(&id)
					got = append(got, id)
					return err
				})
			})
			for _, o := range objects {
				if rules.May(s, see, o) {
					want = append(want, o.ID)
				}
			}
			if err != nil || !slices.Equal(got, want) {
				rt.Fatalf("where %s %v = %v, %v; May says %v", where, args, got, err, want)
			}
		})
	})
}

// PostgreSQL refuses a statement with an argument that it does not use.
func TestWhereLeavesNoArgumentBehind(t *testing.T) {
	rules := authz.Rules{see: authz.Any(authz.Owner, authz.InArea(authz.Cadre), authz.OfOrg(authz.Host), authz.OfBody(authz.Partner))}
	var args db.Args
	s := authz.Subject{ID: "l", Kind: authz.Link, Only: "t0000", Grants: []authz.Grant{{Role: authz.Cadre, Area: "51"}, {Role: authz.Host, Org: "a"}, {Role: authz.Partner, Org: "a"}}}
	where := rules.Where(s, see, authz.Columns{Area: "t.area", Org: "t.org", Owner: "t.owner", Body: "t.body in %s"}, &args)
	if where != "1 = 0" || len(args) != 0 {
		t.Errorf("a link's rows without the roots' ids: %q with %v; want no row and no argument", where, args)
	}
}

func fill(t *testing.T, d *db.DB, areas, orgs []string) []authz.Object {
	var objects []authz.Object
	err := d.Update(t.Context(), func(tx *db.Tx) error {
		for i, area := range areas {
			for j, org := range orgs {
				o := authz.Object{ID: fmt.Sprintf("t%02d%02d", i, j), Area: area, Org: org, Owner: "w" + org, Bodies: orgs[1 : 1+(i+j)%3]}
				objects = append(objects, o)
				if _, err := tx.Exec(t.Context(), `insert into thing (id, area, org, owner) values ($1, $2, $3, $4)`, o.ID, o.Area, o.Org, o.Owner); err != nil {
					return err
				}
				for _, b := range o.Bodies {
					if _, err := tx.Exec(t.Context(), `insert into body (id, org) values ($1, $2)`, o.ID, b); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func randomRule(rt *rapid.T) authz.Rule {
	one := func() authz.Rule {
		role := rapid.SampledFrom(authz.AllRoles).Draw(rt, "role")
		return rapid.SampledFrom([]authz.Rule{
			{}, authz.Anyone, authz.SignedIn, authz.Owner, authz.Program,
			authz.InArea(role, authz.Cadre), authz.OfOrg(role), authz.OfBody(role, authz.Partner),
		}).Draw(rt, "rule")
	}
	return authz.Any(one(), one(), one())
}

func randomSubject(rt *rapid.T, areas, orgs []string, objects []authz.Object) authz.Subject {
	s := authz.Subject{
		ID:   rapid.SampledFrom([]string{"", "wa", "wb"}).Draw(rt, "id"),
		Kind: rapid.SampledFrom([]authz.Kind{authz.Nobody, authz.Worker, authz.Staff, authz.Link, authz.System}).Draw(rt, "kind"),
	}
	for range rapid.IntRange(0, 3).Draw(rt, "grants") {
		s.Grants = append(s.Grants, authz.Grant{
			Role: rapid.SampledFrom(authz.AllRoles).Draw(rt, "role"),
			Area: rapid.SampledFrom(areas).Draw(rt, "area"),
			Org:  rapid.SampledFrom(orgs).Draw(rt, "org"),
		})
	}
	if rapid.IntRange(0, 4).Draw(rt, "only") == 0 {
		s.Only = rapid.SampledFrom(objects).Draw(rt, "root").ID
	}
	return s
}
