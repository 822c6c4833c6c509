package app

import (
	"net/http"
	"strings"
	"testing"
)

// TestWithoutGateway holds what an installation says that sends no messages:
// not that a code is on its way.
func TestWithoutGateway(t *testing.T) {
	a, err := Open(t.Context(), Config{Data: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{app: a}
	answer := w.send(http.MethodPost, "/sign-in/code", "")
	if body := answer.Body.String(); !strings.Contains(body, "还没接上短信") || !strings.Contains(body, "19900000003") {
		t.Errorf("got %d %s\nwant it said, with the number still in the form", answer.Code, body)
	}
}
