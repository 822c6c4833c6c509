package world

import (
	"bytes"
	"encoding/csv"
	"errors"
	"image/jpeg"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/idcard"
	"nuanxin/internal/media"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/station"
	"nuanxin/internal/workday"
)

// moments are times at which somebody may start the demo.
func moments() map[string]time.Time {
	at := func(s string) time.Time {
		t, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Zone)
		if err != nil {
			panic(err)
		}
		return t
	}
	return map[string]time.Time{
		"a working day":                  at("2026-11-24 12:30"),
		"a Sunday night":                 at("2026-03-08 03:10"),
		"the middle of a long holiday":   at("2025-10-05 20:00"),
		"a year that is not published":   at("2031-02-03 10:00"),
		"the first minute of a new year": at("2026-01-01 00:01"),
	}
}

func made(t *testing.T, o Options) *World {
	t.Helper()
	w, err := Make(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// The stories after which the program is measured are told in every demo, to
// their end.
func TestTheStoriesAreTold(t *testing.T) {
	w := made(t, Options{Seed: 1, Now: moments()["a working day"]})
	for key, heard := range map[string]int{"gate-longquan": 24, "piles-talk": 1, "battery-winter": 1} {
		told, solved := 0, 0
		for i, c := range w.Cases {
			if c.Key != key {
				continue
			}
			told++
			for _, a := range w.Acts {
				if a.Case == i && a.Do == Solved {
					solved++
				}
			}
		}
		if told < heard || solved == 0 {
			t.Errorf("%s: got %d cases, %d solved; want %d and an end", key, told, solved, heard)
		}
	}
}

func TestSameSeedSameWorld(t *testing.T) {
	now := moments()["a working day"]
	one, two := made(t, Options{Seed: 7, Now: now}), made(t, Options{Seed: 7, Now: now})
	if !reflect.DeepEqual(one, two) {
		t.Error("two worlds of one seed differ")
	}
	if other := made(t, Options{Seed: 8, Now: now}); reflect.DeepEqual(one.Acts, other.Acts) || reflect.DeepEqual(one.Stations, other.Stations) {
		t.Error("another seed makes the same world")
	}
	a, errA := Draw("gate", 3, true)
	b, errB := Draw("gate", 3, true)
	if err := errors.Join(errA, errB); err != nil || !bytes.Equal(a, b) || !bytes.Equal(Hum(2, 5), Hum(2, 5)) {
		t.Errorf("drawings or voices of one seed differ (%v)", err)
	}
}

func TestWorldAtAnyMoment(t *testing.T) {
	for name, now := range moments() {
		t.Run(name, func(t *testing.T) {
			w := made(t, Options{Seed: 1, Now: now})
			if got := len(w.Cases); got != Requests {
				t.Errorf("%d requests, want %d", got, Requests)
			}
			if got := len(w.Stations); got != County {
				t.Errorf("%d stations, want %d", got, County)
			}
			checkActs(t, w)
			checkDone(t, w)
			checkSteps(t, w)
		})
	}
}

// checkActs holds that acts come in order, none in the future, those of staff
// in office hours, and that nothing in them was left open.
func checkActs(t *testing.T, w *World) {
	office, err := newOffice(w.Start, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	begun := make([]bool, len(w.Cases))
	last := w.Start
	for _, a := range w.Acts {
		k := w.Cases[a.Case]
		if a.At.Before(last) || a.At.After(w.Now) || w.Now.Sub(a.At) > (Days+8)*24*time.Hour {
			t.Errorf("%s: %s at %s is out of order or out of reach", k.Key, a.Do, a.At)
		}
		if last = a.At; a.Do != Capture && !begun[a.Case] {
			t.Errorf("%s: %s before it was told", k.Key, a.Do)
		}
		begun[a.Case] = true
		if atDesk := a.By != ""; atDesk && (a.Do != Fixed && a.Do != NotYet) {
			if work, err := office.cal.WorkingBetween(a.At.Add(-time.Minute), a.At.Add(time.Minute), openHours()); work == 0 || err != nil {
				t.Errorf("%s: %s by %s at %s, outside office hours", k.Key, a.Do, a.By, a.At.In(clock.Zone))
			}
		}
		if text := a.Words + a.More; strings.ContainsAny(text, "{}@|！!") {
			t.Errorf("%s: %s says %q", k.Key, a.Do, text)
		}
		if a.Photo != "" && !slices.Contains(Drawings(), a.Photo) {
			t.Errorf("%s: nobody can draw %q", k.Key, a.Photo)
		}
	}
}

// checkSteps holds that memberships go forward, that staff decide in office
// hours, that everybody applies once, and that the phone of the welcome does not:
// newcomers try joining with it.
func checkSteps(t *testing.T, w *World) {
	office, err := newOffice(w.Start, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	begun, last := map[int]bool{}, w.Start
	for _, s := range w.Steps {
		if s.At.Before(last) || s.At.After(w.Now) || begun[s.Member] != (s.Do != Apply) {
			t.Errorf("member %d: %s at %s is out of order", s.Member, s.Do, s.At)
		}
		last, begun[s.Member] = s.At, true
		if s.By == "" {
			continue
		}
		if work, err := office.cal.WorkingBetween(s.At.Add(-time.Minute), s.At.Add(time.Minute), openHours()); work == 0 || err != nil {
			t.Errorf("member %d: %s by %s at %s, outside office hours", s.Member, s.Do, s.By, s.At.In(clock.Zone))
		}
	}
	workers := map[int]bool{0: true}
	for _, m := range w.Members {
		if workers[m.Worker] || !w.Workers[m.Worker].Account {
			t.Errorf("%s applies as worker %d, who is taken or has no account", m.Name, m.Worker)
		}
		workers[m.Worker] = true
		if _, err := idcard.ParseResident(m.Document, ""); m.Document != "" && err != nil {
			t.Errorf("%s has the number %s: %v", m.Name, m.Document, err)
		}
	}
}

// checkDone holds that every act is done by somebody at some time.
func checkDone(t *testing.T, w *World) {
	seen := map[Do]int{}
	for _, a := range w.Acts {
		seen[a.Do]++
	}
	for do := range verbs {
		if seen[do] == 0 {
			t.Errorf("nobody does %q", do)
		}
	}
	ways := map[Via]int{}
	for _, k := range w.Cases {
		ways[k.Via]++
	}
	for _, v := range []Via{ViaPage, ViaGuest, ViaAnonymous, ViaPhone, ViaTalk, ViaVisit} {
		if ways[v] == 0 {
			t.Errorf("no request came by %q", v)
		}
	}
}

func TestNobodyCanBeCalled(t *testing.T) {
	w := made(t, Options{Seed: 3, Now: moments()["a working day"]})
	mobiles, desks := regexp.MustCompile(`^19900000\d{3}$`), regexp.MustCompile(`^0437-0000\d{3}$`)
	seen := map[string]bool{}
	for _, p := range w.Workers {
		if !mobiles.MatchString(p.Phone) || seen[p.Phone] {
			t.Errorf("worker's phone %q", p.Phone)
		}
		seen[p.Phone] = true
	}
	for _, o := range w.Orgs {
		if !mobiles.MatchString(o.Contact) || seen[o.Contact] || !desks.MatchString(o.Phone) {
			t.Errorf("%s: phones %q, %q", o.Name, o.Contact, o.Phone)
		}
		seen[o.Contact] = true
	}
	number := regexp.MustCompile(`\d{7,}`)
	for _, a := range w.Acts {
		for _, n := range number.FindAllString(strings.ReplaceAll(a.Words+" "+a.More, "0437-0000", ""), -1) {
			t.Errorf("%q holds the number %s", a.Words, n)
		}
	}
	for _, s := range w.Stations {
		if len(s.Facts.Phones) > 0 {
			t.Errorf("%s has a phone of its own", s.Facts.Name)
		}
	}
}

func TestNamesAreKnown(t *testing.T) {
	w := made(t, Options{Seed: 1, Now: moments()["a working day"]})
	for _, o := range w.Orgs {
		if !slices.Contains(org.Kinds(), org.Kind(o.Kind)) || !slices.Contains(org.Levels(), org.Level(o.Level)) || !strings.Contains(o.Name, "示例") {
			t.Errorf("%s: kind %q, level %q", o.Name, o.Kind, o.Level)
		}
		for _, topic := range o.Topics {
			if _, ok := request.TopicOf(topic); !ok {
				t.Errorf("%s answers for %q, which is no topic", o.Name, topic)
			}
		}
	}
	for _, k := range w.Cases {
		if _, ok := request.TopicOf(k.Topic); !ok {
			t.Errorf("%s is about %q, which is no topic", k.Key, k.Topic)
		}
		if k.What != "" && !slices.Contains(station.Whats(), station.What(k.What)) {
			t.Errorf("%s reports %q", k.Key, k.What)
		}
	}
	for _, p := range w.Staff {
		if w.OrgOf(p.Org).Key == "" {
			t.Errorf("%s sits in %q", p.Login, p.Org)
		}
	}
}

// At any hour of any day, somebody near the centre finds an open door.
func TestAlwaysOneOpenNearby(t *testing.T) {
	w := made(t, Options{Seed: 1, Now: moments()["a working day"]})
	centre := geo.Point{Lat: centreLat, Lng: centreLng}
	for at := w.Now; at.Before(w.Now.AddDate(0, 0, 8)); at = at.Add(time.Hour) {
		open := slices.ContainsFunc(w.Stations, func(s Station) bool {
			f := s.Facts
			return s.Shut == nil && f.Place != nil && f.Place.Distance(centre) < 1000 && f.Hours.At(at, workday.Calendar{}).Status == hours.Open
		})
		if !open {
			t.Errorf("nothing is open near the centre at %s", at.In(clock.Zone))
		}
	}
}

func TestStationsDiffer(t *testing.T) {
	w := made(t, Options{Seed: 1, Now: moments()["a working day"]})
	names, lost, silent, shut := map[string]bool{}, 0, 0, 0
	for _, s := range w.Stations {
		f := s.Facts
		if names[f.Name] || !f.Demo || !f.Public || f.Hours.Check() != nil || f.Services == 0 {
			t.Errorf("station %q", f.Name)
		}
		names[f.Name] = true
		lost, silent, shut = lost+one(f.Place == nil), silent+one(!f.Hours.Known), shut+one(s.Shut != nil)
	}
	if lost == 0 || silent == 0 || shut == 0 {
		t.Errorf("%d are not on the map, %d do not say their hours, %d are closed for a day; want some of each", lost, silent, shut)
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestNation(t *testing.T) {
	w := made(t, Options{Seed: 1, Now: moments()["a working day"], Stations: County + 3000})
	n, seen := 0, map[string]bool{}
	for s := range w.Nation() {
		n++
		seen[s.Facts.Area[:2]] = true
		if !s.Facts.Demo || s.Facts.Name == "" || len(s.Facts.Area) != 6 {
			t.Fatalf("station %+v", s.Facts)
		}
	}
	if n != 3000 || len(seen) != len(provinces()) {
		t.Errorf("%d stations in %d provinces, want 3000 in %d", n, len(seen), len(provinces()))
	}
}

func TestDrawingsAndVoicesAreTaken(t *testing.T) {
	for _, kind := range Drawings() {
		raw, err := Draw(kind, 1, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jpeg.Decode(bytes.NewReader(raw)); err != nil || len(raw) < 10_000 {
			t.Errorf("%s: %d bytes, %v", kind, len(raw), err)
		}
	}
	voice, err := media.Clean(Hum(5, 1))
	if err != nil || voice.Length != 5*time.Second {
		t.Errorf("a voice of %s, %v", voice.Length, err)
	}
}

func TestStoriesMustBeSound(t *testing.T) {
	for _, bad := range []string{"2h dance", "2h send street | words", "soon look", "1d bounce street | why"} {
		p := plot{key: "bad", head: map[string]string{}}
		if err := p.line(bad); err == nil {
			t.Errorf("%q is taken for a step", bad)
		}
	}
}

// No sentence of the press is in the stories.
func TestNothingIsCopied(t *testing.T) {
	file, err := os.Open("../../../../../shared/data/demands_public.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the reference data is not beside this checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	for _, name := range []string{"plots.txt", "everyday.txt"} {
		text, err := stories.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		told.Write(text)
	}
	for _, row := range rows[1:] {
		for _, part := range strings.FieldsFunc(row[4], func(r rune) bool { return strings.ContainsRune("，。；“”、,;\"", r) }) {
			if len([]rune(part)) >= 7 && strings.Contains(told.String(), part) {
				t.Errorf("the stories copy %q", part)
			}
		}
	}
}
