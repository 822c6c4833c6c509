// Package choice gives the pages of one domain what they choose from in another:
// organisations in words, and the matters behind a station's defects.
package choice

import (
	"context"
	"slices"

	"nuanxin/internal/fault"
	"nuanxin/internal/member/memberweb"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/rights/rightsweb"
	stationdesk "nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/web/ui"
)

// atOnce is how many organisations a drop-down list holds at most.
const atOnce = 500

// Orgs are organisations to choose from.
type Orgs struct{ *org.Service }

// Choices implements accountweb.Orgs.
func (o Orgs) Choices(ctx context.Context, area string) ([]ui.Option, error) {
	list, err := o.List(ctx, org.Filter{Area: area, Limit: atOnce})
	options := make([]ui.Option, len(list))
	for i, one := range list {
		options[i] = ui.Option{Value: string(one.ID), Text: one.Name}
	}
	return options, err
}

// Called implements accountweb.Orgs.
func (o Orgs) Called(ctx context.Context, ids []string) (map[string]string, error) {
	names := map[string]string{}
	for _, id := range ids {
		one, err := o.Get(ctx, org.ID(id))
		if fault.Unless(err, fault.Missing) != nil {
			return names, err
		}
		if err == nil {
			names[id] = one.Called()
		}
	}
	return names, nil
}

// In lists the codes of the counties that have a union of their own within an area, one more than one list holds at most.
func (o Orgs) In(ctx context.Context, area string) ([]string, error) {
	list, err := o.List(ctx, org.Filter{Area: area, Kinds: []org.Kind{org.Local}, Levels: []org.Level{org.County}, Limit: memberweb.MostAreas + 1})
	codes := make([]string, len(list))
	for i, one := range list {
		codes[i] = one.Area
	}
	return codes, err
}

// Ties lists the unions of an area and above, to which its members can be tied.
func (o Orgs) Ties(ctx context.Context, area string) ([]ui.Option, error) {
	var all []ui.Option
	for _, f := range []org.Filter{{Area: area}, {Over: area}} {
		f.Kinds, f.Limit = org.Unions(), atOnce
		list, err := o.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, union := range list {
			if one := (ui.Option{Value: string(union.ID), Text: union.Name}); !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	return all, nil
}

// Named lists the local unions with these words in their names, one more than one
// list holds at most.
func (o Orgs) Named(ctx context.Context, words string) ([]ui.Option, error) {
	list, err := o.List(ctx, org.Filter{Words: words, Kinds: []org.Kind{org.Local}, Limit: rightsweb.MostUnions + 2})
	all := make([]ui.Option, len(list))
	for i, one := range list {
		all[i] = ui.Option{Value: string(one.ID), Text: one.Called()}
	}
	return all, err
}

// HostsIn implements stationdesk.Hosts.
func (o Orgs) HostsIn(ctx context.Context, area string) ([]stationdesk.Host, error) {
	list, err := o.List(ctx, org.Filter{Area: area, Kinds: []org.Kind{org.Host}, Limit: atOnce})
	all := make([]stationdesk.Host, len(list))
	for i, one := range list {
		all[i] = stationdesk.Host{ID: string(one.ID), Name: one.Name}
	}
	return all, err
}

// bodiesAtOnce is how many bodies a search shows.
const bodiesAtOnce = 20

// Bodies implements requestdesk.Bodies: bodies of the area, and of those around
// it up to the county's, for a street's matter may be the county's to mend.
func (o Orgs) Bodies(ctx context.Context, q, area string) ([]request.Body, error) {
	list, err := o.List(ctx, org.Filter{Area: county(area), Kinds: []org.Kind{org.Partner}, Words: q, Limit: bodiesAtOnce})
	all := make([]request.Body, len(list))
	for i, one := range list {
		all[i] = request.Body{ID: string(one.ID), Name: one.Called()}
	}
	return all, err
}

// county cuts a division's code to its county.
func county(area string) string { return area[:min(len(area), countyDigits)] }

const countyDigits = 6
