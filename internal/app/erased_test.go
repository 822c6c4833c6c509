package app

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/member"
	"nuanxin/internal/request"
)

// marks are what tells who the worker of [told] is.
var marks = []string{"陈小满", "2018-05-21", "陈立冬", "陈师傅", "19900000003", "19900000013", "110101199003070118", "1990-03-07", "手机丢了", "电动车在楼下被锁了", "冬天没地方充电", "他说楼下不让充", "示例路口", "42.9137"}

// traces lists where in a database something of marks stands, in plain or sealed.
func (a *App) traces(t *testing.T) (found []string) {
	t.Helper()
	err := a.db.View(t.Context(), func(tx *db.Tx) error {
		var plain strings.Builder
		if _, err := tx.Dump(t.Context(), &plain); err != nil {
			return err
		}
		for _, m := range marks {
			if strings.Contains(plain.String(), m) {
				found = append(found, m+" in plain")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range a.opened(t) {
		for _, m := range marks {
			if strings.Contains(v.plain, m) {
				found = append(found, m+" in "+v.column)
			}
		}
	}
	return found
}

// end lets a worker say all that can be said, and ends what is under way.
func (w *world) end(t *testing.T) (worker authz.Subject) {
	t.Helper()
	_, membership := w.tell(t)
	w.childOf(t, "own")
	ctx := w.as(t, "own")
	page := w.ask(t, "/me/data/erase", "nx="+w.tokens["own"])
	for _, s := range []string{"先把这几样办完", "2 件", "会籍"} {
		if !strings.Contains(page.Body.String(), s) {
			t.Errorf("while something is under way: got a page without %s", s)
		}
	}
	w.clock.Move(2 * time.Minute)
	if a := w.erase(t); a != http.StatusConflict {
		t.Errorf("while something is under way: got %d, want a conflict", a)
	}
	list := must[request.Page[*request.Request]](t)(w.app.Requests.MineList(ctx, request.Filter{Group: request.GroupAll}))
	for _, q := range list.Rows {
		must[request.Receipt](t)(w.app.Requests.Withdraw(ctx, request.Ref{ID: q.ID}))
	}
	must[bool](t)(true, w.app.Members.Quit(ctx, membership))
	return authz.From(ctx)
}

// erase sends the form with the code that goes to the worker's phone.
func (w *world) erase(t *testing.T) int {
	t.Helper()
	w.clock.Move(2 * time.Minute) // a message a minute
	w.ask(t, "/me/data/erase/code", "nx="+w.tokens["own"], "x", "")
	code := w.app.CodeTo("19900000003")
	return w.ask(t, "/me/data/erase", "nx="+w.tokens["own"], "code", code).Code
}

// Whoever ends their account is found nowhere any more, in plain or sealed, and
// nobody else loses anything; the number may begin anew.
func TestAnAccountEnds(t *testing.T) {
	proves.That(t, "canary-scan", "crypto-erase")
	t.Run("sqlite", func(t *testing.T) { ends(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { ends(t, pgWorld(t)) })
}

func ends(t *testing.T, w *world) {
	worker := w.end(t)
	said := must[request.Page[*request.Request]](t)(w.app.Requests.MineList(w.as(t, "own"), request.Filter{Group: request.GroupAll})).Rows[0].ID
	rows := func() (n int) {
		err := w.app.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.One(t.Context(), `select (select count(*) from person_wechat) + (select count(*) from person_wechat_id)`, nil, &n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	err := w.app.db.Update(t.Context(), func(tx *db.Tx) error { // as WeChat's link leaves it
		for _, query := range []string{`insert into person_wechat (person_id, openid, made_at, used_at) values ($1, 'index', 1, null)`, `insert into person_wechat_id (person_id, openid) values ($1, 'index')`} {
			if _, err := tx.Exec(t.Context(), query, worker.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || rows() != 2 {
		t.Fatal(err, rows())
	}
	if got := w.app.traces(t); len(got) < len(marks) {
		t.Fatalf("before: got %v, want each mark, or the test sees nothing", got)
	}
	if a := w.ask(t, "/me/data/erase", "nx="+w.tokens["own"], "code", "000000"); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("with a wrong code: got %d", a.Code)
	}
	if got := w.erase(t); got != http.StatusOK {
		t.Fatalf("with the right code: got %d", got)
	}
	if got := w.app.traces(t); len(got) > 0 || rows() != 0 {
		t.Errorf("afterwards: got %v, and %d rows of WeChat", got, rows())
	}
	if page := w.ask(t, "/desk/requests/"+string(said), "nx="+w.tokens["cadre"]).Body.String(); !strings.Contains(page, "本人的原话已经删除") || !strings.Contains(page, "收回了") {
		t.Error("the cadre's page of the matter does not say what is gone and what stays")
	}
	if a := w.ask(t, "/me/data", "nx="+w.tokens["own"]); a.Code != http.StatusSeeOther {
		t.Errorf("the old session: got %d, want the sign-in", a.Code)
	}
	w.clock.Move(2 * time.Minute)
	w.tokens["own"] = w.worker(t, "19900000003").Token
	ctx := w.as(t, "own")
	if again := authz.From(ctx); again.ID == worker.ID {
		t.Error("a new sign-in opens the old account")
	}
	if all := must[[]member.Copy](t)(w.app.Members.Copies(ctx)); len(all) != 0 {
		t.Errorf("the new account has %d memberships", len(all))
	}
	must[member.Receipt](t)(w.app.Members.Apply(ctx, member.Application{Name: "陈新生", Document: "110101199003070118", Occupation: member.Rider, Area: "220402",
		Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}}}))
	if all := must[[]member.Copy](t)(w.app.Members.Copies(w.as(t, "worker2"))); len(all) != 1 || all[0].Name != "王示例" || all[0].Full.Document == "" {
		t.Errorf("another's membership: got %+v", all)
	}
	if report := must[CheckReport](t)(w.app.Check(t.Context())); !report.OK {
		t.Errorf("check finds %v", report)
	}
}

// A backup that was made before knows the worker; the program that is restored from
// it does not.
func TestARestoreForgetsAgain(t *testing.T) {
	proves.That(t, "crypto-erase")
	w := newWorld(t)
	worker := w.end(t)
	file := filepath.Join(t.TempDir(), "old.backup")
	must[Sum](t)(Backup(t.Context(), w.app.config, file))
	if got := w.erase(t); got != http.StatusOK {
		t.Fatalf("got %d", got)
	}
	for range 2 { // an event may come twice
		if err := w.app.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	journal, err := os.ReadFile(string(w.app.redo().Erased()))
	if err != nil || !strings.Contains(string(journal), worker.ID) || strings.ContainsAny(string(journal), "陈") {
		t.Fatalf("the journal: got %q, %v", journal, err)
	}
	c := w.app.config
	c.Data, c.Keys = t.TempDir(), c.keyFile()
	must[Sum](t)(Restore(t.Context(), c, file))
	restored, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = restored.Close() }()
	if got := restored.traces(t); len(got) > 0 {
		t.Errorf("restored: got %v", got)
	}
	if n := must[int](t)(restored.Erasures.Redo(authz.AsSystem(context.Background(), "test"), nil)); n != 0 {
		t.Errorf("redone twice: got %d", n)
	}
}
