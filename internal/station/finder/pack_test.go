package finder

import (
	"cmp"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/id"
	"nuanxin/internal/nearby"
	"nuanxin/internal/station"

	"pgregory.net/rapid"
)

func TestWhatIsPackedComesBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.Uint64().Draw(r, "number")
		text := rapid.String().Draw(r, "text")
		x := rapid.OneOf(rapid.Float64(), rapid.Map(rapid.IntRange(0, 180_000_000), func(n int) float64 { return float64(n) / 1e6 })).Draw(r, "degrees")
		beside := rapid.Int64Range(-1e17, 1e17).Draw(r, "beside")
		at := time.UnixMicro(rapid.Int64Range(-1e17, 1e17).Draw(r, "time")).UTC()
		var p packer
		p.number(n)
		p.text(text)
		p.degrees(x)
		p.time(at, beside)
		p.time(time.Time{}, beside)
		p.text("end")
		u := unpacker{string(p.buf)}
		if got := u.number(); got != n {
			r.Errorf("number: got %d, want %d", got, n)
		}
		if got := u.text(); got != strings.ToValidUTF8(text, "\uFFFD") {
			r.Errorf("text: got %q, want %q", got, text)
		}
		if got := u.degrees(); math.Float64bits(got) != math.Float64bits(x) {
			r.Errorf("degrees: got %v, want %v", got, x)
		}
		if got := u.time(beside); !got.Equal(at) {
			r.Errorf("time: got %v, want %v", got, at)
		}
		if got := u.time(beside); !got.IsZero() {
			r.Errorf("no time: got %v", got)
		}
		if got := u.text(); got != "end" || u.rest != "" {
			r.Errorf("end: got %q, left %q", got, u.rest)
		}
	})
}

func TestPackedTextsKeepTheirOrder(t *testing.T) {
	letters := rapid.StringOf(rapid.SampledFrom([]rune("az09·—、一丁龥鿿中（）～\uFFFD𠀀😀힣")))
	rapid.Check(t, func(r *rapid.T) {
		a, b := letters.Draw(r, "a"), letters.Draw(r, "b")
		packed := func(s string) string {
			var p packer
			p.text(s)
			u := unpacker{string(p.buf)}
			return u.bytes()
		}
		if got, want := cmp.Compare(packed(a), packed(b)), cmp.Compare(a, b); got != want {
			r.Errorf("%q and %q: got %d, want %d", a, b, got, want)
		}
	})
}

func TestTheTableFindsWhatIsThere(t *testing.T) {
	var keys []nearby.Key
	for range 2000 {
		k, err := nearby.KeyOf(id.New[station.ID]())
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	rapid.Check(t, func(r *rapid.T) {
		table, want := newTable(), map[nearby.Key]*record{}
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(keys), 0, 4000).Draw(r, "keys") {
			if len(want)%3 == 2 && want[k] != nil {
				table.drop(k)
				delete(want, k)
				continue
			}
			want[k] = &record{key: k}
			table.put(want[k])
		}
		for _, k := range keys {
			if table.get(k) != want[k] {
				r.Fatalf("%v: got %p, want %p", k, table.get(k), want[k])
			}
		}
	})
}

// TestTheTableIsReadWhileItChanges keeps half of the records in place while
// the other half comes and goes: whoever reads must always find the first.
func TestTheTableIsReadWhileItChanges(t *testing.T) {
	table := newTable()
	var stay, pass []nearby.Key
	for i := range 3000 {
		k, err := nearby.KeyOf(id.New[station.ID]())
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			table.put(&record{key: k})
			stay = append(stay, k)
		} else {
			pass = append(pass, k)
		}
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	var wrong sync.Map
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, k := range stay {
					if r := table.get(k); r == nil || r.key != k {
						wrong.Store(k, true)
					}
				}
			}
		})
	}
	for range 5 {
		for _, k := range pass {
			table.put(&record{key: k})
		}
		for _, k := range pass {
			table.drop(k)
		}
	}
	close(stop)
	readers.Wait()
	wrong.Range(func(k, _ any) bool { t.Errorf("%v was not found", k); return true })
	if n := len(*table.slots.Load()); n > 16<<10 {
		t.Errorf("marks were never cleared: %d slots for %d records", n, table.live)
	}
}
