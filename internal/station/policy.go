package station

import "nuanxin/internal/authz"

// The actions on a station.
const (
	See     authz.Action = "station.see"        // a public station
	Inspect authz.Action = "station_hidden.see" // any station, and its inner facts
	Add     authz.Action = "station.add"
	Edit    authz.Action = "station.edit"
	Put     authz.Action = "station.put_on_map"
	Close   authz.Action = "station.close"
	SetDay  authz.Action = "station.set_day" // change the opening of one day
	Settle  authz.Action = "station.settle"  // say that a reported fault is mended
	Tell    authz.Action = "station.report"  // the program passes on what workers reported
	Import  authz.Action = "station.import"
	Verify  authz.Action = "station.check" // the program holds what is stored against itself

	ImportSee authz.Action = "station_import.see"
)

// Policy says who may do them: everybody looks, a cadre keeps the stations of
// an area, a host runs those of its organisation.
var Policy = authz.Rules{
	See:     authz.Anyone,
	Inspect: authz.Any(authz.InArea(authz.Cadre, authz.Leader, authz.Admin), authz.OfOrg(authz.Host)),
	Add:     authz.InArea(authz.Cadre),
	Edit:    authz.InArea(authz.Cadre),
	Put:     authz.InArea(authz.Cadre),
	Close:   authz.InArea(authz.Cadre),
	SetDay:  authz.Any(authz.InArea(authz.Cadre), authz.OfOrg(authz.Host)),
	Settle:  authz.Any(authz.InArea(authz.Cadre), authz.OfOrg(authz.Host)),
	Tell:    authz.Program,
	Import:  authz.InArea(authz.Cadre),
	Verify:  authz.Program,

	ImportSee: authz.InArea(authz.Cadre, authz.Leader),
}
