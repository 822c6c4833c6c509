package station

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/op"
	"nuanxin/internal/station/amenity"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// Columns are the columns of a station, in the order of [Station.Values].
const Columns = `station_id, code, version, area, name, other_names, address, district, lat, lng, datum, given_lat, given_lng, cell,
	host_id, host_name, phones, services, offers, hours_known, hours, hours_at, hours_by, entry, entry_how, all_day, smart, honours, marks,
	metres, metres_about, metres_text, capacity, stars, badge, note, source, source_date, photo, demo, public,
	closed_at, closed_why, published_at, created_at, changed_at, life`

// Values are what is kept of s.
func (s Station) Values() ([]any, error) {
	var lat, lng, givenLat, givenLng, cell any
	datum := ""
	if p := s.Place; p != nil {
		lat, lng, datum, givenLat, givenLng, cell = p.Lat, p.Lng, p.Datum, p.GivenLat, p.GivenLng, p.Cell()
	}
	texts := make([]string, 6)
	for i, v := range []any{s.OtherNames, s.Phones, s.Hours, s.Honours, s.Life, s.Pictures} {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		texts[i] = string(raw)
	}
	if len(s.Pictures) == 0 {
		texts[5] = ""
	}
	return []any{s.ID, s.Code, s.Version, s.Area, s.Name, texts[0], s.Address, s.District, lat, lng, datum, givenLat, givenLng, cell,
		db.Null(s.HostID), s.HostName, texts[1], int64(s.Services), s.Offers, s.Hours.Known, texts[2], db.Micros(s.HoursAt), string(s.HoursBy), //nolint:gosec // services are bits
		string(s.Entry.Method), s.Entry.How, s.AllDay, s.Smart, texts[3], s.Marks,
		s.Size.Metres, s.Size.About, s.Size.Printed, s.Capacity, s.Stars, string(s.Badge), s.Note, s.Source, s.SourceDate, texts[5], s.Demo, s.Public,
		db.Micros(s.ClosedAt), s.ClosedWhy, db.Micros(s.PublishedAt), db.Micros(s.CreatedAt), db.Micros(s.ChangedAt), texts[4]}, nil
}

func (s *Station) scan(r db.Row) error {
	var lat, lng, givenLat, givenLng *float64
	var cell *int64
	var datum, names, phones, hoursText, honours, photo, life string
	var services int64
	var known bool
	err := r.Scan(&s.ID, &s.Code, &s.Version, &s.Area, &s.Name, &names, &s.Address, &s.District, &lat, &lng, &datum, &givenLat, &givenLng, &cell,
		db.Text(&s.HostID), &s.HostName, &phones, &services, &s.Offers, &known, &hoursText, db.Time(&s.HoursAt), &s.HoursBy,
		&s.Entry.Method, &s.Entry.How, &s.AllDay, &s.Smart, &honours, &s.Marks,
		&s.Size.Metres, &s.Size.About, &s.Size.Printed, &s.Capacity, &s.Stars, &s.Badge, &s.Note, &s.Source, &s.SourceDate, &photo, &s.Demo, &s.Public,
		db.Time(&s.ClosedAt), &s.ClosedWhy, db.Time(&s.PublishedAt), db.Time(&s.CreatedAt), db.Time(&s.ChangedAt), &life)
	if err != nil {
		return err
	}
	s.Services = amenity.Set(services) //nolint:gosec // services are bits
	if lat != nil && lng != nil && givenLat != nil && givenLng != nil {
		s.Place = &Place{Datum: datum, GivenLat: *givenLat, GivenLng: *givenLng}
		s.Place.Lat, s.Place.Lng = *lat, *lng
	}
	for _, j := range []struct {
		text string
		to   any
	}{{names, &s.OtherNames}, {phones, &s.Phones}, {hoursText, &s.Hours}, {honours, &s.Honours}, {life, &s.Life}, {photo, &s.Pictures}} {
		if j.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(j.text), j.to); err != nil {
			return fmt.Errorf("station %s: %w", s.ID, err)
		}
	}
	return nil
}

// insert stores a new station under a fresh code.
func insert(ctx context.Context, tx *op.Tx, s Station) (Station, error) {
	var err error
	if s.Code, err = newCode(ctx, tx, s.ID); err != nil {
		return s, err
	}
	s.Version = 1
	values, err := s.Values()
	if err != nil {
		return s, err
	}
	var args db.Args
	if _, err := tx.Exec(ctx, `insert into station (`+Columns+`) values `+db.In(&args, values), args...); err != nil {
		return s, err
	}
	return s, gram(ctx, tx, s)
}

// newCode draws eight digits that no station ever had.
func newCode(ctx context.Context, tx *op.Tx, id ID) (string, error) {
	for range 20 {
		n, err := rand.Int(rand.Reader, big.NewInt(90_000_000))
		if err != nil {
			return "", err
		}
		code := fmt.Sprintf("%08d", n.Int64()+10_000_000)
		rows, err := tx.Exec(ctx, `insert into station_code (code, station_id) values ($1, $2) on conflict (code) do nothing`, code, id)
		if err != nil || rows == 1 {
			return code, err
		}
	}
	return "", fault.New("station.code", fault.SoldOut, "station.code.full")
}

// update stores s over the version it was read at, and only over that.
func update(ctx context.Context, tx *op.Tx, s Station) (Station, error) {
	seen := s.Version
	s.Version++
	values, err := s.Values()
	if err != nil {
		return s, err
	}
	var args db.Args
	var sets []string
	for i, c := range strings.Split(Columns, ",")[1:] {
		sets = append(sets, strings.TrimSpace(c)+" = "+args.Add(values[i+1]))
	}
	n, err := tx.Exec(ctx, `update station set `+strings.Join(sets, ", ")+
		` where station_id = `+args.Add(s.ID)+` and version = `+args.Add(seen), args...)
	switch {
	case err != nil:
		return s, err
	case n == 0:
		return s, fault.New("station.update", fault.Conflict, "station.changed_meanwhile")
	}
	return s, gram(ctx, tx, s)
}

// gram stores what the station is searched by.
func gram(ctx context.Context, tx *op.Tx, s Station) error {
	if _, err := tx.Exec(ctx, `delete from station_gram where station_id = $1`, s.ID); err != nil {
		return err
	}
	if err := nameIndex(ctx, tx, s); err != nil {
		return err
	}
	grams := s.Grams()
	if len(grams) == 0 {
		return nil
	}
	var args db.Args
	id := args.Add(s.ID)
	rows := make([]string, len(grams))
	for i, g := range grams {
		rows[i] = "(" + id + ", " + args.Add(g) + ")"
	}
	_, err := tx.Exec(ctx, `insert into station_gram (station_id, gram) values `+strings.Join(rows, ", "), args...)
	return err
}

// Grams are the pieces that s is searched by.
func (s Station) Grams() []string {
	return db.Grams(strings.Join(append([]string{s.Name, s.Address, s.HostName, s.Code}, s.OtherNames...), "\n"))
}

// nameIndex stores under which keys the names of the station are found again.
func nameIndex(ctx context.Context, tx *op.Tx, s Station) error {
	if _, err := tx.Exec(ctx, `delete from station_name where station_id = $1`, s.ID); err != nil {
		return err
	}
	var args db.Args
	id := args.Add(s.ID)
	var rows []string
	for _, k := range s.NameKeys() {
		rows = append(rows, "("+id+", "+args.Add(k)+")")
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into station_name (station_id, name_key) values `+strings.Join(rows, ", "), args...)
	return err
}

// Filter selects stations. Its zero value selects all that are in use.
type Filter struct {
	IDs        []ID
	Code       string
	Area       string // and all within it
	HostID     string
	Words      string      // in names, addresses, hosts; or a code
	Unmapped   bool        // only those not yet on the map
	NoHours    bool        // only those whose hours are not known
	Public     bool        // only those shown to workers
	Hidden     bool        // only those not shown to workers, or invented
	Reported   What        // only those of which this is reported and not settled
	WithClosed bool        // those closed for good, too
	Gone       bool        // only those closed for good
	Cells      []geo.Range // only those on the map in these
	After      Cursor
	Limit      int // 1–200; 0 means 50
}

// cellsIn writes S2 ranges, as [geo.CoverRect] and [geo.CoverCap] give them.
func cellsIn(ranges []geo.Range, args *db.Args) string {
	any := []string{"1 = 0"}
	for _, r := range ranges {
		any = append(any, "cell between "+args.Add(r.From)+" and "+args.Add(r.To))
	}
	return "(" + strings.Join(any, " or ") + ")"
}

// Cursor is the last station of a page, where the next one goes on.
type Cursor struct {
	Area, Name string
	ID         ID
}

// Cursor returns where a page that ends with s goes on.
func (s Station) Cursor() Cursor { return Cursor{s.Area, s.Name, s.ID} }

// where writes the filter as a condition.
func (f Filter) where(args *db.Args) string {
	all := []string{"1 = 1"}
	and := func(cond string) { all = append(all, cond) }
	if f.IDs != nil {
		and("station_id in " + db.In(args, f.IDs))
	}
	if f.Code != "" {
		and("code = " + args.Add(strings.ReplaceAll(f.Code, " ", "")))
	}
	if f.Area != "" {
		from, to := authz.Range(f.Area)
		and("area >= " + args.Add(from) + " and area < " + args.Add(to))
	}
	if f.HostID != "" {
		and("host_id = " + args.Add(f.HostID))
	}
	for _, g := range db.Grams(f.Words) {
		and("exists (select 1 from station_gram g where g.station_id = station.station_id and g.gram = " + args.Add(g) + ")")
	}
	for _, c := range []struct {
		on   bool
		cond string
	}{{f.Unmapped, "lat is null"}, {f.NoHours, "not hours_known"}, {f.Public, "public"}, {f.Hidden, "(not public or demo)"},
		{!f.WithClosed && !f.Gone, "closed_at is null"}, {f.Gone, "closed_at is not null"}} {
		if c.on {
			and(c.cond)
		}
	}
	if f.Reported != "" {
		and("exists (select 1 from station_report r where r.station_id = station.station_id and r.settled_at is null and r.what = " + args.Add(string(f.Reported)) + ")")
	}
	if f.Cells != nil {
		and(cellsIn(f.Cells, args))
	}
	if c := f.After; c.ID != "" {
		and("(area, name, station_id) > (" + args.Add(c.Area) + ", " + args.Add(c.Name) + ", " + args.Add(c.ID) + ")")
	}
	return strings.Join(all, " and ")
}

// find returns a page of stations that f selects and scope allows, by area and name.
func find(ctx context.Context, tx *db.Tx, f Filter, args db.Args, scope string) ([]Station, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	where := f.where(&args)
	var list []Station
	err := tx.Each(ctx, `select `+Columns+` from station where `+where+` and `+scope+`
		order by area, name, station_id limit `+args.Add(min(limit, 1000)), args, func(r db.Row) error {
		var s Station
		if err := s.scan(r); err != nil {
			return err
		}
		list = append(list, s)
		return nil
	})
	return list, err
}

// files lists the files of the photos of the stations that scope allows, and of
// the lists that are still to be read.
func files(ctx context.Context, tx *db.Tx, scope op.Scope) (map[string]bool, error) {
	var args db.Args
	all := map[string]bool{}
	where := scope.Where(authz.Columns{ID: "station_id", Area: "area", Org: "host_id"}, &args)
	err := tx.Each(ctx, `select photo from station where photo <> '' and `+where, args, func(r db.Row) error {
		var text string
		if err := r.Scan(&text); err != nil {
			return err
		}
		var list []Picture
		err := json.Unmarshal([]byte(text), &list)
		for _, p := range list {
			all[p.File], all[p.Thumb] = true, true
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, tx.Each(ctx, `select file from station_work where file is not null`, nil, func(r db.Row) error {
		var file string
		err := r.Scan(&file)
		all[file] = true
		return err
	})
}

// get returns one station, in use or not.
func get(ctx context.Context, tx *db.Tx, id ID) (Station, error) {
	list, err := find(ctx, tx, Filter{IDs: []ID{id}, WithClosed: true}, nil, "1 = 1")
	switch {
	case err != nil:
		return Station{}, err
	case len(list) == 0:
		return Station{}, fault.New("station.get", fault.Missing, "fault.missing")
	}
	return list[0], nil
}

// liveOf returns the live parts of the given stations. Special days of the
// past are left out, but for yesterday, which may run past midnight.
func liveOf(ctx context.Context, tx *db.Tx, now time.Time, ids ...ID) (map[ID]Live, error) {
	all := make(map[ID]Live, len(ids))
	var args db.Args
	from := args.Add(clock.Day(now.AddDate(0, 0, -1)))
	err := tx.Each(ctx, `select station_id, day, periods, reason, set_by, at from station_day
		where day >= `+from+` and station_id in `+db.In(&args, ids)+` order by station_id, day`, args, func(r db.Row) error {
		var id ID
		var d Day
		var periods string
		if err := r.Scan(&id, &d.Day, &periods, &d.Reason, &d.By, db.Time(&d.At)); err != nil {
			return err
		}
		l := all[id]
		l.Days = append(l.Days, d)
		all[id] = l
		return json.Unmarshal([]byte(periods), &l.Days[len(l.Days)-1].Periods)
	})
	if err != nil {
		return nil, err
	}
	args = nil
	err = tx.Each(ctx, `select station_id, number, what, at from station_report
		where settled_at is null and station_id in `+db.In(&args, ids)+` order by station_id, at, number, what`, args, func(r db.Row) error {
		var id ID
		var rep Report
		if err := r.Scan(&id, &rep.Number, &rep.What, db.Time(&rep.At)); err != nil {
			return err
		}
		l := all[id]
		l.Reports = append(l.Reports, rep)
		all[id] = l
		return nil
	})
	return all, err
}

// touch gives the stations the next numbers of change. It must be the last
// thing that a transaction does to stations: from here on until its end other
// writers wait for the counter.
func touch(ctx context.Context, tx *op.Tx, ids ...ID) error {
	var last int64
	err := tx.One(ctx, `update station_counter set value = value + $1 where name = 'change' returning value`, []any{len(ids)}, &last)
	if err != nil {
		return err
	}
	const batch = 300
	for from := 0; from < len(ids); from += batch {
		var args db.Args
		at := args.Add(tx.Now().UnixMicro())
		var rows []string
		for i, id := range ids[from:min(from+batch, len(ids))] {
			seq := last - int64(len(ids)-1-from-i)
			rows = append(rows, "("+args.Add(id)+", "+args.Add(seq)+", "+at+")")
		}
		_, err := tx.Exec(ctx, `insert into station_change (station_id, seq, at) values `+strings.Join(rows, ", ")+`
			on conflict (station_id) do update set seq = excluded.seq, at = excluded.at`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// change is a station's last change.
type change struct {
	id  ID
	seq int64
}

// lastChange is the number of the last change.
func lastChange(ctx context.Context, tx *db.Tx) (last int64, err error) {
	err = tx.One(ctx, `select value from station_counter where name = 'change'`, nil, &last)
	return last, err
}

// changesSince returns up to limit changes after the given number, in order.
func changesSince(ctx context.Context, tx *db.Tx, seq int64, limit int) ([]change, error) {
	var list []change
	err := tx.Each(ctx, `select station_id, seq from station_change where seq > $1 order by seq limit $2`, []any{seq, limit}, func(r db.Row) error {
		var c change
		err := r.Scan(&c.id, &c.seq)
		list = append(list, c)
		return err
	})
	return list, err
}

func setDay(ctx context.Context, tx *op.Tx, id ID, d Day) error {
	periods, err := json.Marshal(d.Periods)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into station_day (station_id, day, periods, reason, set_by, at) values ($1, $2, $3, $4, $5, $6)
		on conflict (station_id, day) do update set periods = excluded.periods, reason = excluded.reason, set_by = excluded.set_by, at = excluded.at`,
		id, d.Day, string(periods), d.Reason, string(d.By), db.Micros(d.At))
	return err
}

// clearDay reports whether there was such a day.
func clearDay(ctx context.Context, tx *op.Tx, id ID, day string) (bool, error) {
	n, err := tx.Exec(ctx, `delete from station_day where station_id = $1 and day = $2`, id, day)
	return n > 0, err
}

// settledMark is the kind of the row that says that a request is settled, so
// that a report which is told late does not open it again.
const settledMark What = "settled"

// addReport stores a report once, however often it is told; fresh says whether
// anything changed. A report later than its settling opens it again.
func addReport(ctx context.Context, tx *op.Tx, id ID, r Report) (fresh bool, err error) {
	var settled time.Time
	err = tx.One(ctx, `select settled_at from station_report where station_id = $1 and number = $2 and what = $3`,
		[]any{id, r.Number, string(settledMark)}, db.Time(&settled))
	if err != nil && !errors.Is(err, db.ErrNone) || !settled.IsZero() && !r.At.After(settled) {
		return false, ignoreNone(err)
	}
	n, err := tx.Exec(ctx, `
		insert into station_report (station_id, number, what, at, settled_at) values ($1, $2, $3, $4, null)
		on conflict (station_id, number, what) do update set at = excluded.at, settled_at = null
		where station_report.at < excluded.at`, id, r.Number, string(r.What), db.Micros(r.At))
	return n == 1, err
}

func ignoreNone(err error) error {
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	return err
}

// settle settles the open reports of one kind, all of them, or those of one
// request, and returns the numbers of the requests.
func settle(ctx context.Context, tx *op.Tx, id ID, what What, number string, at time.Time) ([]string, error) {
	var args db.Args
	set := args.Add(db.Micros(at))
	where := `station_id = ` + args.Add(id) + ` and settled_at is null`
	if what != "" {
		where += ` and what = ` + args.Add(string(what))
	}
	if number != "" {
		where += ` and number = ` + args.Add(number)
	}
	var numbers []string
	err := tx.Each(ctx, `update station_report set settled_at = `+set+` where `+where+` returning number`, args, func(r db.Row) error {
		var n string
		err := r.Scan(&n)
		numbers = append(numbers, n)
		return err
	})
	slices.Sort(numbers)
	return slices.Compact(numbers), err
}

// markSettled remembers that the request was settled at that time.
func markSettled(ctx context.Context, tx *op.Tx, id ID, number string, at time.Time) error {
	_, err := tx.Exec(ctx, `
		insert into station_report (station_id, number, what, at, settled_at) values ($1, $2, $3, $4, $4)
		on conflict (station_id, number, what) do update set settled_at = excluded.settled_at
		where station_report.settled_at < excluded.settled_at`, id, number, string(settledMark), db.Micros(at))
	return err
}
