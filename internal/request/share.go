package request

import (
	"slices"
	"time"
)

// Share is one thing that the worker of a matter said about a body and what came with the
// matter: which of it the body may see, or that it may see nothing (个人信息保护法 art. 23).
// Without a body it is the wish to be asked once a body has the matter, and no consent.
type Share struct {
	Given    bool
	At       time.Time
	Way      ShareWay
	Body     string // the body's id; empty: a wish to be asked
	BodyName string // as it was called then
	Contact  string // of the body, as the worker was told it
	Kinds    []ShareKind
	By       string // the cadre who wrote it down; empty: the worker
}

// ShareWay is where that was said. Its words are "sharing.way."+ShareWay.
type ShareWay string

// The ways.
const (
	ShareForm ShareWay = "form" // with the matter itself
	SharePage ShareWay = "page" // on its page
	ShareTold ShareWay = "told" // to a cadre, who wrote it down
)

// ShareKind is what a body may see. Its words are "sharing.kind."+ShareKind.
type ShareKind string

// The kinds.
const (
	SharePhoto ShareKind = "photo"
	ShareVoice ShareKind = "voice"
	ShareWords ShareKind = "words" // the worker's own, as they were sent with the matter
)

// ShareKinds are all kinds.
func ShareKinds() []ShareKind { return []ShareKind{SharePhoto, ShareVoice, ShareWords} }

// Sharable are the kinds that there are in a matter. The voice of who is hidden tells who
// speaks, and goes to nobody.
func Sharable(q *Request, files []Attachment) (all []ShareKind) {
	has := func(kind FileKind) bool {
		return slices.ContainsFunc(files, func(a Attachment) bool { return a.Asked && a.Kind == kind })
	}
	if has(Photo) {
		all = append(all, SharePhoto)
	}
	if has(Voice) && !q.Hidden {
		all = append(all, ShareVoice)
	}
	if q.Words != "" {
		all = append(all, ShareWords)
	}
	return all
}

// LastShare is the last that was said about a body; ok is false where nothing was.
func LastShare(all []Share, body string) (last Share, ok bool) {
	for _, x := range all {
		if x.Body == body {
			last, ok = x, true
		}
	}
	return last, ok
}
