// Package web is the edge that every page shares: what a handler is, how a
// fault becomes a page or a problem document, which routes exist, which words
// and formats a reader gets, and what every answer carries (security headers,
// validators, compression). It knows no domain.
//
// A [Handler] returns an error and has then written nothing; [HTML] and [API]
// turn the error into what the reader sees. Pages are templ components, shown
// whole or not at all by [Show]. A [Mux] is built from tables of [Route]s and
// refuses to exist when one of them has no action. [Site] ties it together and
// puts the reader's language, display settings and request id into the context.
//
// Components and layouts live in web/ui, which imports this package; the page
// that tells a failure is handed in through [Site].Failure.
package web
