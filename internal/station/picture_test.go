package station_test

import (
	"testing"

	"nuanxin/internal/fault"
	"nuanxin/internal/station"
	"nuanxin/internal/station/upkeep"
)

func TestLifeRefuses(t *testing.T) {
	h := newHouse(t, sqlite)
	for about, l := range map[string]upkeep.Life{
		"no date":                 {Built: "昨天"},
		"no such map":             {Listings: []upkeep.Listing{{Map: "google", Since: upkeep.Yes}}},
		"one map twice":           {Listings: []upkeep.Listing{{Map: "amap", Since: upkeep.Yes}, {Map: "amap", Since: upkeep.No}}},
		"a map that says nothing": {Listings: []upkeep.Listing{{Map: "amap"}}},
	} {
		f := facts("某站")
		f.Life = l
		if _, err := h.Add(cadre, "", f); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", about, err)
		}
	}
}

func TestPictures(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		v := h.add(t, facts("人民大街驿站"))
		for i := range station.MostPictures + 1 {
			_, err := h.AddPictures(cadre, v.ID, station.Picture{File: string(rune('a' + i)), Thumb: "t" + string(rune('a'+i))})
			if full := i == station.MostPictures; full != fault.Is(err, fault.Invalid) || !full && err != nil {
				t.Fatalf("photo %d: %v", i+1, err)
			}
		}
		if _, err := h.RemovePicture(cadre, v.ID, "b"); err != nil {
			t.Fatal(err)
		}
		got, err := h.Get(stranger, v.ID)
		if err != nil || len(got.Pictures) != station.MostPictures-1 || got.Pictures[1].File != "c" || !got.Pictures[0].At.Equal(start) {
			t.Errorf("pictures = %+v, %v", got.Pictures, err)
		}
		if _, err := h.AddPictures(stranger, v.ID, station.Picture{File: "x"}); err == nil {
			t.Error("a stranger added a photo")
		}
		files, err := h.Files(program)
		if err != nil || len(files) != 2*(station.MostPictures-1) || !files["ta"] || files["b"] {
			t.Errorf("files = %v, %v", files, err)
		}
		// An edit by somebody who had the form open loses no photo: it is too late.
		f := got.Facts
		f.Address = "别处"
		if _, err := h.Edit(cadre, v.ID, v.Version, f); !fault.Is(err, fault.Conflict) {
			t.Errorf("an edit of an old version: %v", err)
		}
	})
}
