package upkeep_test

import (
	"testing"

	"nuanxin/internal/station/upkeep"
)

func TestWhen(t *testing.T) {
	for w, want := range map[upkeep.When]bool{"": true, "yes": true, "no": true, "2023": true, "2023-05": true, "2023-05-31": true,
		"2023-13": false, "2023-02-30": false, "23": false, "maybe": false, "2023-5": false, "3023": false, "2023年": false} {
		if w.Valid() != want {
			t.Errorf("%q: valid %v, want %v", w, w.Valid(), want)
		}
	}
}
