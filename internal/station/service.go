package station

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// Service is what other packages may ask of the directory of stations.
type Service struct {
	desk *op.Desk
	cal  hours.Calendar
}

// NewService returns the directory's service. cal knows the workdays.
func NewService(desk *op.Desk, cal hours.Calendar) *Service {
	return &Service{desk, cal}
}

// View is a station as it is at one moment.
type View struct {
	Station
	Live Live `json:"live"`
	Now  Now  `json:"now"`
}

// Done is the answer to a change, for ever.
type Done struct {
	ID      ID     `json:"id"`
	Code    string `json:"code"`
	Version int64  `json:"version"`
}

func (s Station) done() Done { return Done{s.ID, s.Code, s.Version} }

// Get returns a station as it is now. One that is not public is missing for
// all but those who run or oversee it; the note is for them alone.
func (s *Service) Get(ctx context.Context, id ID) (View, error) {
	return op.Read(ctx, s.desk, See, func(tx *op.Tx) (View, error) { return s.view(ctx, tx, Filter{IDs: []ID{id}}) })
}

// ByCode returns the station with the given short code.
func (s *Service) ByCode(ctx context.Context, code string) (View, error) {
	return op.Read(ctx, s.desk, See, func(tx *op.Tx) (View, error) { return s.view(ctx, tx, Filter{Code: code}) })
}

func (s *Service) view(ctx context.Context, tx *op.Tx, f Filter) (View, error) {
	f.WithClosed = true
	list, err := find(ctx, tx.Tx, f, nil, "1 = 1")
	if err != nil {
		return View{}, err
	}
	missing := fault.New("station.get", fault.Missing, "fault.missing")
	if len(list) != 1 {
		return View{}, missing
	}
	inside := s.desk.Rules().May(tx.Subject, Inspect, list[0].AuthzObject())
	if !inside && !list[0].Public {
		return View{}, missing
	}
	views, err := s.views(ctx, tx, list)
	if err != nil {
		return View{}, err
	}
	if !inside {
		views[0].Station = views[0].outside()
	}
	return views[0], nil
}

// outside returns what everybody may read of s.
func (s Station) outside() Station {
	s.Note, s.Life.Keeper, s.Life.Funds = "", "", ""
	return s
}

func (s *Service) views(ctx context.Context, tx *op.Tx, list []Station) ([]View, error) {
	ids := make([]ID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	lives, err := liveOf(ctx, tx.Tx, tx.Now(), ids...)
	if err != nil {
		return nil, err
	}
	views := make([]View, len(list))
	for i, st := range list {
		l := lives[st.ID]
		views[i] = View{st, l, st.Now(l, tx.Now(), s.cal)}
	}
	return views, nil
}

// List returns the stations that f selects of those the reader runs or
// oversees, by area and name, public or not.
func (s *Service) List(ctx context.Context, f Filter) ([]View, error) {
	return op.List(ctx, s.desk, Inspect, func(tx *op.Tx, scope op.Scope) ([]View, error) {
		return s.list(ctx, tx, scope, f)
	})
}

// Directory returns the public stations that f selects, for everybody.
func (s *Service) Directory(ctx context.Context, f Filter) ([]View, error) {
	f.Public, f.WithClosed = true, false
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]View, error) {
		views, err := s.list(ctx, tx, scope, f)
		for i := range views {
			views[i].Station = views[i].outside()
		}
		return views, err
	})
}

func (s *Service) list(ctx context.Context, tx *op.Tx, scope op.Scope, f Filter) ([]View, error) {
	f.Limit = min(f.Limit, 200)
	var args db.Args
	where := scope.Where(authz.Columns{ID: "station_id", Area: "area", Org: "host_id"}, &args)
	list, err := find(ctx, tx.Tx, f, args, where)
	if err != nil {
		return nil, err
	}
	return s.views(ctx, tx, list)
}

// Add adds a station. An id made by the caller may come with it.
func (s *Service) Add(ctx context.Context, own ID, f Facts) (Done, error) {
	if own == "" {
		own = id.New[ID]()
	}
	propose := func(tx *op.Tx) (Station, error) {
		return Station{ID: own, CreatedAt: tx.Now()}.With(f, FromCadre, tx.Now())
	}
	return op.Write(ctx, s.desk, Add, propose, func(tx *op.Tx, st Station) (Done, error) {
		st, err := insert(ctx, tx, st)
		if err != nil {
			return Done{}, err
		}
		tx.Emit(Opened{st.ID, st.Area})
		return st.done(), touch(ctx, tx, st.ID)
	})
}

// Edit replaces the facts of a station, as seen at the given version. The
// editor needs authority where the station is and where it goes.
func (s *Service) Edit(ctx context.Context, id ID, version int64, f Facts) (Done, error) {
	return s.edit(ctx, Edit, id, version, func(tx *op.Tx, st Station) (Station, error) {
		return st.With(f, FromCadre, tx.Now())
	})
}

// SetHours replaces the weekly hours of a station.
func (s *Service) SetHours(ctx context.Context, id ID, version int64, t hours.Table) (Done, error) {
	return s.edit(ctx, Edit, id, version, func(tx *op.Tx, st Station) (Station, error) {
		f := st.Facts
		f.Hours = t
		st.HoursAt = time.Time{} // stated anew, also when the same
		return st.With(f, FromCadre, tx.Now())
	})
}

// Put puts a station on the map, or elsewhere on it, by numbers in the given datum.
func (s *Service) Put(ctx context.Context, id ID, version int64, d geo.Datum, lat, lng float64) (Done, error) {
	return s.edit(ctx, Put, id, version, func(tx *op.Tx, st Station) (Station, error) {
		f := st.Facts
		var err error
		if f.Place, err = PlaceFrom(d, lat, lng); err != nil {
			return st, err
		}
		return st.With(f, FromCadre, tx.Now())
	})
}

// CloseForGood closes a station for ever; it stays as a tombstone.
func (s *Service) CloseForGood(ctx context.Context, id ID, version int64, why string) (Done, error) {
	return s.edit(ctx, Close, id, version, func(tx *op.Tx, st Station) (Station, error) {
		if why = plain.Text(why); why == "" || utf8.RuneCountInString(why) > 200 {
			return st, fault.New("station.close", fault.Invalid, "station.why.length")
		}
		st.ClosedAt, st.ClosedWhy, st.ChangedAt = tx.Now(), why, tx.Now()
		tx.Emit(Closed{st.ID, why})
		return st, nil
	})
}

// anyVersion is the version of a change that holds whatever else changed.
const anyVersion = -1

// edit is every change of a record: read at a version, changed, stored over
// that version, announced, numbered.
func (s *Service) edit(ctx context.Context, act authz.Action, id ID, version int64, change func(*op.Tx, Station) (Station, error)) (Done, error) {
	return op.Write(ctx, s.desk, act, byID(ctx, id), func(tx *op.Tx, old Station) (Done, error) {
		switch {
		case !old.InUse():
			return Done{}, fault.New(string(act), fault.Conflict, "station.is_closed")
		case old.Version != version && version != anyVersion:
			return Done{}, fault.New(string(act), fault.Conflict, "station.changed_meanwhile")
		}
		st, err := change(tx, old)
		if err != nil {
			return Done{}, err
		}
		if err := s.desk.Check(tx.Subject, act, st.AuthzObject()); err != nil {
			return Done{}, err
		}
		if st, err = update(ctx, tx, st); err != nil {
			return Done{}, err
		}
		announce(tx, old, st)
		return st.done(), touch(ctx, tx, id)
	})
}

func announce(tx *op.Tx, old, st Station) {
	if !st.InUse() {
		return
	}
	tx.Emit(Changed{st.ID, st.Version})
	if st.Place != nil && (old.Place == nil || *old.Place != *st.Place) {
		tx.Emit(Moved{st.ID, old.Place == nil})
	}
}

func byID(ctx context.Context, id ID) func(*op.Tx) (Station, error) {
	return func(tx *op.Tx) (Station, error) { return get(ctx, tx.Tx, id) }
}

// SetDay gives one day its own opening: other times, or closed when it has no
// periods, and then it needs a reason. Setting a day again replaces it.
func (s *Service) SetDay(ctx context.Context, id ID, day hours.Special) (Done, error) {
	return s.live(ctx, SetDay, id, func(tx *op.Tx, st Station) (bool, error) {
		day.Reason = plain.Text(day.Reason)
		today := clock.Day(tx.Now())
		var form fault.Form
		if err := (hours.Table{Special: []hours.Special{day}}).Check(); err != nil {
			form.Add("day", "station.day.wrong", nil)
		} else if day.Day < today || day.Day > clock.Day(tx.Now().AddDate(1, 0, 0)) {
			form.Add("day", "station.day.range", nil)
		}
		if n := utf8.RuneCountInString(day.Reason); n > 200 || n == 0 && len(day.Periods) == 0 {
			form.Add("reason", "station.why.length", nil)
		}
		if err := form.Err("station.set_day"); err != nil {
			return false, err
		}
		return true, setDay(ctx, tx, id, Day{day, originOf(tx.Subject, st), tx.Now()})
	})
}

// ClearDay takes a special day back: the weekly hours hold again.
func (s *Service) ClearDay(ctx context.Context, id ID, day string) (Done, error) {
	return s.live(ctx, SetDay, id, func(tx *op.Tx, st Station) (bool, error) {
		return clearDay(ctx, tx, id, day)
	})
}

// Fixed says that what was reported is mended: all open reports of that kind
// are settled, and whoever keeps the requests is told their numbers.
func (s *Service) Fixed(ctx context.Context, id ID, what What) (Done, error) {
	return s.live(ctx, Settle, id, func(tx *op.Tx, st Station) (bool, error) {
		numbers, err := settle(ctx, tx, id, what, "", tx.Now())
		if err != nil || len(numbers) == 0 {
			return false, err
		}
		tx.Emit(Mended{id, what, numbers})
		return true, nil
	})
}

// Reported takes in what a worker reported under a request's number. It is
// called by the program's handlers and may be repeated.
func (s *Service) Reported(ctx context.Context, id ID, what What, at time.Time, number string) error {
	if !slices.Contains(Whats(), what) {
		what = Other
	}
	_, err := s.live(ctx, Tell, id, func(tx *op.Tx, st Station) (bool, error) {
		return addReport(ctx, tx, id, Report{what, at, number})
	})
	return err
}

// Settled takes in that the request with that number was settled at that time.
// It is called by the program's handlers and may be repeated.
func (s *Service) Settled(ctx context.Context, id ID, number string, at time.Time) error {
	_, err := s.live(ctx, Tell, id, func(tx *op.Tx, st Station) (bool, error) {
		if err := markSettled(ctx, tx, id, number, at); err != nil {
			return false, err
		}
		numbers, err := settle(ctx, tx, id, "", number, at)
		return len(numbers) > 0, err
	})
	return err
}

// live is every change of what is true for a while. It is numbered and
// announced only when it changed something.
func (s *Service) live(ctx context.Context, act authz.Action, id ID, change func(*op.Tx, Station) (bool, error)) (Done, error) {
	return op.Write(ctx, s.desk, act, byID(ctx, id), func(tx *op.Tx, st Station) (Done, error) {
		if !st.InUse() && act != Tell {
			return Done{}, fault.New(string(act), fault.Conflict, "station.is_closed")
		}
		changed, err := change(tx, st)
		if err != nil || !changed {
			return st.done(), err
		}
		tx.Emit(StatusChanged{id})
		return st.done(), touch(ctx, tx, id)
	})
}

// originOf says in which capacity the subject speaks for the station.
func originOf(who authz.Subject, st Station) Origin {
	host := slices.ContainsFunc(who.Grants, func(g authz.Grant) bool {
		return g.Role == authz.Host && st.HostID != "" && g.Org == st.HostID
	})
	if host {
		return FromHost
	}
	return FromCadre
}

// AddAll adds many stations in one transaction, for seeding; their ids are
// made here. They are numbered as changes, so that readers of [Service.Sync] see
// them, but not announced one by one. Only the program may.
func (s *Service) AddAll(ctx context.Context, list []Facts, by Origin) ([]ID, error) {
	target := func(*op.Tx) (Station, error) { return Station{ID: id.New[ID]()}, nil }
	return op.Write(ctx, s.desk, Tell, target, func(tx *op.Tx, _ Station) ([]ID, error) {
		ids := make([]ID, 0, len(list))
		for _, f := range list {
			st, err := Station{ID: id.New[ID](), CreatedAt: tx.Now()}.With(f, by, tx.Now())
			if err != nil {
				return nil, err
			}
			if st, err = insert(ctx, tx, st); err != nil {
				return nil, err
			}
			ids = append(ids, st.ID)
		}
		return ids, touch(ctx, tx, ids...)
	})
}
