package sms

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// placeholder is a name in braces.
var placeholder = regexp.MustCompile(`\{([a-z]+(?:\.[A-Za-z0-9_]+)?)\}`)

// body is a template of what is sent.
type body struct {
	json  any        // decoded document
	form  url.Values // or form
	kinds map[Kind]string
}

// newBody reads a template; format is "json" or "form".
func newBody(format, text string, kinds map[Kind]string) (*body, error) {
	b := &body{kinds: kinds}
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		switch name := found[1]; {
		case name == "to", name == "text", name == "id", name == "kind", name == "time", name == "template":
		case strings.HasPrefix(name, "param."):
		default:
			return nil, fmt.Errorf("the body's placeholder {%s} is not known", name)
		}
	}
	var err error
	switch format {
	case "json":
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		err = d.Decode(&b.json)
	case "form":
		b.form, err = url.ParseQuery(text)
	default:
		err = fmt.Errorf("the format %q is not known", format)
	}
	if err != nil {
		return nil, fmt.Errorf("the body cannot be read: %w", err)
	}
	return b, nil
}

func (b *body) mediaType() string {
	if b.form != nil {
		return "application/x-www-form-urlencoded; charset=utf-8"
	}
	return "application/json; charset=utf-8"
}

// fill returns the bytes to send for a message at a Unix time.
func (b *body) fill(m Message, now string) ([]byte, error) {
	f := filler{m: m, values: map[string]string{
		"to": m.To, "text": m.Text, "id": m.ID, "kind": string(m.Kind), "time": now, "template": b.kinds[m.Kind],
	}}
	if b.form != nil {
		out := url.Values{}
		for k, vs := range b.form {
			for _, v := range vs {
				out.Add(k, f.text(v))
			}
		}
		return []byte(out.Encode()), f.err
	}
	out, err := json.Marshal(f.value(b.json))
	if f.err != nil {
		err = f.err
	}
	return out, err
}

// filler puts one message's values into a template.
type filler struct {
	m      Message
	values map[string]string
	err    error
}

func (f *filler) text(s string) string {
	return placeholder.ReplaceAllStringFunc(s, func(found string) string {
		name := found[1 : len(found)-1]
		if param, ok := strings.CutPrefix(name, "param."); ok {
			v, known := f.m.Params[param]
			if !known {
				f.err = fmt.Errorf("the message has no parameter %q", param)
			}
			return v
		}
		return f.values[name]
	})
}

func (f *filler) value(v any) any {
	switch v := v.(type) {
	case string:
		return f.text(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = f.value(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = f.value(v[k])
		}
		return out
	}
	return v
}
