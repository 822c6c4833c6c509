package world

import (
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"time"

	"nuanxin/internal/hours"
	"nuanxin/internal/station"
)

// Options say which world is made.
type Options struct {
	Seed     uint64
	Now      time.Time // the moment up to which things have happened
	Stations int       // 0 means [County]
}

// County is how many stations the county has; what is asked for beyond that
// lies in the rest of the nation.
const County = 300

// Requests is how many requests there are.
const Requests = 200

// Days is how many days the requests reach back.
const Days = 60

// World is everything that is invented, but for the nation's stations.
type World struct {
	Now      time.Time
	Start    time.Time // before anything happened
	Orgs     []Org     // parents before children
	Staff    []Staff
	Workers  []Worker
	Stations []Station // of the county
	Cases    []Case
	Acts     []Act // in the order of time
	Members  []Member
	Steps    []Step    // of members, in the order of time
	Asks     []DataAsk // in the order of time
	options  Options
}

// Org is a union, a partner body or a host.
type Org struct {
	Key     string
	Kind    string // as in package org
	Level   string
	Name    string
	Short   string
	Area    string
	Parent  string // key
	Phone   string // of the desk
	Contact string // mobile
	Address string
	Topics  []string // what a body answers for, in DutyArea
	Duty    string   // area of the duties
	Handler string   // who answers there, in words
}

// Staff is somebody who signs in with a name.
type Staff struct {
	Login string
	Name  string
	Role  string // as in package authz
	Area  string
	Org   string // key
	Does  string // in words, for the list of sign-ins
	In    string // the same in English
}

// Worker is somebody with a phone.
type Worker struct {
	Phone   string
	Name    string
	Account bool // signs in; the others only leave a number
}

// Station is a station of the demo.
type Station struct {
	Key   string // of those that stories speak of
	Host  string // key of an organisation
	Facts station.Facts
	Shut  *hours.Special // a day with an opening of its own, set today
}

// Case is one request.
type Case struct {
	Key    string // of its plot
	Worker int    // index in Workers; -1 is nobody who gave a number
	Via    Via
	Topic  string
	Title  string
	Street string // division code
	Place  string
	Lat    float64
	Lng    float64
	Spot   int    // index in Stations, -1 for none
	What   string // of a station's defect
}

// Via is how a request came.
type Via string

// The ways.
const (
	ViaPage      Via = "page"      // signed in
	ViaGuest     Via = "guest"     // a number, no account
	ViaAnonymous Via = "anonymous" // no name, no number
	ViaPhone     Via = "phone"     // called the desk
	ViaTalk      Via = "talk"      // said at a talk
	ViaVisit     Via = "visit"     // said on a visit
)

// Do is what somebody does to a request.
type Do string

// The acts, each as in package request.
const (
	Capture  Do = "capture"
	Look     Do = "look"
	Sort     Do = "sort"
	Send     Do = "send"
	Open     Do = "open"
	Sign     Do = "sign"
	Bounce   Do = "bounce"
	Work     Do = "work"
	Report   Do = "report"
	Tell     Do = "tell"
	Ask      Do = "ask"
	Answer   Do = "answer"
	Note     Do = "note"
	NotOurs  Do = "notours"
	Raise    Do = "raise"
	Merge    Do = "merge"
	Add      Do = "add"
	Reply    Do = "reply"
	Chase    Do = "chase"
	Solved   Do = "solved"
	Unsolved Do = "unsolved"
	Withdraw Do = "withdraw"
	Fixed    Do = "fixed"
	NotYet   Do = "notyet"
)

// Act is one thing that somebody did.
type Act struct {
	At     time.Time
	Case   int // index in Cases
	Do     Do
	By     string   // login of staff, key of a body, "" for the worker
	Bodies []string // keys: to whom it goes
	Words  string
	More   string    // a second text: who should do it, a phone, a title, a reason's code
	Until  time.Time // a deadline or a date
	Others []int     // cases to merge
	Photo  string    // kind of drawing, "" for none
	Voice  int       // seconds, 0 for none
	Seed   uint64    // of the drawing or the voice
}

// Make invents a world. Equal options give equal worlds. An error means that a
// story is badly written.
func Make(o Options) (*World, error) {
	if o.Stations == 0 {
		o.Stations = County
	}
	o.Now = o.Now.UTC().Truncate(time.Minute)
	w := &World{Now: o.Now, Start: o.Now.AddDate(0, 0, -Days-30), options: o}
	w.Orgs, w.Staff, w.Workers = orgs(), StaffList(), workers()
	w.Stations = w.county(w.random("stations"))
	w.askData()
	if err := w.enrol(w.random("members")); err != nil {
		return w, err
	}
	return w, w.happen(w.random("requests"))
}

// random returns a source of its own for each part, so that a change of one
// leaves the others as they were.
func (w *World) random(part string) *rand.Rand { return source(w.options.Seed, part) }

func source(seed uint64, part string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(part))                  // a hash never fails
	return rand.New(rand.NewPCG(seed, h.Sum64())) //nolint:gosec // an invented world needs no secret
}

// Nation yields the stations beyond the county's, all over the nation.
func (w *World) Nation() iter.Seq[Station] {
	return func(yield func(Station) bool) {
		n := newNation(w.random("nation"))
		for range w.options.Stations - len(w.Stations) {
			if !yield(n.station()) {
				return
			}
		}
	}
}

// pick returns one of all.
func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

// OrgOf returns the organisation with the key.
func (w *World) OrgOf(key string) Org {
	for _, o := range w.Orgs {
		if o.Key == key {
			return o
		}
	}
	return Org{}
}
