package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/calendar"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/region"
	"nuanxin/internal/retain"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/intake/list"
	"nuanxin/internal/web"
)

// This file is what the subcommands ask of the program.

// Words tells err in plain words for whoever sits at the terminal.
func Words(err error) string {
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		return err.Error()
	}
	told := web.FailureOf(inEnglish(), err)
	words := []string{told.Detail}
	for _, field := range told.Fields {
		words = append(words, field.Name+": "+field.Text)
	}
	if text := strings.Trim(strings.Join(words, " "), " "); text != "" {
		return text
	}
	return err.Error()
}

// inEnglish is a context for words on a terminal.
func inEnglish() context.Context {
	site := &web.Site{Texts: texts()}
	return site.With(context.Background(), "/", web.Display{Lang: "en"})
}

// RouteLine is one route as `nuanxin routes --json` lists it.
type RouteLine struct {
	Method    string   `json:"method"`
	Pattern   string   `json:"pattern"`
	Action    string   `json:"action"`
	Purpose   string   `json:"purpose"`
	Roles     []string `json:"roles"`
	BodyLimit int64    `json:"body_limit"`
}

// Routes lists every route of the program; it needs no data. A route whose
// action has a rule is listed with the roles of that rule.
func Routes() []RouteLine {
	a := &App{config: Config{Demo: false}, db: &db.DB{}}
	words := texts()
	desk := a.wire(nil, nil, words, nil)
	if _, err := a.pages(desk, words); err != nil {
		panic("app: " + err.Error()) // only for a bad origin, and there is none
	}
	lines := make([]RouteLine, len(a.routes))
	for i, r := range a.routes {
		lines[i] = RouteLine{r.Method, r.Pattern, r.Action, r.Purpose, r.Roles, r.BodyLimit}
		if roles := Policy.Roles(authz.Action(r.Action)); len(roles) > 0 {
			lines[i].Roles = roles
		}
	}
	return lines
}

// SchemaVersion is the number of the newest migration.
func SchemaVersion() int64 {
	n, err := db.Newest(Schemas...)
	if err != nil {
		panic("app: " + err.Error()) // the migrations are part of the program
	}
	return n
}

// ImportOptions say what to import and how.
type ImportOptions struct {
	File     string
	Encoding string // auto, utf-8, gbk
	Area     string // where rows lie that do not say so, and the limit of all
	Datum    string // of coordinates whose file does not state it; empty: they are not taken
	Public   bool   // added stations are shown to workers
	DryRun   bool
	Progress func(done, total int) // told while rows are stored; may be nil
}

// wholesale are the limits for lists that somebody with a shell brings: a
// province's at once, not the part that a page takes.
var wholesale = sheet.Limits{Bytes: 256 << 20, Unzip: 1 << 30, Rows: 250_000}

// ImportReport says row by row what was understood and done.
type ImportReport struct {
	list.Report
	Applied []intake.Outcome
}

// ImportStations imports a list of stations. Rows in doubt are imported as far
// as they were understood; refused rows are not.
func (a *App) ImportStations(ctx context.Context, o ImportOptions) (r ImportReport, err error) {
	ctx = authz.AsSystem(ctx, "import")
	file, err := os.Open(o.File)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	table, err := sheet.Read(file, sheet.Encoding(o.Encoding), wholesale)
	if err != nil {
		return r, err
	}
	options := list.Options{File: filepath.Base(o.File), Area: o.Area, Only: o.Area, Datum: o.Datum, Public: o.Public}
	if o.DryRun {
		r.Report, err = a.Intake.DryRun(ctx, table, options)
		return r, err
	}
	batch, err := a.Intake.Stage(ctx, table, options)
	if err != nil {
		return r, err
	}
	r.Report = batch.Report
	if o.Progress != nil {
		ctx = intake.WithProgress(ctx, o.Progress)
	}
	r.Applied, err = a.Intake.Apply(ctx, batch.ID)
	return r, err
}

// Text is the report for a terminal.
func (r ImportReport) Text() string {
	var b strings.Builder
	ctx := inEnglish()
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%5d  %-7s %s\n", l.Row, l.Action, l.Understood.Name)
		if l.Why != "" {
			fmt.Fprintf(&b, "       ! %s\n", web.T(ctx, "stationdesk.doubt."+l.Why))
		}
		for _, c := range l.Changes {
			fmt.Fprintf(&b, "       > %s: %q becomes %q\n", c.Field, c.From, c.To)
		}
		for _, d := range l.Doubts {
			fmt.Fprintf(&b, "       ? %s: %s\n", web.T(ctx, "stationdesk.doubt."+d.Code), d.Text)
		}
	}
	fmt.Fprintf(&b, "%d rows: %d to add, %d to update, %d the same, %d skipped, %d refused; %d doubtful\n", len(r.Lines),
		r.Count(list.WillAdd), r.Count(list.WillUpdate), r.Count(list.WillNot), r.Count(list.WillSkip), r.Count(list.WillRefuse), r.Doubtful())
	return b.String()
}

// Retention is how long what is kept, what is due now, and what the last night dropped. It
// changes nothing.
func Retention(ctx context.Context, c Config) (now retain.Standing, err error) {
	if err := c.there(ctx); err != nil {
		return now, err
	}
	a, err := Open(ctx, c)
	if err != nil {
		return now, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Retain.Standing(ctx)
}

// NewUser is a member of staff to add from the machine itself.
type NewUser struct {
	Login, Name, Password, Role, Area, Org string
}

// CalendarOptions say what notice to enter and how.
type CalendarOptions struct {
	File     string
	Source   string
	Corrects bool
	DryRun   bool
}

// ImportCalendar enters a year's notice on holidays and tells what it changed. A
// server that runs meanwhile takes it up by itself.
func (a *App) ImportCalendar(ctx context.Context, o CalendarOptions) (string, error) {
	ctx = authz.AsSystem(ctx, "calendar.import")
	text, err := os.ReadFile(o.File)
	if err != nil {
		return "", err
	}
	e := calendar.Entry{Text: text, Source: o.Source, Corrects: o.Corrects}
	p, err := a.Calendar.Preview(ctx, e)
	if err != nil {
		return "", err
	}
	effect, err := a.Requests.Foresee(ctx, p.After)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s  %-8s -> %-8s %s\n", c.Day, c.Was, c.Now, c.Name)
	}
	fmt.Fprintf(&b, "%d: %d days change. Open requests: %d get their date, %d get another, %d keep the promised one.\n", p.Notice.Year, len(p.Changes), effect.Known, effect.Moved, effect.Kept)
	if o.DryRun {
		return b.String(), nil
	}
	e.Base = p.Base
	n, err := a.Calendar.Publish(ctx, e)
	fmt.Fprintf(&b, "entered as revision %d\n", n)
	return b.String(), err
}

// AddUser adds a member of staff. The first one of an installation makes it ask the three
// powers for a second factor, as level 3 does.
func (a *App) AddUser(ctx context.Context, u NewUser) error {
	ctx = authz.AsSystem(ctx, "user.add")
	role := authz.Role(u.Role)
	switch {
	case u.Area == "" && u.Org == "":
		return errors.New("an area (--area) or an organisation (--org) is needed; --area all means the whole nation")
	case u.Area == "all":
		u.Area = ""
	case u.Area != "":
		if _, ok := region.Lookup(u.Area); !ok {
			return fmt.Errorf("%s is no division code that we know", u.Area)
		}
	}
	if u.Org != "" {
		area, err := a.areaOf(ctx, u.Org)
		if err != nil {
			return err
		}
		u.Area = area
	}
	var before int
	err := a.db.View(ctx, func(tx *db.Tx) error {
		return tx.One(ctx, `select count(*) from (select 1 as one from person where kind = 'staff' limit 1) x`, nil, &before)
	})
	if err == nil {
		_, _, err = a.Accounts.AddStaff(ctx, account.Staff{Login: u.Login, Name: u.Name, Area: u.Area, Org: u.Org, Password: u.Password,
			Grants: []account.Grant{{Role: role, Area: u.Area, Org: u.Org}}})
	}
	if err == nil && before == 0 {
		err = a.RequireFactor(ctx, "admins", clock.Day(a.db.Clock().Now()), "GB/T 22239-2019 8.1.4.1 d")
	}
	return err
}

func (a *App) areaOf(ctx context.Context, id string) (area string, err error) {
	err = a.db.View(ctx, func(raw *db.Tx) error {
		area, err = a.Orgs.Area(ctx, &op.Tx{Tx: raw, Subject: authz.From(ctx)}, id)
		return err
	})
	return area, err
}

// SetPassword sets a member of staff's password anew and ends every session.
func (a *App) SetPassword(ctx context.Context, login, password string) error {
	return a.Accounts.PutPassword(authz.AsSystem(ctx, "user.password"), login, password)
}

// RequireFactor says of whom a second factor is asked from the day since on:
// nobody, admins or all. source is the rule that asks for it.
func (a *App) RequireFactor(ctx context.Context, who, since, source string) error {
	value := slices.Index([]string{"nobody", "admins", "all"}, who)
	return a.Accounts.SetLimit(authz.AsSystem(ctx, "user.require"), "factor_required", since, int64(value), source)
}

// Passwords sets the rules on passwords from the day since on: djbh3 adds the change
// and the complexity that 等保 level 3 asks for, and asks all staff for a second factor;
// usual takes change and complexity away, and leaves the factor as it stands.
func (a *App) Passwords(ctx context.Context, profile, since, source string) error {
	values := map[string]int64{"password_days": 0, "password_kept": 0, "password_kinds": 0}
	if profile == "djbh3" {
		values = map[string]int64{"password_days": 90, "password_kept": 5, "password_kinds": 3}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := a.Accounts.SetLimit(authz.AsSystem(ctx, "user.passwords"), name, since, values[name], source); err != nil {
			return err
		}
	}
	if profile == "djbh3" {
		return a.RequireFactor(ctx, "all", since, source)
	}
	return nil
}

// ResetFactor takes a member of staff's second factor away and ends every session.
func (a *App) ResetFactor(ctx context.Context, login string) error {
	return a.Accounts.PutFactorOff(authz.AsSystem(ctx, "user.factor"), login)
}
