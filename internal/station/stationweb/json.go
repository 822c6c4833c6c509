package stationweb

import (
	"fmt"
	"time"

	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/station/upkeep"
)

// apiStation is a station as the API tells it. Members are only ever added.
type apiStation struct {
	ID         station.ID     `json:"id"`
	Code       string         `json:"code" doc:"eight digits, readable aloud, never given again"`
	Version    int64          `json:"version"`
	Name       string         `json:"name"`
	OtherNames []string       `json:"other_names,omitempty"`
	Address    string         `json:"address,omitempty"`
	Area       string         `json:"area" doc:"division code, as exact as known"`
	AreaName   string         `json:"area_name"`
	District   string         `json:"district,omitempty" doc:"as printed in the source"`
	Place      *apiPlace      `json:"place,omitempty" doc:"absent: not yet on the map"`
	DistanceM  *float64       `json:"distance_m,omitempty" doc:"straight line from the asked position"`
	Host       string         `json:"host,omitempty"`
	Phones     []string       `json:"phones,omitempty"`
	Services   []amenity.Code `json:"services"`
	Entry      apiEntry       `json:"entry"`
	Hours      apiHours       `json:"hours"`
	Status     apiStatus      `json:"status"`
	Reports    []apiReport    `json:"reports,omitempty" doc:"faults that workers reported and nobody has settled"`
	Honours    []apiHonour    `json:"honours,omitempty"`
	Operator   string         `json:"operator,omitempty" doc:"who keeps it up; this and what follows up to photos is told by sync and for one station, not in lists of hits"`
	Built      upkeep.When    `json:"built,omitempty" doc:"a year, month or day, or yes"`
	Accepted   upkeep.When    `json:"accepted,omitempty" doc:"a year, month or day, or yes or no"`
	Listings   []apiListing   `json:"listings,omitempty" doc:"on which maps it is published"`
	Photos     []apiPhoto     `json:"photos,omitempty"`
	AreaM2     int            `json:"area_m2,omitempty,omitzero"`
	Capacity   int            `json:"capacity,omitempty,omitzero" doc:"people"`
	Stars      int            `json:"stars,omitempty,omitzero"`
	AllDay     bool           `json:"all_day,omitempty,omitzero" doc:"called a 24-hour station"`
	Extended   bool           `json:"extended,omitempty,omitzero" doc:"open beyond its host's office hours"`
	Unattended bool           `json:"unattended,omitempty,omitzero"`
	Source     string         `json:"source,omitempty" doc:"told by sync and for one station, not in lists of hits"`
	SourceDate string         `json:"source_date,omitempty" doc:"as printed"`
	Sample     bool           `json:"sample,omitempty,omitzero" doc:"invented, for demonstration"`
	ChangedAt  time.Time      `json:"changed_at"`
	ClosedAt   *time.Time     `json:"closed_at,omitempty" doc:"closed for good"`
}

type apiPlace struct {
	Lat   float64 `json:"lat"`
	Lng   float64 `json:"lng"`
	Datum string  `json:"datum" enum:"wgs84"`
}

type apiEntry struct {
	Method string `json:"method,omitempty" enum:"walk_in,door_code,member_code,ask_host" doc:"absent: not known"`
	How    string `json:"how,omitempty"`
}

type apiHours struct {
	Known   bool     `json:"known"`
	Text    string   `json:"text" doc:"in Chinese"`
	TextEn  string   `json:"text_en"`
	Printed string   `json:"printed,omitempty" doc:"the words of the source; told by sync and for one station"`
	Days    []apiDay `json:"special_days,omitempty"`
}

type apiDay struct {
	Day     string   `json:"day" format:"date"`
	Periods []string `json:"periods" doc:"such as 09:00-12:00, beyond 24:00 past midnight; none: closed"`
	Reason  string   `json:"reason,omitempty"`
}

type apiStatus struct {
	Status string     `json:"status" enum:"open,closing_soon,closed,reported_locked,unknown,gone"`
	Until  *time.Time `json:"until,omitempty"`
	Next   *time.Time `json:"next,omitempty" doc:"when it opens"`
	Why    string     `json:"why,omitempty"`
	Reason string     `json:"reason,omitempty"`
	By     string     `json:"by,omitempty" enum:"file,cadre,host,worker"`
	AsOf   *time.Time `json:"as_of,omitempty" doc:"when they said so"`
}

type apiListing struct {
	Map   string      `json:"map" enum:"amap,baidu,tencent,app"`
	Since upkeep.When `json:"since" doc:"a year, month or day, or yes or no"`
	Point string      `json:"poi,omitempty" doc:"the map's own id of its point"`
}

type apiPhoto struct {
	Href  string `json:"href"`
	Thumb string `json:"thumb"`
}

type apiReport struct {
	What string    `json:"what"`
	At   time.Time `json:"at"`
}

type apiHonour struct {
	Name  string `json:"name"`
	Level string `json:"level,omitempty"`
	Year  int    `json:"year,omitempty,omitzero"`
}

// apiOf tells a station. The numbers of requests stay inside: who has one has
// made it.
func apiOf(f finder.Found) apiStation {
	s := apiStation{
		ID: f.ID, Code: f.Code, Version: f.Version, Name: f.Name, OtherNames: f.OtherNames, Address: f.Address,
		Area: f.Area, AreaName: region.FullName(f.Area), District: f.District, Host: f.HostName, Phones: f.Phones,
		Services: f.Services.Codes(), Entry: apiEntry{string(f.Entry.Method), f.Entry.How},
		Hours:    apiHours{Known: f.Hours.Known, Text: f.Hours.Text(false), TextEn: f.Hours.Text(true), Printed: f.Hours.Printed},
		Operator: f.Life.Operator, Built: f.Life.Built, Accepted: f.Life.Accepted, AllDay: f.AllDay, Extended: f.Life.Extended,
		AreaM2: f.Size.Metres, Capacity: f.Capacity, Stars: f.Stars, Unattended: f.Smart, Source: f.Source, SourceDate: f.SourceDate,
		Sample: f.Demo, ChangedAt: f.ChangedAt.UTC(), ClosedAt: moment(f.ClosedAt),
		Status: apiStatus{Status: string(f.Now.Status), Until: moment(f.Now.Until), Next: moment(f.Now.Next), Why: string(f.Now.Why),
			Reason: f.Now.Reason, By: string(f.Now.By), AsOf: moment(f.Now.AsOf)},
	}
	if f.Place != nil {
		s.Place = &apiPlace{f.Place.Lat, f.Place.Lng, "wgs84"}
	}
	for _, m := range f.Life.Listings {
		s.Listings = append(s.Listings, apiListing(m))
	}
	for _, pic := range f.Pictures {
		base := "/stations/" + f.Code + "/photos/"
		s.Photos = append(s.Photos, apiPhoto{base + pic.File, base + pic.Thumb})
	}
	for _, r := range f.Now.Reports {
		s.Reports = append(s.Reports, apiReport{string(r.What), r.At.UTC()})
	}
	for _, h := range f.Honours {
		s.Honours = append(s.Honours, apiHonour{h.Name, h.Level, h.Year})
	}
	for _, d := range f.Live.Days {
		s.Hours.Days = append(s.Hours.Days, apiDayOf(d))
	}
	return s
}

func apiDayOf(d station.Day) apiDay {
	day := apiDay{Day: d.Day, Periods: []string{}, Reason: d.Reason}
	for _, p := range d.Periods {
		day.Periods = append(day.Periods, fmt.Sprintf("%02d:%02d-%02d:%02d", p.From/60, p.From%60, p.To/60, p.To%60))
	}
	return day
}

// moment is nil for no time, so that the member is absent.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
