package world

// grassroots are unions of companies, of a market and of a group, below those of the
// county. They come last, so that the telephone numbers of the others stay.
func grassroots() []Org {
	return []Org{
		{Key: "swift", Kind: "basic", Level: "grassroots", Name: "速达配送龙山站点工会（示例）", Short: "速达工会", Area: Area, Parent: "riders"},
		{Key: "swift-north", Kind: "team", Level: "grassroots", Name: "速达北站骑手小组（示例）", Short: "北站小组", Area: Area, Parent: "swift"},
		{Key: "parcel", Kind: "basic", Level: "grassroots", Name: "麦浪快递龙山公司工会（示例）", Short: "麦浪快递工会", Area: Area, Parent: "riders"},
		{Key: "market", Kind: "joint", Level: "grassroots", Name: "北河物流园联合工会（示例）", Short: "物流园联合工会", Area: Area, Parent: "freight"},
	}
}

// Term is a term of office of a union.
type Term struct {
	Org   string // key
	Since int    // days before the present
	Years int64
	Chair string
	Vice  string
}

// Terms are who is in office: one whose term ends soon, one whose is over.
func Terms() []Term {
	return []Term{
		{"county", 1*365 + 40, 5, "周立", "韩秋"},
		{"riders", 5*365 + 20, 5, "丁川", ""},
		{"swift", 3*365 - 60, 3, "马北", "田野"},
	}
}
