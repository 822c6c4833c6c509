package watch

import (
	"context"
	"strings"

	"nuanxin/internal/account/session"
	"nuanxin/internal/web"
)

// device is where somebody is signed in, in words.
func device(ctx context.Context, s session.Session) string {
	if s.Device == "" {
		return t(ctx, "session.unknown")
	}
	return s.Device
}

// coded are the notes whose values are codes of the program, and not names, numbers or
// what somebody wrote.
var coded = map[string]bool{"by": true, "claim": true, "decision": true, "fix": true, "how": true, "kind": true, "level": true, "purpose": true, "refused_by_gateway": true, "result": true, "sign": true, "state": true, "why": true}

// noted is a note of an act in words. What has none yet stands as it was noted, so that
// the auditor misses nothing.
func noted(ctx context.Context, key, value string) string {
	switch {
	case coded[key]:
		value = code(ctx, value)
	case key == "role":
		value = word(ctx, "account.role."+value, value)
	case key == "class":
		value = word(ctx, "retain.class."+value, value)
	case len(value) == len("01234567-89ab-cdef-0123-456789abcdef") && strings.Count(value, "-") == 4:
		value = end(value)
	}
	if !web.HasText(ctx, "watch.note."+key) {
		return key + " " + value
	}
	return t(ctx, "note."+key, "Value", value)
}

// code is a value in words, without whose it is: that of a code ends in an id.
func code(ctx context.Context, value string) string {
	plain, _, _ := strings.Cut(value, ":")
	return word(ctx, "watch.said."+strings.ReplaceAll(plain, " ", "_"), value)
}

// program is which part of the program acted.
func program(ctx context.Context, name string) string {
	return word(ctx, "watch.job."+strings.TrimPrefix(name, "job."), name)
}

// word is the text called key, or otherwise if there is none.
func word(ctx context.Context, key, otherwise string) string {
	if !web.HasText(ctx, key) {
		return otherwise
	}
	return web.T(ctx, key)
}

// end is the end of an id, by which people tell one from another.
func end(id string) string { return "…" + id[max(0, len(id)-8):] }
