package finder

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/nearby"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/upkeep"
)

// record is what the finder keeps of a station: a [Card] in a tenth of its
// room. A record never changes. What is read of one is read in the order in
// which [shares.pack] wrote it: first its head, by which it is found.
type record struct {
	key    nearby.Key
	packed string
	rare   *rare // nil for most
}

// rare is what few stations have.
type rare struct {
	otherNames []string
	honours    []station.Honour
	unknown    hours.Table // the words of hours that were not understood
	live       station.Live
}

func (x rare) empty() bool {
	u := x.unknown
	return len(x.otherNames)+len(x.honours)+len(x.live.Days)+len(x.live.Reports)+len(u.Rows)+len(u.Special)+len(u.Printed) == 0
}

// numbered keeps one copy of each thing that many records have alike, by its
// number. Numbers are only ever added: one goroutine at a time may, while others read.
type numbered[T any] struct {
	numbers map[string]uint32
	all     atomicList[T]
}

func newNumbered[T any](zero T) *numbered[T] {
	n := &numbered[T]{numbers: map[string]uint32{"": 0}}
	n.all.Store(&[]T{zero})
	return n
}

// number returns the number of the thing with the key, which thing makes if it is new.
func (n *numbered[T]) number(key string, thing func() T) uint32 {
	i, ok := n.numbers[key]
	if !ok {
		all := append(*n.all.Load(), thing()) // readers of the shorter list do not see it
		i = uint32(len(all) - 1)
		n.all.Store(&all)
		n.numbers[strings.Clone(key)] = i
	}
	return i
}

func (n *numbered[T]) at(i uint32) T { return (*n.all.Load())[i] }

// shares are the things that records have alike.
type shares struct {
	words  *numbered[string]
	tables *numbered[hours.Table] // schedules
}

func newShares() shares {
	return shares{newNumbered(""), newNumbered(hours.Table{})}
}

// The yes-or-no facts of a record.
const (
	isMapped  = 1 << iota
	isDerived // the position follows from the numbers it was given in
	isUnclear // its hours were not understood
	isAllDay
	isExtended
	isSmart
	isDemo
	isAbout // the floor space
)

// head is by what a record is found and put in order. Its name is as packed,
// which has the order of the text.
type head struct {
	area, name string
	code       uint32
	services   amenity.Set
	hours      uint32 // its schedule's number
	flags      uint64
}

func (h head) has(flag uint64) bool { return h.flags&flag != 0 }

// pack writes a station whose schedule has the number, and returns what few have.
func (s shares) pack(p *packer, v station.View, schedule uint32) *rare {
	word := func(text string) {
		p.number(uint64(s.words.number(text, func() string { return strings.Clone(text) })))
	}
	var flags uint64
	for _, f := range []struct {
		on   bool
		flag uint64
	}{{v.Place != nil, isMapped}, {v.Place != nil && derived(*v.Place), isDerived}, {!v.Hours.Known, isUnclear}, {v.AllDay, isAllDay},
		{v.Life.Extended, isExtended}, {v.Smart, isSmart}, {v.Demo, isDemo}, {v.Size.About, isAbout}} {
		if f.on {
			flags |= f.flag
		}
	}
	word(v.Area)
	p.text(v.Name)
	p.number(uint64(codeNumber(v.Code)))
	p.number(uint64(v.Services))
	p.number(uint64(schedule))
	p.number(flags)
	if v.Place != nil {
		word(v.Place.Datum)
		p.degrees(v.Place.GivenLat)
		p.degrees(v.Place.GivenLng)
		if flags&isDerived == 0 {
			p.degrees(v.Place.Lat)
			p.degrees(v.Place.Lng)
		}
	}
	p.text(v.Address)
	p.text(strings.Join(v.Phones, phoneMark))
	p.text(v.HostName)
	for _, text := range []string{v.District, v.HostID, v.SourceDate, string(v.Entry.Method), v.Entry.How, v.Size.Printed, string(v.Badge), string(v.HoursBy)} {
		word(text)
	}
	for _, n := range []int64{v.Version, int64(v.Size.Metres), int64(v.Capacity), int64(v.Stars)} {
		p.number(uint64(n))
	}
	p.time(v.CreatedAt, 0)
	for _, at := range []time.Time{v.PublishedAt, v.ChangedAt, v.HoursAt} {
		p.time(at, v.CreatedAt.UnixMicro())
	}
	x := rare{otherNames: v.OtherNames, honours: v.Honours, live: v.Live}
	if !v.Hours.Known {
		x.unknown = v.Hours
	}
	if x.empty() {
		return nil
	}
	return &x
}

// derived reports whether the position is what the given numbers say.
func derived(p station.Place) bool {
	d, err := geo.ParseDatum(p.Datum)
	return err == nil && geo.From(d, p.GivenLat, p.GivenLng) == p.Point
}

// phoneMark stands between two phones; no text holds it.
const phoneMark = "\x00"

// head reads the beginning of a record; the position comes next.
func (s shares) head(r *record) (h head, rest unpacker) {
	u := unpacker{r.packed}
	h = head{area: s.word(&u), name: u.bytes(), code: uint32(u.number()), services: amenity.Set(u.number()), hours: uint32(u.number()), flags: u.number()}
	return h, u
}

func (s shares) word(u *unpacker) string { return s.words.at(uint32(u.number())) }

// place reads the position; nil when the record has none.
func (s shares) place(h head, u *unpacker) *station.Place {
	if !h.has(isMapped) {
		return nil
	}
	p := &station.Place{Datum: s.word(u), GivenLat: u.degrees(), GivenLng: u.degrees()}
	if !h.has(isDerived) {
		p.Lat, p.Lng = u.degrees(), u.degrees()
	} else if d, err := geo.ParseDatum(p.Datum); err == nil { // it was one when it was packed
		p.Point = geo.From(d, p.GivenLat, p.GivenLng)
	}
	return p
}

// card unpacks the record.
func (s shares) card(r *record) Card {
	h, u := s.head(r)
	name := unpacker{h.name}
	f := station.Facts{Name: name.chars(), Area: h.area, Services: h.services, Hours: s.tables.at(h.hours), Place: s.place(h, &u), Public: true,
		AllDay: h.has(isAllDay), Smart: h.has(isSmart), Demo: h.has(isDemo), Life: upkeep.Life{Extended: h.has(isExtended)}}
	c := Card{Station: station.Station{ID: station.ID(r.key.String()), Facts: f}}
	c.Address, c.Code = u.text(), strconv.FormatUint(uint64(h.code), 10)
	if phones := u.text(); phones != "" {
		c.Phones = strings.Split(phones, phoneMark)
	}
	c.HostName, c.District, c.HostID, c.SourceDate = u.text(), s.word(&u), s.word(&u), s.word(&u)
	c.Entry = station.Entry{Method: station.EntryMethod(s.word(&u)), How: s.word(&u)}
	c.Size = station.Size{Printed: s.word(&u), About: h.has(isAbout)}
	c.Badge, c.HoursBy = station.Badge(s.word(&u)), station.Origin(s.word(&u))
	c.Version, c.Size.Metres, c.Capacity, c.Stars = int64(u.number()), int(u.number()), int(u.number()), int(u.number())
	c.CreatedAt = u.time(0)
	beside := c.CreatedAt.UnixMicro()
	c.PublishedAt, c.ChangedAt, c.HoursAt = u.time(beside), u.time(beside), u.time(beside)
	if x := r.rare; x != nil {
		c.OtherNames, c.Honours, c.Live = x.otherNames, x.honours, x.live
		if h.has(isUnclear) {
			c.Hours = x.unknown
		}
	}
	return c
}

func (r *record) otherNames() []string {
	if r.rare == nil {
		return nil
	}
	return r.rare.otherNames
}

func (r *record) live() station.Live {
	if r.rare == nil {
		return station.Live{}
	}
	return r.rare.live
}

// texts returns by what a record is found, beside its code.
func (s shares) texts(r *record) (name string, others []string, address string) {
	h, u := s.head(r)
	s.place(h, &u)
	n := unpacker{h.name}
	return n.chars(), r.otherNames(), u.text()
}

// sameWords reports whether both are found by the same words.
func (s shares) sameWords(a, b *record) bool {
	nameA, othersA, addressA := s.texts(a)
	nameB, othersB, addressB := s.texts(b)
	return nameA == nameB && addressA == addressB && slices.Equal(othersA, othersB)
}

func (s shares) code(r *record) uint32 {
	h, _ := s.head(r)
	return h.code
}

// codeNumber is a code, which never begins with 0, as a number; 0 when text can be none.
func codeNumber(text string) uint32 {
	if len(text) != codeLength || strings.Trim(text, "0123456789") != "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

const codeLength = 8

// cursor is the record's place in the order of the directory.
func (s shares) cursor(r *record) station.Cursor {
	h, _ := s.head(r)
	name := unpacker{h.name}
	return station.Cursor{Area: h.area, Name: name.chars(), ID: station.ID(r.key.String())}
}

// byPlace orders as cursors do: ids are the texts of their keys.
func (s shares) byPlace(a, b *record) int {
	x, _ := s.head(a)
	y, _ := s.head(b)
	return cmp.Or(cmp.Compare(x.area, y.area), cmp.Compare(x.name, y.name), bytes.Compare(a.key[:], b.key[:]))
}
