package geo

import (
	"net/url"
	"strconv"
	"strings"
)

// Provider is a map that a phone may have. Its text is stable: it is kept as the
// reader's choice, and makes the message key "map." + text.
type Provider string

// The three maps.
const (
	Amap    Provider = "amap"
	Baidu   Provider = "baidu"
	Tencent Provider = "tencent"
)

// Datum returns the system in which the provider's links are meant.
func (p Provider) Datum() Datum {
	if p == Baidu {
		return BD09
	}
	return GCJ02
}

// Link opens a provider's map with the way to a place. It is a plain address for
// the reader to tap; we never request it.
type Link struct {
	Provider Provider
	URL      string
}

// referer names us to the providers, as their rules ask.
const referer = "nuanxin"

// NavLinks returns a link for each map, in a fixed order, to the place p called
// name, in that map's own datum. An invalid point has none.
func NavLinks(name string, p Point) []Link {
	if !p.Valid() {
		return nil
	}
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool {
		return r < ' ' || strings.ContainsRune(",|;:", r) // they separate the parts of a place
	}), " ")
	lat, lng := p.text(GCJ02)
	bdLat, bdLng := p.text(BD09)
	return []Link{
		{Amap, link("https://uri.amap.com/navigation", url.Values{
			"to": {lng + "," + lat + "," + name}, "mode": {"ride"}, "coordinate": {"gaode"}, "callnative": {"1"}, "src": {referer}})},
		{Baidu, link("https://api.map.baidu.com/marker", url.Values{
			"location": {bdLat + "," + bdLng}, "title": {name}, "content": {name}, "coord_type": {"bd09ll"}, "output": {"html"}, "src": {referer}})},
		{Tencent, link("https://apis.map.qq.com/uri/v1/routeplan", url.Values{
			"type": {"bike"}, "to": {name}, "tocoord": {lat + "," + lng}, "fromcoord": {"CurrentLocation"}, "referer": {referer}})},
	}
}

// text writes p in datum d with six decimals, a tenth of a metre.
func (p Point) text(d Datum) (lat, lng string) {
	a, b := p.In(d)
	return strconv.FormatFloat(a, 'f', 6, 64), strconv.FormatFloat(b, 'f', 6, 64)
}

// link writes spaces as %20: some of the apps show a plus as a plus.
func link(base string, v url.Values) string {
	return base + "?" + strings.ReplaceAll(v.Encode(), "+", "%20")
}
