package main_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// What is kept how long is told without a page, with what is due, and nothing is changed.
func TestRetain(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, where []string) {
		must(t, "", with([]string{"migrate"}, where...)...)
		type line struct {
			Class, Source string
			Days, Due     int64
			Law           int64   `json:"law_days"`
			LastAt        *string `json:"last_at"`
		}
		of := map[string]line{}
		var all []line
		mustJSON(t, &all, with([]string{"retain", "--json"}, where...)...)
		for _, l := range all {
			if of[l.Class] = l; l.Source == "" || l.Due != 0 || l.LastAt != nil {
				t.Errorf("of an empty house: %+v", l)
			}
		}
		if l := of["breach.register"]; l.Days != 1830 || l.Law != 1096 || !strings.Contains(l.Source, "五十五") {
			t.Errorf("the register of incidents: %+v", l)
		}
		if l, ok := of["audit.trail"]; !ok || l.Days != 0 || l.Law < 181 {
			t.Errorf("the audit trail: %+v", l)
		}
		text := must(t, "", with([]string{"retain"}, where...)...)
		for _, says := range []string{"breach.register", "1830 days", "due 0", "no night so far", "audit.trail", "without an end"} {
			if !strings.Contains(text, says) {
				t.Errorf("%q is not in %s", says, text)
			}
		}
		must(t, "", with([]string{"check"}, where...)...)
	})
	if r := run(t, "", "retain", "--data", filepath.Join(t.TempDir(), "typo")); r.code != 1 {
		t.Errorf("of nothing: exit code %d, %s", r.code, r.out)
	}
}
