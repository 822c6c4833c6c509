package watch

import "testing"

// What has no words is shown to the auditor as it was noted.
func TestNotesWithoutWordsStand(t *testing.T) {
	for _, test := range []struct{ key, value, want string }{
		{"strange", "x", "strange x"},
		{"result", "of a kind", "result of a kind"},
		{"other", "01a22cfe-1db5-7312-b72c-8e10ee1e9339", "other …ee1e9339"},
	} {
		if got := noted(t.Context(), test.key, test.value); got != test.want {
			t.Errorf("noted %s: got %q, want %q", test.key, got, test.want)
		}
	}
}
