package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"

	"nuanxin/internal/fault"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Album keeps photos. app connects it to what makes them safe and stores them.
type Album interface {
	// Take makes a photo safe to show, keeps it and a small copy, and names both.
	Take(ctx context.Context, raw []byte) (file, thumb string, err error)
	// Get reads one of them.
	Get(ctx context.Context, name string) ([]byte, error)
}

// The limits of a form with photos.
const (
	maxPhoto  = 8 << 20
	maxPhotos = station.MostPictures * maxPhoto
)

// photos shows a station's photos and asks for more.
func (p *pages) photos(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.Edit)
	if err != nil {
		return err
	}
	return p.showPhotos(w, r, http.StatusOK, v, ui.FormErrors{})
}

func (p *pages) showPhotos(w http.ResponseWriter, r *http.Request, status int, v station.View, e ui.FormErrors) error {
	return web.Show(w, r, status, photosPage(p.under(r.Context(), v, tell.T(r.Context(), "photos")), v, e))
}

// photo hands out one of them, also of a station that workers do not see.
func (p *pages) photo(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.Inspect)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable") // no proxy gives a hidden station's photo to others
	return stationweb.ServePhoto(w, r, v.Station, p.Album.Get)
}

// addPhotos keeps the photos of the form, or tells what is wrong with them.
func (p *pages) addPhotos(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.load(r, station.Edit)
	if err != nil {
		return err
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil { //nolint:gosec // the route limits the body
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return p.showPhotos(w, r, http.StatusUnprocessableEntity, v, tell.Errors(ctx, wrongPhoto("stationdesk.wrong.no_photo", nil)))
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // leftovers in the system's own temporary folder
	more, sums, err := p.take(ctx, r.MultipartForm.File["photo"], len(v.Pictures))
	if err == nil {
		_, err = p.Stations.AddPictures(web.Named(r, sums...), v.ID, more...)
	}
	switch {
	case fault.Is(err, fault.Invalid):
		return p.showPhotos(w, r, tell.HTTPStatus(err), v, tell.Errors(ctx, err))
	case err != nil:
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.photos")
	return web.See(w, r, tell.Href(v)+"/photos")
}

func wrongPhoto(msg string, args fault.Args) error {
	var form fault.Form
	form.Add("photo", msg, args)
	return form.Err("station.pictures")
}

// take keeps what was uploaded. What no record names in the end is swept.
func (p *pages) take(ctx context.Context, files []*multipart.FileHeader, have int) (list []station.Picture, sums []string, err error) {
	if have+len(files) > station.MostPictures {
		return nil, nil, wrongPhoto("station.pictures.full", fault.Args{"Limit": station.MostPictures})
	}
	for _, head := range files {
		if head.Size == 0 {
			continue // a browser's way to say that none was chosen
		}
		raw, err := readPhoto(head)
		if err != nil {
			return nil, nil, err
		}
		pic := station.Picture{}
		pic.File, pic.Thumb, err = p.Album.Take(ctx, raw)
		switch told := fault.Of(err); {
		case err != nil && told.Kind == fault.Invalid:
			return nil, nil, wrongPhoto(told.Msg, told.Args)
		case err != nil:
			return nil, nil, err
		}
		sum := sha256.Sum256(raw)
		list, sums = append(list, pic), append(sums, hex.EncodeToString(sum[:]))
	}
	if len(list) == 0 {
		return nil, nil, wrongPhoto("stationdesk.wrong.no_photo", nil)
	}
	return list, sums, nil
}

func readPhoto(head *multipart.FileHeader) ([]byte, error) {
	if head.Size > maxPhoto {
		return nil, wrongPhoto("media.too_big", fault.Args{"LimitMB": maxPhoto >> 20})
	}
	f, err := head.Open()
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(f)
	return raw, errors.Join(err, f.Close())
}

// askRemovePhoto asks before a photo is taken away: nothing brings it back.
func (p *pages) askRemovePhoto(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.Edit)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(v.Pictures, func(pic station.Picture) bool { return pic.File == r.URL.Query().Get("file") })
	if i < 0 {
		return tell.Missing()
	}
	return web.Show(w, r, http.StatusOK, removePhotoPage(p.under(r.Context(), v, tell.T(r.Context(), "photos")), v, i))
}

// removePhoto takes a photo away.
func (p *pages) removePhoto(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := p.load(r, station.Edit)
	if err != nil {
		return err
	}
	if _, err := p.Stations.RemovePicture(web.Named(r), v.ID, r.PostForm.Get("file")); err != nil {
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.photo_gone")
	return web.See(w, r, tell.Href(v)+"/photos")
}

// photoHref is where a photo of the station shows to its keepers.
func photoHref(v station.View) string { return tell.Href(v) + "/photos/" }
