//go:build !race

package web_test

import (
	"context"
	"testing"

	"nuanxin/internal/web"
)

// A nonce is paid for by one text, which holds the policy as well.
func TestNonceIsOneAllocation(t *testing.T) {
	s := &web.Site{}
	bare := testing.AllocsPerRun(200, func() { s.With(context.Background(), "/", web.Display{}) })
	with := testing.AllocsPerRun(200, func() { web.Nonce(s.With(context.Background(), "/", web.Display{})) })
	if with > bare+1 {
		t.Errorf("got %v allocations for a nonce, want one", with-bare)
	}
	if web.Nonce(context.Background()) != "" {
		t.Error("outside of an answer there is nothing to allow")
	}
}
