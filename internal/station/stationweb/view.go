package stationweb

import (
	"context"

	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
)

// offline says from when the page is that shows without network.
func offline(ctx context.Context) string {
	return web.T(ctx, "stations.offline", "Time", web.TimeOfDay(web.Now(ctx)))
}

func noneKey(f filter) string {
	if f.empty() {
		return "stations.none"
	}
	return "stations.none_with"
}

func farKey(f filter) string {
	if f.empty() {
		return "stations.far"
	}
	return "stations.far_with"
}

func anyTime(f filter) string {
	f.anyTime = true
	return f.href("/")
}

func othersKey(f finder.Found) string {
	if f.Place == nil {
		return "stations.others_in_area"
	}
	return "stations.others_near_it"
}

// addressOf is the address, or the names of the area where none is known.
func addressOf(f finder.Found) string {
	if f.Address == "" {
		return region.FullName(f.Area)
	}
	return f.Address
}

// spaced writes a code in groups of four, as it is read aloud.
func spaced(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + " " + code[4:]
}

func saidKey(by station.Origin) string {
	if by == station.FromHost {
		return "stations.host_said"
	}
	return "stations.union_said"
}

func chosenWords(ctx context.Context, chosen bool) string {
	if chosen {
		return web.T(ctx, "stations.map_chosen")
	}
	return ""
}

func groupName(ctx context.Context, g group) string {
	if g.name == "" {
		return web.T(ctx, "stations.found")
	}
	return g.name
}

// prev leads to the beginning: a keyset page does not know the one before it.
func (l listPage) prev() string {
	if l.first {
		return ""
	}
	return l.href()
}

func locateKey(w where) string {
	if w.fixed() {
		return "stations.locate_again"
	}
	return "stations.locate"
}
