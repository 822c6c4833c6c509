package stationweb

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/id"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web/api"
)

// Register adds the operations on stations to the program's API.
func Register(a *api.API, c Config) {
	p := &pages{Config: c}
	op := func(path, summary, purpose string) api.Operation {
		return api.Operation{Method: http.MethodGet, Path: path, Action: string(station.See), Roles: []string{"anyone"}, Summary: summary, Purpose: purpose}
	}
	api.Register(a, op("/stations/nearest", "Nearest stations", "The stations nearest to a position, nearest first, with their status at a time."), p.apiNearest)
	api.Register(a, op("/stations/search", "Search stations", "Stations by words, area and services; also those not yet on the map."), p.apiSearch)
	api.Register(a, op("/stations/sync", "Changes of stations", "What changed since a cursor, with tombstones. Begin without a cursor; go on with next."), p.apiSync)
	api.Register(a, op("/stations/{id}", "One station", "A station by its id or its eight-digit code, as it is now."), p.apiStation)
}

type nearestIn struct {
	Lat      float64   `query:"lat" required:"true" doc:"latitude in degrees"`
	Lng      float64   `query:"lng" required:"true" doc:"longitude in degrees"`
	Datum    string    `query:"datum" enum:"wgs84,gcj02,bd09" default:"wgs84" doc:"the system of lat and lng; answers are always WGS-84"`
	Services []string  `query:"services" doc:"codes; stations that have all of them"`
	OpenAt   time.Time `query:"open_at" doc:"only stations open at this time (RFC 3339)"`
	AllDay   bool      `query:"all_day" doc:"only stations open day and night"`
	WithinM  float64   `query:"within_m" minimum:"0" maximum:"1000000" doc:"at most so many metres away; 0 is no limit"`
	Limit    int       `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

type listOut struct{ Body apiListOutBody }

func (p *pages) apiNearest(ctx context.Context, in *nearestIn) (*listOut, error) {
	d, err := geo.ParseDatum(in.Datum)
	if err != nil {
		return nil, err // the schema lets only known ones in
	}
	set, err := servicesOf(in.Services)
	if err != nil {
		return nil, err
	}
	me := geo.From(d, in.Lat, in.Lng)
	if !me.Valid() || !me.InChina() {
		return nil, invalid("query.lat", "stations.api_position", nil)
	}
	list := p.Finder.Nearest(me, in.WithinM, in.Limit, finder.Want{Services: set, OpenAt: in.OpenAt, AllDay: in.AllDay})
	return answer(ctx, list, p.tell)
}

type searchIn struct {
	Q        string    `query:"q" maxLength:"100" doc:"words in names or addresses: characters, pinyin or initials; or a code"`
	Area     string    `query:"area" pattern:"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9})?$" doc:"division code; stations within it"`
	Services []string  `query:"services" doc:"codes; stations that have all of them"`
	OpenAt   time.Time `query:"open_at" doc:"only stations open at this time (RFC 3339)"`
	After    string    `query:"after" maxLength:"1000" doc:"next of the page before; not together with q, whose best matches are one page"`
	Limit    int       `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

func (p *pages) apiSearch(ctx context.Context, in *searchIn) (*listOut, error) {
	set, err := servicesOf(in.Services)
	if err != nil {
		return nil, err
	}
	after, ok := parseCursor(in.After)
	if !ok {
		return nil, invalid("query.after", "stations.api_cursor", nil)
	}
	words := strings.TrimSpace(in.Q)
	list := p.Finder.Search(finder.Want{Words: words, Area: in.Area, Services: set, OpenAt: in.OpenAt}, after, in.Limit+1)
	more := len(list) > in.Limit
	list = list[:min(len(list), in.Limit)]
	out, err := answer(ctx, list, tell)
	if err != nil {
		return nil, err
	}
	if more && words == "" {
		out.Body.Next = cursorText(list[len(list)-1].Cursor())
	}
	return out, nil
}

type stationIn struct {
	ID      string `path:"id" maxLength:"40" doc:"id or code"`
	IfMatch string `header:"If-None-Match" maxLength:"200"`
}

type stationOut struct {
	Status int
	ETag   string `header:"ETag"`
	Body   *apiStation
}

func (p *pages) apiStation(ctx context.Context, in *stationIn) (*stationOut, error) {
	var v station.View
	var err error
	if own, bad := id.Parse[station.ID](in.ID); bad == nil {
		v, err = p.Stations.Get(ctx, own)
	} else {
		v, err = p.Stations.ByCode(ctx, in.ID)
	}
	if err != nil {
		return nil, err
	}
	if !v.Public {
		return nil, fault.New("stationweb.api", fault.Missing, "fault.missing")
	}
	body := apiOf(found(v))
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	out := &stationOut{Status: http.StatusOK, ETag: `"` + base64.RawURLEncoding.EncodeToString(sum[:9]) + `"`, Body: &body}
	if in.IfMatch != "" && strings.Contains(in.IfMatch, out.ETag) {
		out.Status = http.StatusNotModified
	}
	return out, nil
}

type syncIn struct {
	Since string `query:"since" maxLength:"40" doc:"next of the answer before; empty for everything"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"500"`
}

type syncOut struct {
	Body struct {
		Stations   []apiStation   `json:"stations"`
		Tombstones []apiTombstone `json:"tombstones" doc:"stations to forget: closed for good, or not public any more"`
		Next       string         `json:"next" doc:"give it as since"`
		More       bool           `json:"more" doc:"ask again at once"`
		ServerTime time.Time      `json:"server_time"`
	}
}

type apiTombstone struct {
	ID station.ID `json:"id"`
}

func (p *pages) apiSync(ctx context.Context, in *syncIn) (*syncOut, error) {
	d, err := p.Stations.Sync(ctx, in.Since, in.Limit)
	if fault.Is(err, fault.Invalid) {
		return nil, invalid("query.since", "stations.api_cursor", nil)
	}
	if err != nil {
		return nil, err
	}
	var out syncOut
	out.Body.Stations, out.Body.Tombstones = make([]apiStation, 0, len(d.Stations)), make([]apiTombstone, 0, len(d.Gone))
	for _, v := range d.Stations {
		out.Body.Stations = append(out.Body.Stations, apiOf(found(v)))
	}
	for _, gone := range d.Gone {
		out.Body.Tombstones = append(out.Body.Tombstones, apiTombstone{gone})
	}
	out.Body.Next, out.Body.More, out.Body.ServerTime = d.Cursor, d.More, d.ServerTime.UTC()
	return &out, nil
}

func servicesOf(codes []string) (amenity.Set, error) {
	var list []amenity.Code
	for _, c := range codes {
		if c = strings.TrimSpace(c); c != "" {
			list = append(list, amenity.Code(c))
		}
	}
	set, unknown := amenity.Of(list...)
	if len(unknown) == 0 {
		return set, nil
	}
	names := make([]string, len(unknown))
	for i, u := range unknown {
		names[i] = string(u)
	}
	return 0, invalid("query.services", "stations.api_services", fault.Args{"Codes": strings.Join(names, ", ")})
}

func invalid(field, msg string, args fault.Args) error {
	var form fault.Form
	form.Add(field, msg, args)
	return form.Err("stationweb.api")
}
