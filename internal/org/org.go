package org

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
)

// ID is an organisation's id.
type ID string

// Kind is what sort of organisation it is. Its words are "org.kind."+Kind in
// the catalogue.
type Kind string

// The kinds: seven of unions, after the Trade Union Law and its practice, and
// two of others.
const (
	Local    Kind = "local"    // 地方总工会
	Industry Kind = "industry" // 产业工会
	Trade    Kind = "trade"    // 行业工会联合会
	Regional Kind = "regional" // 区域工会联合会
	Basic    Kind = "basic"    // 基层工会
	Joint    Kind = "joint"    // 联合基层工会
	Team     Kind = "team"     // 工会小组
	Partner  Kind = "partner"  // 协办单位: a department, a street office, a company
	Host     Kind = "host"     // 驿站主办单位, when it is nothing else
)

// Unions are the kinds that stand in the union tree.
func Unions() []Kind { return []Kind{Local, Industry, Trade, Regional, Basic, Joint, Team} }

// Kinds are all kinds.
func Kinds() []Kind { return append(Unions(), Partner, Host) }

// Level is how high it stands. Its words are "org.level."+Level.
type Level string

// The levels, from the top.
const (
	National   Level = "national"
	Province   Level = "province"
	City       Level = "city"
	County     Level = "county"
	Town       Level = "town"
	Grassroots Level = "grassroots"
)

// Levels are all levels, from the top.
func Levels() []Level { return []Level{National, Province, City, County, Town, Grassroots} }

// areaDigits is how long a level's area is at least.
func (l Level) areaDigits() int {
	return map[Level]int{National: 0, Province: 2, City: 4, County: 6, Town: 6, Grassroots: 2}[l]
}

// Org is an organisation.
type Org struct {
	ID        ID
	Kind      Kind
	Level     Level
	Name      string
	Short     string // how it is called in a list; empty means Name
	Area      string // division code digits
	Parent    ID     // the leading union; empty at the top
	Phone     string // the desk's, public
	Address   string
	Contact   string // masked: where link codes go; empty when none is known
	Active    bool
	FoundedAt time.Time
	Into      ID // the union that took it over when it ended; empty: none did
	Version   int64
}

// AuthzObject implements op.Target.
func (o Org) AuthzObject() authz.Object {
	return authz.Object{Kind: "org", ID: string(o.ID), Group: "org", Area: o.Area, Org: string(o.ID)}
}

// Called is its short name, or its name.
func (o Org) Called() string {
	if o.Short != "" {
		return o.Short
	}
	return o.Name
}

// IsUnion reports whether it stands in the union tree.
func (o Org) IsUnion() bool { return slices.Contains(Unions(), o.Kind) }

// Draft is what a person writes about an organisation.
type Draft struct {
	Kind    Kind
	Level   Level
	Name    string
	Short   string
	Area    string
	Parent  ID
	Phone   string
	Contact string // a mobile number; empty keeps the one that is known
	Address string
	Why     string // of a change, for the history; may be empty
}

// Duty is one thing that a body is responsible for.
type Duty struct {
	Topic string // a dotted code; "" is every topic
	Area  string
}

const (
	maxName    = 60
	maxText    = 120
	maxDuties  = 200
	areaLength = 12
)

// draw returns o as d describes it, or what is wrong with d.
func (o Org) draw(d Draft) (Org, error) {
	var f fault.Form
	was := o
	o.Kind, o.Level, o.Area, o.Parent = d.Kind, d.Level, d.Area, d.Parent
	o.Name, o.Short = plain.Line(d.Name), plain.Line(d.Short)
	o.Phone, o.Address = plain.Line(d.Phone), plain.Line(d.Address)
	if n := utf8.RuneCountInString(o.Name); n < 2 || n > maxName {
		f.Add("name", "org.name.length", fault.Args{"Limit": maxName})
	}
	if !slices.Contains(Kinds(), o.Kind) {
		f.Add("kind", "org.kind.unknown", nil)
	}
	if !slices.Contains(Levels(), o.Level) {
		f.Add("level", "org.level.unknown", nil)
	} else if o.IsUnion() && isArea(o.Area) && len(o.Area) < o.Level.areaDigits() {
		f.Add("area", "org.area.level", nil)
	}
	o.checkRank(was, &f)
	for _, x := range [][2]string{{"short", o.Short}, {"phone", o.Phone}, {"address", o.Address}, {"why", plain.Line(d.Why)}} {
		if utf8.RuneCountInString(x[1]) > maxText {
			f.Add(x[0], "org.text.length", fault.Args{"Limit": maxText})
		}
	}
	if !isArea(o.Area) {
		f.Add("area", "org.area.unknown", nil)
	}
	return o, f.Err("org.draw")
}

// checkParent refuses a parent that cannot lead o, who stood as was before.
func (o Org) checkParent(p, was Org) error {
	switch {
	case p.ID == o.ID, !p.IsUnion(), !p.Active:
		return fieldFault("parent", "org.parent.unfit")
	case !strings.HasPrefix(o.Area, p.Area):
		return fieldFault("parent", "org.parent.area")
	case o.Parent == was.Parent && o.Kind == was.Kind && o.Level == was.Level:
		return nil // as it stood already
	case !leads(p, o):
		return fieldFault("parent", "org.parent.rank")
	}
	return nil
}

// checkDuties refuses duties that nobody could be given.
func checkDuties(ds []Duty) ([]Duty, error) {
	ds = slices.Clone(ds)
	slices.SortFunc(ds, func(a, b Duty) int { return strings.Compare(a.Area+"|"+a.Topic, b.Area+"|"+b.Topic) })
	ds = slices.Compact(ds)
	var f fault.Form
	if len(ds) > maxDuties {
		f.Add("duties", "org.duties.many", fault.Args{"Limit": maxDuties})
	}
	for _, d := range ds {
		if !isArea(d.Area) || !isTopic(d.Topic) {
			f.Add("duties", "org.duty.unknown", fault.Args{"Topic": d.Topic, "Area": d.Area})
		}
	}
	return ds, f.Err("org.duties")
}

func fieldFault(field, msg string) error {
	var f fault.Form
	f.Add(field, msg, nil)
	return f.Err("org.field")
}

func isArea(s string) bool {
	return len(s) <= areaLength && len(s) != 1 && strings.Trim(s, "0123456789") == ""
}

func isTopic(s string) bool {
	return len(s) <= 60 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == ""
}

// areasAbove are all areas that contain area, itself among them.
func areasAbove(area string) []string {
	all := []string{""}
	for n := 1; n <= len(area); n++ {
		all = append(all, area[:n])
	}
	return all
}

// topicsAbove are all topics that contain topic, itself among them.
func topicsAbove(topic string) []string {
	all := []string{""}
	for n, c := range topic {
		if c == '.' {
			all = append(all, topic[:n])
		}
	}
	if topic != "" {
		all = append(all, topic)
	}
	return all
}
