package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account/oidc"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/app/tables"
	"nuanxin/internal/assess"
	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	"nuanxin/internal/member/half"
	memberintake "nuanxin/internal/member/intake"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/org"
	treeintake "nuanxin/internal/org/intake"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/rights"
	"nuanxin/internal/sheet"
)

// What was sealed is nowhere in plain: not in the database's files, its log and its
// temporary ones, not in the program's folder, its log or a backup. A value of its own
// stands in each sealed column, or the test says which one it does not see.
func TestCanary(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { canary(t, emptyWorld(t)) })
	t.Run("postgres", func(t *testing.T) {
		w := emptyWorld(t)
		w.config.DB = dbtest.PostgresURL(t, w.clock, Schemas)
		canary(t, w)
	})
}

// unseen are the sealed columns in which the test plants nothing, with the reason.
var unseen = map[string]string{
	"person_factor.sealed":      "random bytes",
	"person_passkey.public_key": "the bytes of a public key",
	"breach_list.listed":        "ids, sealed: that somebody stands on a list is what is private",
	"breach_person.person":      "an id, sealed: that somebody is on the list is what is private",
}

func canary(t *testing.T, w *world) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("SQLITE_TMPDIR", temp)
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })

	checks := w.identity(t, nil)
	w.begin(t)
	a := must[*App](t)(Open(t.Context(), w.config))
	t.Cleanup(func() { _ = a.Close() })
	w.fill(t, a)
	w.plant(t)
	w.plantCheck(t, checks)
	values := slices.DeleteFunc(a.opened(t), func(v opened) bool { return !isPlanted(v.plain) })
	for _, s := range tables.AllSealed() {
		for _, column := range s.Columns {
			name := s.Table + "." + column
			if !tables.IsKey(column) && unseen[name] == "" && !slices.ContainsFunc(values, func(v opened) bool { return v.column == name }) {
				t.Errorf("nothing is planted in %s", name)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "canary.backup")
	must[Sum](t)(Backup(t.Context(), w.config, file))
	seen := false
	for _, dir := range slices.Concat([]string{w.config.Data, temp}, serverFolders(t, a)) {
		seen = search(t, dir) || seen
	}
	if !seen && (w.config.DB == "" || len(serverFolders(t, a)) > 0) {
		t.Error("what stands in plain was not found either: the test does not see the files")
	}
	unpack(t, file)
	reveals(t, "the program's log", log.Bytes())
	if !bytes.Contains(log.Bytes(), []byte(`"msg"`)) {
		t.Error("nothing was logged: the test does not see the log")
	}
}

// bird marks what this test alone plants: no other test's rows, which may lie in the same
// server's files, have it.
const bird = "金丝雀"

// planted are the numbers among it.
var planted = []string{"19955510001", "19955510002", "19955510003", "19955510004", "19955510005", "19955510006", "110101197707070125", "19955510031", "110101196606060126", "1977-07-07", "2017-07-07"}

// isPlanted reports whether a value is one that the test planted.
func isPlanted(v string) bool {
	return strings.Contains(v, bird) || slices.ContainsFunc(planted, func(p string) bool { return strings.Contains(v, p) })
}

// plant puts a value of its own into each sealed column, by the ways that people have.
func (w *world) plant(t *testing.T) {
	t.Helper()
	w.plantOrgs(t)
	w.tokens["own"] = w.worker(t, planted[1]).Token
	ctx, cadre := w.as(t, "own"), w.as(t, "cadre")
	must[bool](t)(true, w.app.Accounts.SetName(ctx, bird+"甲"))
	place := request.Place{Text: bird + "路口", Area: "220402"}
	mine := must[request.Receipt](t)(w.app.Requests.Capture(cadre, request.Draft{Words: bird + "说的话", Topic: "gate", Place: place, Name: bird + "乙", Phone: planted[2], Channel: request.ChannelPhone, Source: bird + "热线"}))
	ref, heard := request.Ref{ID: mine.ID}, bird+"没听清"
	must[request.Receipt](t)(w.app.Requests.Classify(cadre, ref, request.Class{Heard: &heard}))
	must[request.Receipt](t)(w.app.Requests.Dispatch(cadre, ref, request.Task{Body: string(w.body), Lead: true, Words: bird + "任务", Deadline: w.clock.Now().Add(48 * time.Hour)}))
	sent := must[request.Case](t)(w.app.Requests.Case(cadre, ref)).Dispatches[0].ID
	must[request.Receipt](t)(w.app.Requests.Bounce(w.as(t, "partner"), ref, sent, bird+"不归我们管", bird+"该找物业"))
	w.plantMember(t, ctx, cadre)
	w.plantRights(t, ctx, cadre)
	must[string](t)(w.app.Children.Give(ctx, consent.Entry{Name: bird + "小", Born: "2017-07-07", Guardian: bird + "大", Relation: consent.Parent, Evidence: "birth", Purposes: []consent.Said{{Purpose: "ward_aid", Version: 1}}}))
	w.plantIncident(t)
	solved := w.solve(t, "own")
	must[bool](t)(true, w.app.Examples.Propose(cadre, request.Ref{ID: solved.ID}, example.Draft{What: bird + "那件事", Done: bird + "办好了"}))
	held := must[hold.ID](t)(w.app.Holds.Set(w.as(t, "security"), hold.Draft{Kind: hold.Matter, Number: mine.Number, Basis: "court", Reason: bird + "来函", Until: "2027-03-01"}))
	must[bool](t)(true, w.app.Holds.End(w.as(t, "security"), held, 1, bird+"结案"))
	w.browse(t, mine)
}

func (w *world) plantRights(t *testing.T, ctx, cadre context.Context) {
	t.Helper()
	fix := must[rights.Receipt](t)(w.app.Rights.Send(ctx, rights.Draft{Kind: rights.Correct, Field: "account.name", Wanted: bird + "己"}))
	must[bool](t)(true, w.app.Rights.Accept(cadre, fix.ID, 1, bird+"改好了"))
	ask := must[rights.Receipt](t)(w.app.Rights.Write(cadre, rights.Note{Draft: rights.Draft{Kind: rights.Explain, Words: bird + "想知道", Area: "220402"}, Channel: rights.AtCounter, Name: bird + "丙", Phone: planted[3]}))
	must[bool](t)(true, w.app.Rights.Answer(cadre, ask.ID, 1, bird+"答了"))
}

func (w *world) plantIncident(t *testing.T) {
	t.Helper()
	b, security := w.app.Breaches, w.as(t, "security")
	which := must[breach.ID](t)(b.Begin(security, breach.Draft{What: bird + "发错了群", Kinds: []string{"name"}, FoundAt: w.clock.Now()}))
	version := func() int64 {
		i, _, err := b.Get(security, which)
		if err != nil {
			t.Fatal(err)
		}
		return i.Version
	}
	must[bool](t)(true, b.Compute(security, which, version(), breach.By{Area: "220402"}))
	must[bool](t)(true, b.Note(security, which, version(), bird+"撤回了"))
	must[bool](t)(true, b.Decide(security, which, version(), breach.Told, bird+"的姓名被误发，已经撤回。"))
	must[bool](t)(true, b.Report(security, which, version(), bird+"网信办"))
	must[bool](t)(true, b.Close(security, which, version(), bird+"以后先核对"))
	weak := assess.Draft{Kind: assess.Impact, Of: "bodies", Subject: bird + "交给别的单位", Cases: []string{"share"}, Lawful: bird + "要办事", Effect: bird + "知道的人多了", Measures: bird + "只给要办的", MadeBy: bird + "科", On: w.clock.Now().Format(time.DateOnly)}
	entry := must[assess.ID](t)(w.app.Assess.Write(security, weak))
	must[bool](t)(true, w.app.Assess.Retire(security, entry, 1, bird+"重写"))
}

// browse opens pages that show what is planted, and sends some of it where it is not
// taken: what goes into the log is how the program answered. Tables that are taken along
// name nobody.
func (w *world) browse(t *testing.T, mine request.Receipt) {
	t.Helper()
	own, cadre := "nx="+w.tokens["own"], "nx="+w.tokens["cadre"]
	for _, a := range []struct {
		path, cookies string
		pairs         []string
	}{
		{"/me/data.json", own, nil}, {"/me", own, nil}, {"/desk/requests/" + string(mine.ID), cadre, nil}, {"/desk/members", cadre, nil},
		{"/sign-in", "", []string{"phone", planted[1], "code", "000000"}}, {"/me/name", own, []string{"name", strings.Repeat(bird, 99)}}, {"/nowhere/" + planted[1], own, nil},
	} {
		got := w.ask(t, a.path, a.cookies, a.pairs...).Code
		shown := a.pairs == nil && !strings.HasPrefix(a.path, "/nowhere/")
		if shown != (got == http.StatusOK) || got == http.StatusInternalServerError {
			t.Errorf("%s: got %d", a.path, got)
		}
	}
	w.clock.Move(2 * time.Minute)
	for _, path := range []string{"/desk/requests/export", "/desk/stations/export.csv", "/desk/orgs/file/tree.csv", "/desk/orgs/file/tree.xlsx", "/desk/organising/table.xlsx"} {
		a := w.ask(t, path, cadre)
		if strings.HasSuffix(path, "requests/export") {
			a = w.ask(t, path, cadre, "why", "月度统计", "purpose", "月度统计")
		}
		if a.Code != http.StatusOK {
			t.Errorf("%s: got %d", path, a.Code)
		}
		cells := must[[]string](t)(cellsOf(a.Body.Bytes())) // of a workbook what it unpacks to
		reveals(t, path, []byte(strings.Join(cells, "\n")))
	}
}

func (w *world) plantOrgs(t *testing.T) {
	t.Helper()
	system := authz.AsSystem(t.Context(), "test")
	local := must[[]org.Org](t)(w.app.Orgs.List(t.Context(), org.Filter{Kinds: []org.Kind{org.Local}}))
	county := local[slices.IndexFunc(local, func(o org.Org) bool { return o.Area == "220402" })]
	must[org.ID](t)(w.app.Orgs.Found(system, org.Draft{Kind: org.Host, Level: org.County, Name: inPlain, Area: "220402", Parent: county.ID, Contact: planted[0]}))
	draft := oidc.Draft{Org: string(county.ID), Issuer: "https://idp.example.org", ClientID: "nuanxin", Secret: bird + "口令"}
	must[bool](t)(true, w.app.Unions.Set(w.as(t, "security"), must[string](t)(w.app.Unions.Propose(w.as(t, "admin"), draft))))
	must[string](t)(w.app.Unions.Propose(w.as(t, "admin"), draft)) // one in force and one that waits
	must[life.ID](t)(w.app.Life.AskFor(w.as(t, "cadre"), life.Ask{Kind: org.Basic, Level: org.Grassroots, Name: "示例外卖站工会", Area: "220402", Parent: county.ID, Chair: bird + "主席", Members: 30, Years: 3, Elected: "2026-11-01"}))
	must[bool](t)(true, w.app.Life.Elect(w.as(t, "cadre"), county.ID, 0, "2026-11-01", 5, []life.Post{{Post: life.Chair, Name: bird + "丁", Since: "2026-11-01"}}))
	var out bytes.Buffer
	rows := []treefile.Row{{Sheet: treefile.Posts, Cells: []string{string(county.ID), county.Name, "2026-11-01", "委员", bird + "戊", "", ""}}}
	must[bool](t)(true, treefile.WriteBook(sheet.NewBook(&out), rows, "x", true))
	must[treeintake.ID](t)(w.app.Trees.Upload(w.as(t, "admin"), out.Bytes(), "posts.xlsx"))
}

// plantMerger makes one of two records: the one that goes keeps what the other was.
func (w *world) plantMerger(t *testing.T, cadre context.Context, keep member.ID) {
	t.Helper()
	version := func(which member.ID) int64 { return must[roll.File](t)(w.app.Roll.Get(cadre, which)).Version }
	must[merge.Done](t)(w.app.Twins.Merge(cadre, merge.Order{Keep: keep, Gone: w.member, KeepVersion: version(keep), GoneVersion: version(w.member), Why: "同一个人"}))
}

func (w *world) plantMember(t *testing.T, ctx, cadre context.Context) {
	t.Helper()
	joined := must[member.Receipt](t)(w.app.Members.Apply(ctx, member.Application{Name: bird + "甲", Document: planted[6], Occupation: member.Rider, Area: "220402",
		Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}}})).ID
	must[bool](t)(true, w.app.Members.Approve(cadre, joined, 1))
	must[bool](t)(true, w.app.Halves.Save(ctx, half.Form{Name: bird + "甲"}))
	w.clock.Move(2 * time.Minute)
	must[bool](t)(true, w.app.Phones.SendTo(cadre, string(joined), planted[4]))
	must[time.Time](t)(w.app.Phones.Open(cadre, string(joined), phone.Opening{Phone: planted[4], Code: w.app.CodeTo(planted[4]), Checked: []phone.Check{"identity_card"}, Note: bird + "手机丢了"}))
	w.plantMerger(t, cadre, joined)
	list := must[memberintake.ID](t)(w.app.Lists.Upload(cadre, []byte("姓名,手机号\n"+bird+"戊,"+planted[5]+"\n"), memberintake.Options{Basis: memberintake.OnPaper, Where: "示例"}))
	for range 20 { // the list is read by a task
		must[bool](t)(true, w.app.Deliver(t.Context()))
		if b := must[memberintake.Batch](t)(w.app.Lists.Head(cadre, list)); b.State == memberintake.Staged {
			return
		}
	}
	t.Error("the list was not read")
}

// reveals finds planted values in a text in plain. A value may stand in a longer one, so
// that the mark alone is looked for where there is one.
func reveals(t *testing.T, where string, text []byte) {
	t.Helper()
	for _, mark := range append([]string{bird}, planted...) {
		for _, form := range []string{mark, strings.Trim(strconv.QuoteToASCII(mark), `"`), hex.EncodeToString([]byte(mark)), base64.StdEncoding.EncodeToString([]byte(mark))} {
			if at := bytes.Index(text, []byte(form)); at >= 0 {
				t.Errorf("%s has %s in plain: %q", where, mark, text[max(0, at-40):min(len(text), at+60)])
			}
		}
	}
}

// inPlain is a name that is planted and not sealed.
const inPlain = "画眉书店"

// search looks through the files of a folder, whatever they are, and reports whether
// it saw what stands in plain.
func search(t *testing.T, dir string) (seen bool) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // a server's files come and go
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		n++
		seen = seen || bytes.Contains(text, []byte(inPlain))
		reveals(t, filepath.Base(path), text)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d files in %s", n, filepath.Base(dir))
	return seen
}

// unpack looks through the entries of a backup.
func unpack(t *testing.T, file string) {
	t.Helper()
	f := must[*os.File](t)(os.Open(file))
	defer f.Close()
	in := tar.NewReader(must[*gzip.Reader](t)(gzip.NewReader(f)))
	n := 0
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
		reveals(t, "the backup's "+h.Name, must[[]byte](t)(io.ReadAll(in)))
	}
	if n < 2 {
		t.Errorf("%d entries in the backup", n)
	}
}

// serverFolders are those of a PostgreSQL that keeps its files where the test may read
// them: this database's, the log of writes and the temporary ones.
func serverFolders(t *testing.T, a *App) (dirs []string) {
	t.Helper()
	if !strings.HasPrefix(a.config.DB, "postgres") {
		return nil
	}
	var data, number string
	err := a.db.View(t.Context(), func(tx *db.Tx) error {
		return tx.One(t.Context(), `select current_setting('data_directory'), (select oid::text from pg_database where datname = current_database())`, nil, &data, &number)
	})
	if err == nil {
		_, err = os.ReadDir(data)
	}
	if err != nil {
		t.Logf("the files of PostgreSQL cannot be read here, so they are not looked at: %v", err)
		return nil
	}
	for _, dir := range []string{"base/" + number, "pg_wal", "base/pgsql_tmp"} {
		if _, err := os.Stat(filepath.Join(data, dir)); err == nil {
			dirs = append(dirs, filepath.Join(data, dir))
		}
	}
	return dirs
}
