package ui

import (
	"context"
	"hash/fnv"
	"strconv"
	"time"
	"unicode/utf8"

	"nuanxin/internal/web"
)

// t says one of this package's own words.
func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, key, args...) }

// anchor makes an id from words, the same for the same words.
func anchor(prefix, words string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(words)) // a hash takes all
	return prefix + strconv.FormatUint(uint64(h.Sum32()), 36)
}

func firstOf(name string) string {
	r, _ := utf8.DecodeRuneInString(name)
	if r == utf8.RuneError {
		return ""
	}
	return string(r)
}

func iso(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
