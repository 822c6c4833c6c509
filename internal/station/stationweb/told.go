package stationweb

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
	"nuanxin/internal/web/api"
)

// apiListOutBody is a list of stations. It writes itself, because most of it is
// there already: see [pages.tell].
type apiListOutBody struct {
	Stations   []told    `json:"stations"`
	Next       string    `json:"next,omitempty" doc:"give it as after for the next page; absent on the last"`
	ServerTime time.Time `json:"server_time"`
}

// told is an [apiStation] in JSON, without the distance.
type told struct {
	text   []byte
	metres float64 // negative: not told
}

// Schema implements [huma.SchemaProvider]: it reads as the station that it is.
func (told) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[apiStation](), true, "")
}

// answer tells a list of stations.
func answer(ctx context.Context, list []finder.Found, tell func(finder.Found) (told, error)) (*listOut, error) {
	var out listOut
	out.Body.ServerTime = web.Now(ctx).UTC()
	out.Body.Stations = make([]told, 0, len(list))
	for _, f := range list {
		t, err := tell(f)
		if err != nil {
			return nil, err
		}
		out.Body.Stations = append(out.Body.Stations, t)
	}
	return &out, nil
}

// tell tells a station.
func tell(f finder.Found) (told, error) {
	text, err := api.JSON(apiOf(f))
	return told{text, -1}, err
}

// tell tells one of the nearest stations with its distance. Its text is kept
// for the others around, who ask in the same minute.
func (p *pages) tell(f finder.Found) (told, error) {
	text, err := p.texts.Get(f.Card, func() ([]byte, error) {
		t, err := tell(f)
		return t.text, err
	})
	return told{text, f.Metres}, err
}

// AppendJSON implements [api.Appender].
func (l apiListOutBody) AppendJSON(b []byte) ([]byte, error) {
	size := 100
	for _, s := range l.Stations {
		size += len(s.text) + 40
	}
	b = append(slices.Grow(b, size), `{"stations":[`...)
	for i, s := range l.Stations {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.append(b)
	}
	b = append(b, ']')
	if l.Next != "" {
		b = append(b, `,"next":`...)
		b = strconv.AppendQuoteToASCII(b, l.Next) // base64
	}
	b = append(b, `,"server_time":"`...)
	b = l.ServerTime.AppendFormat(b, time.RFC3339Nano)
	return append(b, `"}`...), nil
}

func (t told) append(b []byte) []byte {
	if t.metres < 0 {
		return append(b, t.text...)
	}
	b = append(b, `{"distance_m":`...)
	b = strconv.AppendFloat(b, math.Round(t.metres*10)/10, 'f', -1, 64)
	return append(append(b, ','), t.text[1:]...)
}
