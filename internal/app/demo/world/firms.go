package world

// Firm is a company in an area, with what is done so that a union stands there.
type Firm struct {
	Name, Area, Also string
	Platform         bool
	Union            string // key of the union that stands there
	Owner, Obstacle  string
	Steps            []FirmStep
	Riders           int64 // that the company says there are; 0: nobody said
}

// FirmStep is one thing to do, in days from the present.
type FirmStep struct {
	Text  string
	Due   int
	Ended bool // it is done
}

// Firms are one with a union, one whose plan is behind and one that nobody took up.
func Firms() []Firm {
	return []Firm{
		{Name: "速达配送（示例）", Area: Area, Platform: true, Union: "swift", Also: "示例外卖平台", Owner: "刘婷", Riders: 260},
		{Name: "云杉即时配送（示例）", Area: Area, Platform: true, Owner: "刘婷", Obstacle: "站点换人快，站长说等总部", Riders: 90,
			Steps: []FirmStep{{"见站长，讲清建会的好处", -20, true}, {"给总部所在地的工会去函", -3, false}, {"骑手开会选人", 15, false}}},
		{Name: "白桦货运信息部（示例）", Area: Area, Platform: true},
		{Name: "速达配送（示例）", Area: Sibling, Platform: true, Riders: 120},
	}
}
