package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/app/filekeys"
	"nuanxin/internal/app/keys"
	"nuanxin/internal/app/tables"
	"nuanxin/internal/authz"
	"nuanxin/internal/blob"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/request"
	"nuanxin/internal/seal"
	"nuanxin/internal/station"
)

// onBoth runs a test of a full world on each database.
func onBoth(t *testing.T, do func(*testing.T, *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { do(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { do(t, pgWorld(t)) })
}

// run runs statements behind the program's back.
func (w *world) run(t *testing.T, do func(tx *db.Tx) error) {
	t.Helper()
	if err := w.app.db.Update(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

// snap takes a photo in, as the pages do.
func (w *world) snap(t *testing.T) request.File {
	t.Helper()
	return must[request.File](t)(w.app.Keep(t.Context(), request.Photo, must[[]byte](t)(jpegOf(2))))
}

// copied is a sealed value, or a key, as a copy of the database has it.
type copied struct {
	column, under string
	row, holder   string
	sealed        []byte
}

// copies takes everything sealed out of some tables, as a thief would.
func (a *App) copies(t *testing.T, only ...string) (all []copied) {
	t.Helper()
	must[bool](t)(true, a.db.View(t.Context(), func(tx *db.Tx) error {
		all = nil
		for _, s := range tables.AllSealed() {
			if len(only) > 0 && !slices.Contains(only, s.Table) {
				continue
			}
			cells := make([]string, len(s.Row))
			for i, c := range s.Row {
				cells[i] = "cast(" + c + " as text)"
			}
			for _, column := range s.Columns {
				under, rows := s.Under(column)
				if under == "" {
					rows = "1 = 1"
				}
				err := tx.Each(t.Context(), `select `+strings.Join(cells, ` || '/' || `)+`, cast(`+s.Key+` as text), `+column+`, case when `+rows+` then 1 else 0 end from `+s.Table+` where `+column+` is not null`, nil, func(r db.Row) error {
					c := copied{column: s.Table + "." + column}
					var boxed int
					err := r.Scan(&c.row, &c.holder, &c.sealed, &boxed)
					if boxed == 1 {
						c.under = under
					}
					all = append(all, c)
					return err
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	}))
	return all
}

// place is where a value belongs.
func (c copied) place() []byte {
	table, column, _ := strings.Cut(c.column, ".")
	return seal.Place(table, column, c.row)
}

// opensBy counts which of some copies still open with the ring and with the keys that a
// database has, each tried on each.
func (a *App) opensBy(copies []copied, live []copied) (found []string) {
	boxes := []seal.Box{}
	for _, k := range live {
		if _, column, _ := strings.Cut(k.column, "."); tables.IsKey(column) {
			if box, err := a.ring.Box(k.sealed, k.place()); err == nil {
				boxes = append(boxes, box)
			}
		}
	}
	for _, c := range copies {
		_, err := a.ring.Open(c.sealed, c.place())
		for _, box := range boxes {
			if err != nil {
				_, err = box.Open(c.sealed, c.place())
			}
		}
		if err == nil {
			found = append(found, c.column+" of "+c.row)
		}
	}
	return found
}

// What stood in the database and on the disk before an account ended (what was said, who
// said it, the photo) opens with nothing that is left: not with the ring's keys of today,
// not with any data key that anybody's row still has.
func TestWhatWasSaidGoesWithItsKey(t *testing.T) {
	proves.That(t, "crypto-erase")
	onBoth(t, func(t *testing.T, w *world) {
		_, membership := w.tell(t)
		ctx, cadre := w.as(t, "own"), w.as(t, "cadre")
		photo := w.snap(t)
		mine := must[request.Page[*request.Request]](t)(w.app.Requests.MineList(ctx, request.Filter{Group: request.GroupAll})).Rows
		for i, q := range mine {
			ref := request.Ref{ID: q.ID}
			say := request.Say{Words: "还是没地方充"}
			if i == 0 {
				say.Files = []request.File{photo}
			}
			must[request.Receipt](t)(w.app.Requests.Add(ctx, ref, say))
			must[request.Receipt](t)(w.app.Requests.Answer(cadre, ref, request.Message{Words: "周末装好"}))
			must[request.Receipt](t)(w.app.Requests.Solved(ctx, ref))
		}
		if f := w.ask(t, w.fileOf(t, mine[0].ID), "nx="+w.tokens["cadre"]); f.Code != http.StatusOK || f.Header().Get("Content-Type") != "image/jpeg" {
			t.Errorf("the photo, before: %d", f.Code)
		}
		before := slices.DeleteFunc(w.app.copies(t, "request", "request_event"), func(c copied) bool {
			return c.under == "" || !slices.ContainsFunc(mine, func(q *request.Request) bool { return c.holder == string(q.ID) })
		})
		object := must[[]byte](t)(w.app.blobs.Export(t.Context(), blob.ID(photo.Blob)))
		small := must[[]byte](t)(w.app.blobs.Export(t.Context(), blob.ID(photo.Thumb)))
		if got := w.app.opensBy(before, w.app.copies(t)); len(got) != len(before) || len(before) < 10 || !seal.Boxed(object) || !seal.Boxed(small) {
			t.Fatalf("before: %d of %d open, or the test sees nothing; the photo is under a key: %v", len(got), len(before), seal.Boxed(object))
		}
		must[bool](t)(true, w.app.Members.Quit(ctx, membership))
		if got := w.erase(t); got != http.StatusOK {
			t.Fatalf("got %d", got)
		}
		if got := w.app.opensBy(before, w.app.copies(t)); len(got) > 0 {
			t.Errorf("afterwards these open: %v", got)
		}
		for _, file := range []string{photo.Blob, photo.Thumb} { // it lies there until the sweep
			store, named := w.under(t, file)
			if _, err := store.Get(t.Context(), blob.ID(file)); err == nil || named {
				t.Errorf("the photo opens; named: %v", named)
			}
		}
		proof, err := w.app.Vault().Verify(t.Context())
		if err != nil || len(proof.Wrong) > 0 || proof.Unnamed != 2 {
			t.Errorf("verify: %+v, %v", proof, err)
		}
		if page := w.ask(t, "/desk/requests/"+string(mine[0].ID), "nx="+w.tokens["cadre"]); page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "周末装好") {
			t.Errorf("the union's record: %d", page.Code)
		}
		w.sweep(t)
		proof, err = w.app.Vault().Verify(t.Context())
		if err != nil || proof.Unnamed != 0 {
			t.Errorf("verify after the sweep: %+v, %v", proof, err)
		}
	})
}

// fileOf is where a cadre opens the first real photo of a matter.
func (w *world) fileOf(t *testing.T, which request.ID) string {
	t.Helper()
	for _, f := range must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), request.Ref{ID: which})).Files {
		if len(f.Blob) == 36 {
			return "/desk/requests/" + string(which) + "/files/" + string(f.ID)
		}
	}
	t.Fatal("the matter has no photo")
	return ""
}

// under is the store as a file of a row is opened with it.
func (w *world) under(t *testing.T, file string) (store *blob.Store, named bool) {
	t.Helper()
	must[bool](t)(true, w.app.db.View(t.Context(), func(tx *db.Tx) (err error) {
		store, named, err = filekeys.Keys{Ring: w.app.ring, Blobs: w.app.blobs}.Of(t.Context(), tx, blob.ID(file))
		return err
	}))
	return store, named
}

// sweep takes away the files that no row names, when they have waited long enough.
func (w *world) sweep(t *testing.T) {
	t.Helper()
	if late := clock.System.Now().Add(72 * time.Hour); late.After(w.clock.Now()) { // files have the disk's own time
		w.clock.Set(late)
	}
	must[int](t)(w.app.Requests.Sweep(authz.AsSystem(t.Context(), "test")))
}

// What stands in a database of before there were these keys is read as it was; reseal puts
// it under them, once, and leaves what staff wrote where it is. A new key of the ring then
// changes the data keys alone, and the old one can go.
func TestOldWordsGoUnderAKey(t *testing.T) {
	proves.That(t, "crypto-agility")
	onBoth(t, func(t *testing.T, w *world) {
		mine, _ := w.tell(t)
		ref := request.Ref{ID: mine.ID}
		must[request.Receipt](t)(w.app.Requests.Add(w.as(t, "own"), request.Ref{ID: mine.ID, Secret: w.app.Requests.Secret(mine.ID)}, request.Say{Words: "还是没地方充"}))
		must[request.Receipt](t)(w.app.Requests.Answer(w.as(t, "cadre"), ref, request.Message{Words: "周末装好"}))
		read := func(about string) {
			t.Helper()
			c := must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), ref))
			got := c.Words + c.Heard + c.Source + c.Place.Text
			for _, e := range c.Timeline {
				got += e.Words
			}
			for _, s := range []string{"冬天没地方充电", "他说楼下不让充", "热线", "示例路口", "还是没地方充", "周末装好"} {
				if !strings.Contains(got, s) {
					t.Errorf("%s: %q lacks %s", about, got, s)
				}
			}
		}
		read("under its key")
		w.age(t)
		read("as it was before")
		boxed := func() (n int, by map[uint32]int) {
			by = map[uint32]int{}
			for _, c := range w.app.copies(t, "request", "request_event") {
				if strings.HasSuffix(c.column, ".said_key") {
					by[seal.KeyOf(c.sealed)]++
				}
				if c.under == tables.SaidKey && seal.Boxed(c.sealed) {
					n++
				} else if c.column == "request_event.words" && c.under == "" && seal.Boxed(c.sealed) {
					t.Errorf("staff's words are under the worker's key: %s", c.row)
				}
			}
			return n, by
		}
		v := w.app.Vault()
		reseal := func() int64 {
			t.Helper()
			n, _, err := v.Reseal(t.Context(), func(int64, int64) {})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n, _ := boxed(); n != 0 {
			t.Fatalf("%d are under a key already", n)
		}
		ctx, cut := context.WithCancel(t.Context())
		moved, _, err := v.Reseal(ctx, func(int64, int64) { cut() })
		if n, _ := boxed(); moved == 0 || int64(n) != moved || !errors.Is(err, context.Canceled) {
			t.Errorf("cut off: moved %d, %d are under a key, %v", moved, n, err)
		}
		read("half moved")
		moved += reseal()
		n, by := boxed()
		if moved == 0 || int64(n) != moved || by[1] == 0 {
			t.Errorf("moved %d, %d are under a key, keys %v", moved, n, by)
		}
		read("moved")
		if again := reseal(); again != 0 {
			t.Errorf("moved twice: %d", again)
		}
		before := map[string][]byte{}
		for _, c := range w.app.copies(t, "request_event") {
			before[c.row] = c.sealed
		}
		if _, _, err := v.Rotate(t.Context(), seal.SM4GCM); err != nil {
			t.Fatal(err)
		}
		reseal()
		for _, c := range w.app.copies(t, "request_event") {
			if bytes.Equal(c.sealed, before[c.row]) != seal.Boxed(c.sealed) {
				t.Errorf("%s of %s under a key: %v", c.column, c.row, seal.Boxed(c.sealed))
			}
		}
		if _, by := boxed(); len(before) == 0 || by[1] != 0 || by[2] == 0 {
			t.Errorf("keys %v", by)
		}
		w.clock.Move(time.Second)
		if gone, _, err := v.Retire(t.Context()); err != nil || len(gone) != 1 {
			t.Errorf("retired %v, %v", gone, err)
		}
		if proof := must[keys.Proof](t)(v.Verify(t.Context())); len(proof.Wrong) > 0 {
			t.Errorf("verify: %v", proof.Wrong)
		}
		read("under a new ring key")
	})
}

// age makes what workers said as it was before it had keys.
func (w *world) age(t *testing.T) {
	t.Helper()
	all := w.app.copies(t, "request", "request_event")
	w.run(t, func(tx *db.Tx) error {
		for _, c := range all {
			if c.under != tables.SaidKey {
				continue
			}
			i := slices.IndexFunc(all, func(k copied) bool { return k.column == "request.said_key" && k.row == c.holder })
			box, err := w.app.ring.Box(all[i].sealed, all[i].place())
			if err != nil {
				return err
			}
			plain, err := box.Open(c.sealed, c.place())
			if err != nil {
				return err
			}
			old, err := w.app.ring.Seal(plain, c.place())
			if err != nil {
				return err
			}
			table, column, _ := strings.Cut(c.column, ".")
			if _, err := tx.Exec(t.Context(), `update `+table+` set `+column+` = $1 where request_id = $2 and `+column+` = $3`, old, c.holder, c.sealed); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `update request set said_key = null`)
		return err
	})
}

// Old rows are emptied as new ones are, also when nobody resealed them; and what staff hear
// after that has a key of its own.
func TestOldWordsAreForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.end(t)
		mine := must[request.Page[*request.Request]](t)(w.app.Requests.MineList(w.as(t, "own"), request.Filter{Group: request.GroupAll})).Rows[0].ID
		w.age(t)
		if got := w.erase(t); got != http.StatusOK {
			t.Fatalf("got %d", got)
		}
		if got := w.app.traces(t); len(got) > 0 {
			t.Errorf("left: %v", got)
		}
		heard := "后来听清了"
		must[request.Receipt](t)(w.app.Requests.Classify(w.as(t, "cadre"), request.Ref{ID: mine}, request.Class{Heard: &heard}))
		if c := must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), request.Ref{ID: mine})); c.Heard != heard || len(c.SaidKey) == 0 {
			t.Errorf("heard %q, with a key of its own: %v", c.Heard, len(c.SaidKey) > 0)
		}
	})
}

// When whose a matter was is forgotten after its time, what was said stays readable.
func TestRetentionLeavesWhatWasSaid(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.end(t)
		mine, cadre := must[request.Page[*request.Request]](t)(w.app.Requests.MineList(w.as(t, "own"), request.Filter{Group: request.GroupAll})).Rows[0].ID, w.as(t, "cadre")
		w.clock.Set(w.clock.Now().AddDate(0, 0, 1097))
		must[bool](t)(true, w.app.Retain.Run(authz.AsSystem(t.Context(), "test")))
		c := must[request.Case](t)(w.app.Requests.Case(cadre, request.Ref{ID: mine}))
		if c.Owner != "" || len(c.DataKey) > 0 || c.Surname != "" || c.Words == "" || c.Timeline[0].Words == "" {
			t.Errorf("owner %q, surname %q, words %q and %q", c.Owner, c.Surname, c.Words, c.Timeline[0].Words)
		}
	})
}

// Whoever adds words while the account ends leaves none behind, whichever comes first: the
// matter's page opens, and nothing stands under a key that is gone.
func TestWordsThatComeWhileTheAccountEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, membership := w.tell(t)
		ctx, cadre := w.as(t, "own"), w.as(t, "cadre")
		mine := must[request.Page[*request.Request]](t)(w.app.Requests.MineList(ctx, request.Filter{Group: request.GroupAll})).Rows
		for _, q := range mine { // answered: nothing is under way, and the worker may say more
			must[request.Receipt](t)(w.app.Requests.Answer(cadre, request.Ref{ID: q.ID}, request.Message{Words: "周末装好"}))
		}
		must[bool](t)(true, w.app.Members.Quit(ctx, membership))
		w.clock.Move(2 * time.Minute)
		w.ask(t, "/me/data/erase/code", "nx="+w.tokens["own"], "x", "")
		code := w.app.CodeTo("19900000003")
		free, done := w.holdRows(t), make(chan string, len(mine))
		for _, q := range mine {
			go func() {
				_, err := w.app.Requests.Add(ctx, request.Ref{ID: q.ID}, request.Say{Words: "冬天没地方充电，再说一遍"})
				done <- fmt.Sprint("words ", err)
			}()
		}
		w.waits(t, len(mine))
		ended := make(chan int)
		go func() { ended <- w.ask(t, "/me/data/erase", "nx="+w.tokens["own"], "code", code).Code }()
		w.waits(t, len(mine)+1)
		free()
		for range mine {
			t.Log(<-done)
		}
		if got := <-ended; got != http.StatusOK {
			t.Fatalf("the end: got %d", got)
		}
		if got := w.app.traces(t); len(got) > 0 {
			t.Errorf("left: %v", got)
		}
		for _, q := range mine {
			if a := w.ask(t, "/desk/requests/"+string(q.ID), "nx="+w.tokens["cadre"]); a.Code != http.StatusOK {
				t.Errorf("the matter's page: %d", a.Code)
			}
		}
		if proof := must[keys.Proof](t)(w.app.Vault().Verify(t.Context())); len(proof.Wrong) > 0 {
			t.Errorf("verify: %v", proof.Wrong)
		}
	})
}

// Reseal puts old words under a key while the account ends: whichever comes first, the words
// are gone, and so is the key; reseal makes none for what is not there any more.
func TestResealWhileTheAccountEnds(t *testing.T) {
	for _, first := range []string{"reseal", "end"} {
		t.Run(first, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				w.end(t)
				mine := must[request.Page[*request.Request]](t)(w.app.Requests.MineList(w.as(t, "own"), request.Filter{Group: request.GroupAll})).Rows
				w.age(t)
				w.clock.Move(2 * time.Minute)
				w.ask(t, "/me/data/erase/code", "nx="+w.tokens["own"], "x", "")
				code := w.app.CodeTo("19900000003")
				free, ended, resealed := w.holdRows(t), make(chan int, 1), make(chan error, 1)
				both := map[string]func(){
					"end": func() { ended <- w.ask(t, "/me/data/erase", "nx="+w.tokens["own"], "code", code).Code },
					"reseal": func() {
						_, _, err := w.app.Vault().Reseal(context.WithoutCancel(t.Context()), func(int64, int64) {})
						resealed <- err
					},
				}
				go both[first]()
				w.waits(t, 1)
				delete(both, first)
				for _, second := range both {
					go second()
				}
				w.waits(t, 2)
				free()
				if got, err := <-ended, <-resealed; got != http.StatusOK || err != nil {
					t.Fatalf("got %d, %v", got, err)
				}
				if got := w.app.traces(t); len(got) > 0 {
					t.Errorf("left: %v", got)
				}
				for _, c := range w.app.copies(t, "request") {
					if c.column == "request.said_key" && slices.ContainsFunc(mine, func(q *request.Request) bool { return string(q.ID) == c.row }) {
						t.Errorf("%s has a key again", c.row)
					}
				}
			})
		})
	}
}

// holdRows keeps everybody who writes a matter waiting until free is called; on SQLite
// everybody who writes.
func (w *world) holdRows(t *testing.T) (free func()) {
	t.Helper()
	held, done, wait := make(chan bool), make(chan error, 1), make(chan bool)
	go func() {
		done <- w.app.db.Update(context.WithoutCancel(t.Context()), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `update request set version = version`)
			held <- true
			<-wait
			return err
		})
	}()
	<-held
	return func() {
		close(wait)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// waits returns when so many wait for a row, on PostgreSQL; on SQLite, where one writer
// serves all in turn, when they had the time to come there.
func (w *world) waits(t *testing.T, many int) {
	t.Helper()
	for range 100 {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-t.Context().Done():
		}
		if w.config.DB == "" {
			return
		}
		var n int
		must[bool](t)(true, w.app.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.One(t.Context(), `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`, nil, &n)
		}))
		if n >= many {
			return
		}
	}
	t.Error("nobody waits: the test does not see what happens at once")
}

// A photo whose form never arrived, and the program ended: its key went with the form.
// Nothing opens it, nobody takes it for damaged, a backup and a restore keep the others
// readable, and the sweep takes it.
func TestAPhotoWithoutARow(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		kept, lost := w.snap(t), w.snap(t)
		ref := request.Ref{ID: w.request.ID}
		must[request.Receipt](t)(w.app.Requests.Add(w.as(t, "worker"), ref, request.Say{Files: []request.File{kept}}))
		public := must[station.Picture](t)(w.app.Hang(t.Context(), must[[]byte](t)(jpegOf(1)))) // everybody's, under no key
		if _, err := w.app.blobs.Get(t.Context(), blob.ID(public.File)); err != nil {
			t.Errorf("a station's photo: %v", err)
		}
		again := must[*App](t)(Open(t.Context(), w.config))
		t.Cleanup(func() { _ = again.Close() })
		w.app = again
		for _, file := range []string{kept.Blob, kept.Thumb} {
			store, named := w.under(t, file)
			if _, err := store.Get(t.Context(), blob.ID(file)); err != nil || !named {
				t.Errorf("with a row: %v, %v", named, err)
			}
			if _, err := w.app.blobs.Get(t.Context(), blob.ID(file)); err == nil {
				t.Error("the ring opens it without its key")
			}
		}
		proof := must[keys.Proof](t)(w.app.Vault().Verify(t.Context()))
		if len(proof.Wrong) > 0 || proof.Unnamed != 2 {
			t.Errorf("verify: %+v", proof)
		}
		if report := must[CheckReport](t)(w.app.Check(t.Context())); !report.OK {
			t.Errorf("check finds %v", report)
		}
		w.sweep(t)
		if err := w.app.blobs.Verify(t.Context(), blob.ID(lost.Blob)); err == nil {
			t.Error("the photo without a row is there after the sweep")
		}
		if proof = must[keys.Proof](t)(w.app.Vault().Verify(t.Context())); len(proof.Wrong) > 0 || proof.Unnamed != 0 || proof.Files < 2 {
			t.Errorf("verify after the sweep: %+v", proof)
		}
	})
}

// A restored backup opens the photos of before: their keys came along with their rows.
func TestARestoredPhotoOpens(t *testing.T) {
	w := newWorld(t)
	photo := w.snap(t)
	must[request.Receipt](t)(w.app.Requests.Add(w.as(t, "worker"), request.Ref{ID: w.request.ID}, request.Say{Files: []request.File{photo}}))
	if _, _, err := w.app.Vault().Rotate(t.Context(), seal.AES256GCM); err != nil {
		t.Fatal(err)
	}
	if _, files, err := w.app.Vault().Reseal(t.Context(), func(int64, int64) {}); err != nil || files != 0 {
		t.Errorf("resealed %d files, want the keys alone: %v", files, err)
	}
	w.clock.Move(time.Second)
	if gone, _, err := w.app.Vault().Retire(t.Context()); err != nil || len(gone) != 1 {
		t.Errorf("retired %v, %v", gone, err)
	}
	file := t.TempDir() + "/b.backup"
	must[Sum](t)(Backup(t.Context(), w.app.config, file))
	c := w.app.config
	c.Data, c.Keys = t.TempDir(), c.keyFile()
	must[Sum](t)(Restore(t.Context(), c, file))
	restored := must[*App](t)(Open(t.Context(), c))
	defer func() { _ = restored.Close() }()
	if proof := must[keys.Proof](t)(restored.Vault().Verify(t.Context())); len(proof.Wrong) > 0 || proof.Files != 2 {
		t.Errorf("verify: %+v", proof)
	}
}
