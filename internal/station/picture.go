package station

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Picture is a photo of the station. The files behind it are kept elsewhere.
type Picture struct {
	File  string    `json:"file"`
	Thumb string    `json:"thumb"`
	At    time.Time `json:"at"`
}

// MostPictures is how many photos a station may have.
const MostPictures = 6

// AddPictures adds photos, whose files are kept already: all of them, or none.
func (s *Service) AddPictures(ctx context.Context, id ID, more ...Picture) (Done, error) {
	return s.pictures(ctx, id, func(tx *op.Tx, have []Picture) ([]Picture, error) {
		if len(have)+len(more) > MostPictures {
			var form fault.Form
			form.Add("photo", "station.pictures.full", fault.Args{"Limit": MostPictures})
			return nil, form.Err("station.pictures")
		}
		have = slices.Clone(have)
		for _, p := range more {
			p.At = tx.Now()
			have = append(have, p)
		}
		return have, nil
	})
}

// RemovePicture takes a photo away; one that is not there is no fault.
func (s *Service) RemovePicture(ctx context.Context, id ID, file string) (Done, error) {
	return s.pictures(ctx, id, func(_ *op.Tx, have []Picture) ([]Picture, error) {
		return slices.DeleteFunc(slices.Clone(have), func(p Picture) bool { return p.File == file }), nil
	})
}

// pictures changes the photos of a record at whatever version it is.
func (s *Service) pictures(ctx context.Context, id ID, change func(*op.Tx, []Picture) ([]Picture, error)) (Done, error) {
	return s.edit(ctx, Edit, id, anyVersion, func(tx *op.Tx, st Station) (Station, error) {
		next, err := change(tx, st.Pictures)
		st.Pictures, st.ChangedAt = next, tx.Now()
		return st, err
	})
}

// Files lists the files of all stations' photos.
func (s *Service) Files(ctx context.Context) (map[string]bool, error) {
	return op.List(ctx, s.desk, Inspect, func(tx *op.Tx, scope op.Scope) (map[string]bool, error) { return files(ctx, tx.Tx, scope) })
}
