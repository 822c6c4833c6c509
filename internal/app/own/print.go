package own

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/geo"
	"nuanxin/internal/paper"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
)

// hrefPrint is the copy for people to read and print.
const hrefPrint = Href + ".pdf"

// presses are how many copies are printed at once: each takes some megabytes.
var presses = make(chan struct{}, 2)

// print hands out the copy as a PDF, the same that [pages.take] hands out as JSON.
func (p *pages) print(w http.ResponseWriter, r *http.Request) error {
	c, err := p.copy(r.Context())
	if err != nil {
		return err
	}
	ctx := r.Context()
	mark := "print.mark"
	if c.Masked != "" {
		mark = "print.mark_masked"
	}
	return press(ctx, w, c, t(ctx, "print.title"), t(ctx, "print.lead", "When", minute(c.MadeAt)), t(ctx, mark, "When", minute(c.MadeAt), "ID", web.RequestID(ctx)))
}

// press sends a copy as a document with a title, what it is, and a mark on each page.
func press(ctx context.Context, w http.ResponseWriter, c copied, title, lead, mark string) error {
	select {
	case presses <- struct{}{}:
		defer func() { <-presses }()
	case <-ctx.Done():
		return ctx.Err()
	}
	pdf, err := printed(ctx, c, title, lead, mark)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="nuanxin-data.pdf"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(pdf)))
	_, err = w.Write(pdf)
	return err
}

// printed sets the copy as a document: a part for each list of it, and in each what is
// kept, under what it is called. What is empty is not kept, and not printed.
func printed(ctx context.Context, c copied, title, lead, mark string) ([]byte, error) {
	d := paper.New(paper.Config{Title: title, At: c.MadeAt, Mark: mark,
		Foot: func(page, of int) string { return t(ctx, "print.page", "Page", page, "Of", of) },
		Rare: func(r rune) string { return t(ctx, "print.rare", "Code", fmt.Sprintf("U+%04X", r)) }})
	d.Head(0, title)
	d.Text(1, lead)
	if c.Masked != "" {
		d.Text(1, c.Masked)
	}
	s := setter{ctx, d, words()}
	all := reflect.ValueOf(c)
	for i := range all.NumField() {
		name := fieldName(all.Type().Field(i))
		if name == "made_at" || name == "masked" || all.Field(i).Kind() == reflect.Slice && all.Field(i).IsNil() {
			continue // above, or left out
		}
		d.Head(1, t(ctx, "label."+name))
		if all.Field(i).Kind() == reflect.Slice && all.Field(i).Len() == 0 {
			d.Text(1, t(ctx, "print.none"))
		}
		s.field(1, name, all.Type().Field(i), all.Field(i))
	}
	s.close()
	return d.Bytes()
}

// setter sets values.
type setter struct {
	ctx   context.Context
	doc   *paper.Doc
	words map[string]vocabulary
}

// close tells what is not to be read from the pages themselves.
func (s setter) close() {
	if n := len(s.doc.Rare()); n > 0 {
		s.doc.Text(1, t(s.ctx, "print.rares", "Count", n))
	}
	if s.doc.Full() {
		s.doc.Cut(t(s.ctx, "print.full"))
	}
}

// field sets one field; path names it.
func (s setter) field(level int, path string, f reflect.StructField, v reflect.Value) {
	if text, plain := s.say(f, v); plain {
		if text != "" {
			s.doc.Pair(level, t(s.ctx, "label."+path), text)
		}
		return
	}
	if v.Kind() == reflect.Struct {
		s.fields(level, path, v)
		return
	}
	for i := range v.Len() {
		s.doc.Head(level+1, t(s.ctx, "print.item", "What", t(s.ctx, "label."+path), "Number", i+1))
		s.fields(level+1, path, v.Index(i))
	}
}

func (s setter) fields(level int, path string, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		s.field(level, path+"."+fieldName(f), f, v.Field(i))
	}
}

// fieldName is what a field is called in the JSON.
func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// say tells what is one value or a list of words; false: it has fields of its own.
func (s setter) say(f reflect.StructField, v reflect.Value) (text string, plain bool) {
	word := f.Tag.Get("word")
	switch x := v.Interface().(type) {
	case string:
		switch {
		case word == "-":
			return "", true
		case word != "":
			return s.words[word].in(s.ctx, x), true
		case fieldName(f) == "area":
			return region.FullName(x), true
		}
		return x, true
	case []string:
		var all []string
		for _, one := range x {
			if word != "" {
				one = s.words[word].in(s.ctx, one)
			}
			all = append(all, one)
		}
		return web.List(s.ctx, all...), true
	case time.Time:
		if x.IsZero() {
			return "", true
		}
		return minute(x), true
	case bool:
		return t(s.ctx, "print."+strconv.FormatBool(x)), true
	case int, int64:
		if v.Int() == 0 {
			return "", true
		}
		return strconv.FormatInt(v.Int(), 10), true
	case *geo.Point:
		if x == nil {
			return "", true
		}
		return fmt.Sprintf("%.6f, %.6f (WGS-84)", x.Lat, x.Lng), true
	}
	return "", false
}

// minute is a time as it stands on paper: in the time of the country, to the minute.
func minute(at time.Time) string { return at.In(clock.Zone).Format("2006-01-02 15:04") }
