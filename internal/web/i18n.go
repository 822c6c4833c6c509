package web

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"nuanxin/internal/fault"
)

// Words is one package's catalogue: its messages in every language.
type Words map[string]map[string]*i18n.Message // language → key → message

// Catalogue reads locale/<language>.json for all [Languages] from a package's
// embedded files. Keys begin with the package's word ("station.closed"); values
// name their arguments in braces ({{.Name}}) or hold the plural forms one and
// other of {{.Count}}. It panics on a file that is missing or cannot be read:
// the program does not start without its words.
func Catalogue(files fs.FS) Words {
	w := Words{}
	for _, lang := range Languages() {
		name := "locale/" + lang + ".json"
		b, err := fs.ReadFile(files, name)
		if err != nil {
			panic("web: " + err.Error())
		}
		f, err := i18n.ParseMessageFileBytes(b, lang+".json", map[string]i18n.UnmarshalFunc{"json": json.Unmarshal})
		if err != nil {
			panic("web: " + name + ": " + err.Error())
		}
		w[lang] = map[string]*i18n.Message{}
		for _, m := range f.Messages {
			w[lang][m.ID] = m
		}
	}
	return w
}

// Gaps lists what keeps w from being complete: keys that a language lacks, and
// messages whose arguments differ between languages.
func (w Words) Gaps() []string {
	var gaps []string
	first := Languages()[0]
	for _, lang := range Languages()[1:] {
		for key, m := range w[first] {
			if w[lang][key] == nil {
				gaps = append(gaps, lang+" lacks "+key)
				continue
			}
			if a, b := arguments(m), arguments(w[lang][key]); a != b {
				gaps = append(gaps, fmt.Sprintf("%s has other arguments in %s (%s) than in %s (%s)", key, lang, b, first, a))
			}
		}
		for key := range w[lang] {
			if w[first][key] == nil {
				gaps = append(gaps, first+" lacks "+key)
			}
		}
	}
	sort.Strings(gaps)
	return gaps
}

func arguments(m *i18n.Message) string {
	found := map[string]bool{}
	for _, text := range []string{m.One, m.Other} {
		for _, p := range split(text) {
			if p.arg != "" {
				found[p.arg] = true
			}
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(found)), ", ")
}

// Texts are the words of the whole program, ready to be told.
type Texts struct {
	tongues map[string]*tongue // language → what is said in it
}

// tongue is the words of one language.
type tongue struct {
	said   map[string]message // key → words
	plural *i18n.Localizer
}

// message is what a key says in one language.
type message struct {
	pieces []piece
	many   bool // it has plural forms
}

// NewTexts joins catalogues; this package's own words are always in. It panics
// when two catalogues say a key differently.
func NewTexts(words ...Words) *Texts {
	t := &Texts{map[string]*tongue{}}
	bundle := i18n.NewBundle(language.SimplifiedChinese)
	for _, lang := range Languages() {
		in := &tongue{said: map[string]message{}}
		for _, w := range append([]Words{Catalogue(ownWords)}, words...) {
			for key, m := range w[lang] {
				in.add(bundle, lang, key, m)
			}
		}
		in.plural = i18n.NewLocalizer(bundle, lang)
		t.tongues[lang] = in
	}
	return t
}

//go:embed locale/*.json
var ownWords embed.FS

func (t *tongue) add(bundle *i18n.Bundle, lang, key string, m *i18n.Message) {
	pieces := split(m.Other)
	if old, ok := t.said[key]; ok && !slices.Equal(old.pieces, pieces) {
		panic("web: two texts for " + key + " in " + lang)
	}
	t.said[key] = message{pieces, m.One != ""}
	if m.One != "" {
		bundle.MustAddMessages(language.MustParse(lang), m)
	}
}

// piece is literal text, or the name of an argument.
type piece struct{ text, arg string }

// split cuts a message at {{.Name}}; nothing else is known between braces.
func split(s string) []piece {
	var out []piece
	for {
		before, rest, found := strings.Cut(s, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			return append(out, piece{text: s})
		}
		if before != "" {
			out = append(out, piece{text: before})
		}
		out = append(out, piece{arg: strings.TrimPrefix(strings.TrimSpace(name), ".")})
		if s = after; s == "" {
			return out
		}
	}
}

// in is the words of a language, nil without any.
func (t *Texts) in(lang string) *tongue {
	if t == nil {
		return nil
	}
	return t.tongues[orDefault(lang)]
}

func (t *tongue) say(key string, args pairs) string {
	m, ok := t.said[key]
	switch {
	case !ok:
		return key
	case m.many:
		data := args.all()
		s, err := t.plural.Localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: data["Count"], TemplateData: data})
		if err == nil {
			return s
		}
	case len(m.pieces) == 1 && m.pieces[0].arg == "":
		return m.pieces[0].text
	}
	b := make([]byte, 0, 64)
	for _, p := range m.pieces {
		b = append(b, p.text...)
		if p.arg == "" {
			continue
		}
		switch v := args.of(p.arg).(type) {
		case string:
			b = append(b, v...)
		case int:
			b = strconv.AppendInt(b, int64(v), 10)
		default:
			b = fmt.Append(b, v)
		}
	}
	return string(b)
}

// pairs are the arguments of a message: name, value, name, value.
type pairs []any

func (p pairs) of(name string) any {
	for i := 0; i+1 < len(p); i += 2 {
		if p[i] == name {
			return p[i+1]
		}
	}
	return nil
}

func (p pairs) all() map[string]any {
	m := make(map[string]any, len(p)/2)
	for i := 0; i+1 < len(p); i += 2 {
		if name, ok := p[i].(string); ok {
			m[name] = p[i+1]
		}
	}
	return m
}

// T says key in the reader's language, with arguments as "Name", value pairs.
// A key without words is returned as it is, so that a gap shows.
func T(ctx context.Context, key string, args ...any) string {
	s := stateOf(ctx)
	if s == nil || s.words == nil {
		return key
	}
	return s.words.say(key, args)
}

// TArgs is [T] with the arguments of a fault.
func TArgs(ctx context.Context, key string, args fault.Args) string {
	list := make([]any, 0, 2*len(args))
	for name, value := range args {
		list = append(list, name, value)
	}
	return T(ctx, key, list...)
}

// HasText reports whether key has words in the reader's language.
func HasText(ctx context.Context, key string) bool {
	s := stateOf(ctx)
	if s == nil || s.words == nil {
		return false
	}
	_, ok := s.words.said[key]
	return ok
}

// OwnWords returns this package's own catalogue, for the test of completeness.
func OwnWords() Words { return Catalogue(ownWords) }
