package api

import (
	"cmp"
	"embed"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"nuanxin/internal/web"
)

// PagePath is where people read what the API can do.
const PagePath = "/api"

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// Page is the route of the page that tells the API to people. It is made from
// the OpenAPI document itself, so that the two cannot say different things.
func (a *API) Page() web.Route {
	return web.Route{Method: http.MethodGet, Pattern: PagePath, Action: "api.describe", Purpose: "describe the API to people",
		Roles: []string{"anyone"}, Look: web.LookPlain, Handler: web.HTML(func(w http.ResponseWriter, r *http.Request) error {
			return web.Show(w, r, http.StatusOK, page(referenceOf(a.huma.OpenAPI())))
		})}
}

// reference is the API as the page shows it.
type reference struct {
	calls  []call
	shapes []shape
}

// call is one operation.
type call struct {
	id, method, path string
	summary, purpose string // in English, for a language without words of its own
	params           []member
	body, answer     kind
	status           string
}

// key is where the catalogue has the call's words.
func (c call) key(what string) string {
	return "api." + what + "_" + strings.ReplaceAll(c.id, "-", "_")
}

// shape is one named JSON object.
type shape struct {
	name    string
	members []member
}

// member is a parameter of a call or a member of an object.
type member struct {
	name, where string
	kind        kind
	required    bool
	says        string
}

// kind is a type in words; shape names the object that it holds, if any.
type kind struct {
	list  bool
	shape string
	text  string
}

func referenceOf(doc *huma.OpenAPI) reference {
	var r reference
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, o := range []*huma.Operation{item.Get, item.Post} {
			if o != nil {
				r.calls = append(r.calls, callOf(path, o))
			}
		}
	}
	slices.SortStableFunc(r.calls, func(a, b call) int { return cmp.Compare(group(b.path), group(a.path)) })
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		r.shapes = append(r.shapes, shape{name, membersOf(schemas[name])})
	}
	return r
}

// group is the first word of a path below [Base]: stations, requests, acts.
func group(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, Base+"/"), "/")
	return first
}

func callOf(path string, o *huma.Operation) call {
	c := call{id: o.OperationID, method: o.Method, path: path, summary: o.Summary, purpose: o.Description}
	for _, p := range o.Parameters {
		says := p.Description
		if says == "" {
			says = p.Schema.Description
		}
		c.params = append(c.params, member{p.Name, p.In, kindOf(p.Schema), p.Required, says})
	}
	if o.RequestBody != nil {
		c.body = bodyOf(o.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		if strings.HasPrefix(status, "2") {
			c.status, c.answer = status, bodyOf(o.Responses[status].Content)
			break
		}
	}
	return c
}

func bodyOf(content map[string]*huma.MediaType) kind {
	if m := content["application/json"]; m != nil {
		return kindOf(m.Schema)
	}
	return kind{}
}

func membersOf(s *huma.Schema) []member {
	all := make([]member, 0, len(s.Properties))
	for name, p := range s.Properties {
		all = append(all, member{name, "", kindOf(p), slices.Contains(s.Required, name), p.Description})
	}
	slices.SortFunc(all, func(a, b member) int { return cmp.Compare(a.name, b.name) })
	return all
}

func kindOf(s *huma.Schema) kind {
	switch {
	case s == nil:
		return kind{}
	case s.Ref != "":
		return kind{shape: s.Ref[strings.LastIndex(s.Ref, "/")+1:]}
	case s.Type == "array":
		k := kindOf(s.Items)
		k.list = true
		return k
	}
	k := kind{text: s.Type}
	if s.Format != "" && s.Format != "double" && s.Format != "int64" {
		k.text = s.Format
	}
	if len(s.Enum) > 0 {
		k.text = strings.Trim(strings.ReplaceAll(fmt.Sprint(s.Enum), " ", " | "), "[]")
	}
	return kind{text: k.text + limits(s)}
}

// limits tells what values are allowed, and which stands for none.
func limits(s *huma.Schema) string {
	var b strings.Builder
	if s.Minimum != nil && s.Maximum != nil {
		fmt.Fprintf(&b, ", %s–%s", number(*s.Minimum), number(*s.Maximum))
	}
	if s.MaxLength != nil {
		fmt.Fprintf(&b, ", ≤ %d", *s.MaxLength)
	}
	if s.Default != nil {
		fmt.Fprintf(&b, ", default %v", s.Default)
	}
	return b.String()
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
