package stationweb

import (
	"context"
	"net/http"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/station"
	"nuanxin/internal/station/upkeep"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// photo hands out one of a station's photos, large or small.
func (p *pages) photo(w http.ResponseWriter, r *http.Request) error {
	f, err := p.find(r)
	if err != nil {
		return err
	}
	return ServePhoto(w, r, f.Station, p.Photo)
}

// ServePhoto answers with the photo of st that the path names by its file or
// its small copy. read gets a kept file. Everybody may keep it, unless the caller
// said otherwise before.
func ServePhoto(w http.ResponseWriter, r *http.Request, st station.Station, read func(context.Context, string) ([]byte, error)) error {
	name := r.PathValue("file")
	for _, pic := range st.Pictures {
		if name != pic.File && name != pic.Thumb {
			continue
		}
		data, err := read(r.Context(), name)
		if err != nil {
			return err
		}
		h := w.Header()
		h.Set("Content-Type", "image/jpeg")
		h.Set("Content-Disposition", "inline")
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
		if h.Get("Cache-Control") == "" {
			h.Set("Cache-Control", "public, max-age=31536000, immutable") // another photo has another name
		}
		_, _ = w.Write(data) // the reader may be gone
		return nil
	}
	return fault.New("stationweb.photo", fault.Missing, "fault.missing")
}

// Photos are a station's photos as small pictures that lead to the large ones.
func Photos(ctx context.Context, base string, all []station.Picture) []ui.Photo {
	var list []ui.Photo
	for i, pic := range all {
		list = append(list, ui.Photo{Href: base + pic.File, Src: base + pic.Thumb, Label: web.T(ctx, "stations.photo_of", "Number", i+1)})
	}
	return list
}

// whenWords say a day, a month or a year; yes and no in the words that belong
// to what was done.
func whenWords(ctx context.Context, what string, w upkeep.When) string {
	switch w {
	case "":
		return ""
	case upkeep.Yes, upkeep.No:
		return web.T(ctx, "stations."+what+"_"+string(w))
	}
	at, err := time.ParseInLocation(time.DateOnly[:len(w)], string(w), clock.Zone)
	switch {
	case err != nil:
		return string(w)
	case len(w) == len(time.DateOnly):
		return web.Date(ctx, at)
	case len(w) == len("2006-01"):
		return web.T(ctx, "stations.month", "Year", at.Year(), "Month", int(at.Month()))
	}
	return web.T(ctx, "stations.year", "Year", at.Year())
}
