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

// Providers lists the maps, in the order in which they are offered.
func Providers() []Provider { return []Provider{Amap, Baidu, Tencent} }

// referer names us to the providers, as their rules ask.
const referer = "nuanxin"

// NavLink returns the address that opens a provider's map with the way to the
// place p called name, in that map's own datum. It is a plain address for the
// reader to tap; we never request it. An invalid point and a provider that is
// not known have none.
func NavLink(provider Provider, name string, p Point) string {
	if !p.Valid() {
		return ""
	}
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool {
		return r < ' ' || strings.ContainsRune(",|;:", r) // they separate the parts of a place
	}), " ")
	lat, lng := p.text(provider.Datum())
	switch provider {
	case Amap:
		return link("https://uri.amap.com/navigation", url.Values{
			"to": {lng + "," + lat + "," + name}, "mode": {"ride"}, "coordinate": {"gaode"}, "callnative": {"1"}, "src": {referer}})
	case Baidu:
		return link("https://api.map.baidu.com/marker", url.Values{
			"location": {lat + "," + lng}, "title": {name}, "content": {name}, "coord_type": {"bd09ll"}, "output": {"html"}, "src": {referer}})
	case Tencent:
		return link("https://apis.map.qq.com/uri/v1/routeplan", url.Values{
			"type": {"bike"}, "to": {name}, "tocoord": {lat + "," + lng}, "fromcoord": {"CurrentLocation"}, "referer": {referer}})
	}
	return ""
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
