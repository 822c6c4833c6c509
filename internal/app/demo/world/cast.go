package world

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// caster turns stories into cases and acts.
type caster struct {
	*World
	r      *rand.Rand
	office office
	err    error
}

// most is the highest count of a story.
const most = 8

// happen tells all stories: those of plots.txt once each, then so many of
// everyday.txt as are missing to [Requests].
func (w *World) happen(r *rand.Rand) error {
	plots, err := readStories("plots.txt")
	if err != nil {
		return err
	}
	everyday, err := readStories("everyday.txt")
	if err != nil {
		return err
	}
	office, err := newOffice(w.Start, w.Now)
	if err != nil {
		return err
	}
	c := &caster{World: w, r: r, office: office}
	for _, p := range plots {
		c.tell(p, false)
	}
	for round := 0; len(w.Cases) < Requests && len(everyday) > 0; round++ {
		for _, p := range everyday {
			if round%most < p.number("count", 1) && len(w.Cases) < Requests {
				c.tell(p, round < p.number("open", 0))
			}
		}
	}
	slices.SortStableFunc(w.Acts, func(a, b Act) int { return a.At.Compare(b.At) })
	return c.err
}

// tell plays one story. One that is open may be cut off by the present.
func (c *caster) tell(p plot, open bool) {
	k, fill := c.cast(p)
	c.Cases = append(c.Cases, k)
	n := len(c.Cases) - 1
	if last := len(p.steps) - 1; p.number("count", 0) > 0 && last > 0 && p.steps[last].do == Solved && c.r.IntN(7) == 0 {
		p.steps = p.steps[:last] // some never say whether it is
	}
	var acts []Act
	least, longest := p.age()
	if open {
		least, longest = 20*time.Minute, 80*time.Hour
	}
	for try := 0; ; try++ {
		start := c.begin(k, c.Now.Add(-least-time.Duration(c.r.Float64()*float64(longest-least))))
		acts = c.play(p, n, start, fill)
		if open || try > 200 || !acts[len(acts)-1].At.After(c.Now) {
			break
		}
		least += 3 * time.Hour // the story needs more time than that
		longest = max(longest, least)
	}
	acts = slices.DeleteFunc(acts, func(a Act) bool { return a.At.After(c.Now) })
	if p.number("follow", 0) > 0 {
		acts = c.follow(p, acts, fill)
	}
	c.Acts = append(c.Acts, acts...)
}

// begin is the moment at which a case is told to the union: at the desk only in
// office hours, and never by night unless it is just now.
func (c *caster) begin(k Case, at time.Time) time.Time {
	at = at.Truncate(time.Minute)
	if k.Via == ViaPhone || k.Via == ViaTalk || k.Via == ViaVisit {
		for {
			if t := c.office.after(at, time.Duration(1+c.r.IntN(300))*time.Minute).Truncate(time.Minute); t.Before(c.Now) {
				return t
			}
			at = at.Add(-12 * time.Hour)
		}
	}
	if c.Now.Sub(at) < 10*time.Hour {
		return at
	}
	return awake(at)
}

// cast chooses who says it, where and how.
func (c *caster) cast(p plot) (Case, map[string]string) {
	k := Case{Key: p.key, Topic: p.head["topic"], What: p.head["what"], Spot: -1}
	k.Via = Via(pick(c.r, strings.Fields(cmp.Or(p.head["via"], "page page page guest guest anonymous phone"))...))
	switch {
	case k.Via == ViaAnonymous:
		k.Worker = -1
	case p.head["worker"] != "":
		k.Worker = p.number("worker", 0)
	case k.Via == ViaPage:
		k.Worker = c.r.IntN(Accounts)
	default:
		k.Worker = Accounts + c.r.IntN(len(c.Workers)-Accounts)
	}
	at := inTown(c.r)
	for i, s := range streets() {
		for try := 0; s.Name == p.head["street"] && at.street() != i && try < 500; try++ {
			at = inTown(c.r)
		}
	}
	k.Street, k.Place = streets()[at.street()].Code, at.corner
	k.Lat, k.Lng = at.latLng()
	if spot := p.head["spot"]; spot != "" {
		k.Spot = c.spot(spot)
		k.Street = c.Stations[k.Spot].Facts.Area
	}
	fill := c.slots(k)
	k.Title = c.text(p.head["title"], fill)
	if place := p.head["place"]; place != "" {
		k.Place = c.text(place, fill)
	}
	return k, fill
}

// spot finds a station by its key, or one of a host.
func (c *caster) spot(key string) int {
	var hosted []int
	for i, s := range c.Stations {
		if s.Key == key {
			return i
		}
		if s.Host == key && s.Shut == nil && s.Facts.Hours.Known {
			hosted = append(hosted, i)
		}
	}
	if len(hosted) == 0 {
		c.err = fmt.Errorf("world: no station %q", key)
		return 0
	}
	return pick(c.r, hosted...)
}

// slots are the names that a story may leave open.
func (c *caster) slots(k Case) map[string]string {
	street := ""
	for _, s := range streets() {
		if s.Code == k.Street {
			street = s.Name
		}
	}
	m := map[string]string{
		"street": street, "corner": k.Place,
		"estate": pick(c.r, "松涛家园", "云杉里小区", "麦浪新村", "暖泉花园", "白桦苑", "丰禾小区", "晨光公寓", "灯塔小区", "雪原雅居", "青石里"),
		"mall":   pick(c.r, "北河商场", "百灵广场", "南塘购物中心"),
		"office": pick(c.r, "远山大厦", "麦浪商务楼", "灯塔写字楼"),
		"school": pick(c.r, "学府路小学", "第九中学", "区第一医院住院部"),
		"shop":   pick(c.r, "老灶面馆", "阿福麻辣烫", "松花饺子馆", "三味小炒"),
		"hour":   pick(c.r, "中午", "晚上八点多", "下午两点", "早上七点"),
		"n":      strconv.Itoa(2 + c.r.IntN(6)),
	}
	if k.Spot >= 0 {
		m["station"] = c.Stations[k.Spot].Facts.Name
	}
	return m
}

// text fills in a story's text: one of its alternatives, with the names.
func (c *caster) text(s string, fill map[string]string) string {
	s = strings.TrimSpace(pick(c.r, strings.Split(s, " || ")...))
	for name, value := range fill {
		s = strings.ReplaceAll(s, "{"+name+"}", value)
	}
	return s
}

// words splits a photo off the end of a text.
func words(s string) (text, photo string) {
	if i := strings.LastIndex(s, " @"); i >= 0 {
		return strings.TrimSpace(s[:i]), s[i+2:]
	}
	return s, ""
}

// play sets the story's acts in time, the first at start.
func (c *caster) play(p plot, n int, start time.Time, fill map[string]string) []Act {
	k := c.Cases[n]
	officer := cmp.Or(p.head["by"], pick(c.r, "liuting", "liuting", "liuting", "zhaoming"))
	acts := []Act{c.capture(p, n, start, fill)}
	if k.Via == ViaPhone || k.Via == ViaTalk || k.Via == ViaVisit {
		acts[0].By = officer
	}
	at, sorted := start, acts[0].By != "" || k.Title == ""
	for _, s := range p.steps {
		if sorted = sorted || s.do == Sort; !sorted && slices.Contains(byOfficer, s.do) {
			sorted, at = true, c.office.after(at, 4*time.Minute)
			acts = append(acts, Act{At: at, Case: n, Do: Sort, By: officer, More: k.Title})
		}
		wait := time.Duration(float64(s.after) * (0.8 + 0.4*c.r.Float64())).Round(time.Minute)
		if slices.Contains(byWorker, s.do) {
			at = awake(at.Add(max(wait, time.Minute)))
		} else {
			at = c.office.after(at, wait)
		}
		a := c.act(s, k, at, fill)
		a.Case = n
		if a.By == "" && !slices.Contains(byWorker, s.do) {
			a.By = officer
		}
		acts = append(acts, a)
	}
	return acts
}

func (c *caster) capture(p plot, n int, at time.Time, fill map[string]string) Act {
	photo := p.head["photo"]
	if p.number("count", 0) > 0 && c.r.IntN(2) == 0 {
		photo = ""
	}
	return Act{At: at, Case: n, Do: Capture, Words: c.text(p.head["say"], fill), Photo: photo, Voice: p.number("voice", 0), Seed: c.r.Uint64()}
}

// act is one step at its time.
func (c *caster) act(s step, k Case, at time.Time, fill map[string]string) Act {
	a := Act{At: at, Do: s.do, Seed: c.r.Uint64()}
	args := make([]string, len(s.args))
	for i, arg := range s.args {
		args[i] = c.text(arg, fill)
	}
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	switch s.do {
	case Send:
		for _, b := range strings.Split(args[0], ",") {
			a.Bodies = append(a.Bodies, c.body(b, k))
		}
		a.Words, a.Until = args[1], c.until(at, args[2])
	case Open, Sign, Bounce, Work, Report:
		a.By, a.Words, a.More = c.body(args[0], k), arg(1), arg(2)
		if s.do == Work && a.More != "" {
			a.Until, a.More = c.until(at, a.More), ""
		}
	case Fixed, NotYet:
		a.By, a.Words = c.Stations[max(k.Spot, 0)].Host, arg(0)
		if s.do == NotYet {
			a.Until = c.until(at, arg(1))
		}
	case Sort:
		a.More, a.Words = arg(0), arg(1)
	case NotOurs:
		a.Bodies, a.More, a.Words = []string{args[0]}, args[1], args[2]
	case Unsolved:
		a.More, a.Words = args[0], args[1]
	default:
		a.Words = arg(0)
	}
	a.Words, a.Photo = words(a.Words)
	return a
}

// until reads "2d" as the end of the second working day from at.
func (c *caster) until(at time.Time, text string) time.Time {
	n, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
	if err != nil {
		c.err = fmt.Errorf("world: %q is no deadline: %w", text, err)
	}
	return c.office.deadline(at, n)
}

// body is the key of an organisation; "street" is the case's street office,
// "host" the host of its station.
func (c *caster) body(key string, k Case) string {
	switch {
	case key == "street":
		key = "street-" + k.Street
	case key == "host" && k.Spot >= 0:
		key = c.Stations[k.Spot].Host
	}
	if c.OrgOf(key).Key == "" {
		c.err = fmt.Errorf("world: no body %q", key)
	}
	return key
}

// follow adds those who said the same: each is told in time to be merged.
func (c *caster) follow(p plot, acts []Act, fill map[string]string) []Act {
	main := c.Cases[acts[0].Case]
	from, merges := acts[0].At, []int{}
	answered := time.Time{}
	for i, a := range acts {
		switch a.Do {
		case Merge:
			merges = append(merges, i)
		case Answer:
			answered = a.At
		}
	}
	if len(merges) == 0 {
		return acts
	}
	var more []Act
	judges := p.number("judge", 0)
	for i := range p.number("follow", 0) {
		into := merges[i%len(merges)]
		if into != merges[0] {
			from = acts[merges[0]].At
		}
		k := main
		k.Via, k.Worker = pick(c.r, ViaPage, ViaPage, ViaGuest, ViaAnonymous), -1
		switch k.Via {
		case ViaPage:
			k.Worker = 1 + c.r.IntN(Accounts-1)
		case ViaGuest:
			k.Worker = Accounts + c.r.IntN(len(c.Workers)-Accounts)
		}
		k.Lat += (c.r.Float64() - 0.5) * 0.0008
		k.Lng += (c.r.Float64() - 0.5) * 0.0008
		c.Cases = append(c.Cases, k)
		n := len(c.Cases) - 1
		room := acts[into].At.Sub(from) - 20*time.Minute
		told := Act{At: from.Add(10*time.Minute + time.Duration(c.r.Float64()*float64(room))).Truncate(time.Minute), Case: n, Do: Capture, Words: c.text(pick(c.r, p.also...), fill), Seed: c.r.Uint64()}
		if i%6 == 2 {
			told.Photo = p.head["photo"]
		}
		acts[into].Others = append(acts[into].Others, n)
		more = append(more, told)
		if seen := c.office.after(told.At, time.Duration(20+c.r.IntN(60))*time.Minute); seen.Before(acts[into].At) {
			more = append(more, Act{At: seen, Case: n, Do: Look, By: acts[into].By})
		}
		if says := answered.Add(time.Duration(30+c.r.IntN(2400)) * time.Minute); i < judges && !answered.IsZero() && says.Before(c.Now) {
			more = append(more, Act{At: says, Case: n, Do: Solved})
		}
		from = acts[0].At
	}
	return append(acts, more...)
}
