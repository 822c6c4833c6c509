package app

import (
	"context"

	"nuanxin/internal/org"
	stationdesk "nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/web/ui"
)

// This file tells pages of one domain about organisations in words.

// choicesAtOnce is how many organisations a drop-down list holds at most.
const choicesAtOnce = 500

// orgChoices are organisations to choose from.
type orgChoices struct{ orgs *org.Service }

// Choices implements accountweb.Orgs.
func (c orgChoices) Choices(ctx context.Context, area string) ([]ui.Option, error) {
	list, err := c.orgs.List(ctx, org.Filter{Area: area, Limit: choicesAtOnce})
	options := make([]ui.Option, len(list))
	for i, o := range list {
		options[i] = ui.Option{Value: string(o.ID), Text: o.Name}
	}
	return options, err
}

// Called implements accountweb.Orgs.
func (c orgChoices) Called(ctx context.Context, ids []string) (map[string]string, error) {
	names := map[string]string{}
	for _, id := range ids {
		o, err := c.orgs.Get(ctx, org.ID(id))
		if known(err) != nil {
			return names, err
		}
		if err == nil {
			names[id] = o.Called()
		}
	}
	return names, nil
}

// hosts are the organisations that may run a station.
type hosts struct{ orgs *org.Service }

// HostsIn implements stationdesk.Hosts.
func (h hosts) HostsIn(ctx context.Context, area string) ([]stationdesk.Host, error) {
	list, err := h.orgs.List(ctx, org.Filter{Area: area, Kinds: []org.Kind{org.Host}, Limit: choicesAtOnce})
	all := make([]stationdesk.Host, len(list))
	for i, o := range list {
		all[i] = stationdesk.Host{ID: string(o.ID), Name: o.Name}
	}
	return all, err
}
