package treefile

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/sheet"
)

// Kind is what the rows of a sheet are. Its words are "tree.sheet."+Kind.
type Kind string

// The sheets, in the order in which their rows are done.
const (
	Unions Kind = "unions"
	Ended  Kind = "ended" // unions that ended, and how
	Begun  Kind = "begun" // how unions were approved to be founded
	Links  Kind = "links"
	Pasts  Kind = "pasts" // how unions were called and led, and since when
	Terms  Kind = "terms"
	Posts  Kind = "posts" // who is in office: personal, and in a workbook with names alone
	Firms  Kind = "firms"
	Steps  Kind = "steps" // of firms
	Facts  Kind = "facts" // of firms
)

// Row is a row of a sheet. Empty cells are empty texts.
type Row struct {
	Sheet Kind
	Line  int // of the sheet
	Cells []string
	Parts []Row // the steps and facts of a firm
}

// Get returns the cell of a column.
func (r Row) Get(key string) string {
	for i, c := range columns(r.Sheet) {
		if c.key == key && i < len(r.Cells) {
			return r.Cells[i]
		}
	}
	return ""
}

// column is a column with the names that its header may have; the first is the one that
// an export writes.
type column struct {
	key   string
	names []string
}

// approvedColumns are how something was approved.
var approvedColumns = []column{{"approver", []string{"批准工会", "approver"}}, {"approved", []string{"批准日期", "approved"}}, {"paper", []string{"批准文号", "文号", "paper"}}}

// phoneColumns are how a union is reached, or was.
var phoneColumns = []column{{"phone", []string{"电话", "phone"}}, {"address", []string{"地址", "address"}}}

// sheets are the sheets with the names that they may have.
var sheets = []struct {
	kind    Kind
	names   []string
	columns []column
}{
	{Unions, []string{"工会", "unions"}, []column{
		{"id", []string{"编号", "id"}}, {"name", []string{"名称", "工会名称", "name"}}, {"short", []string{"简称", "short"}}, {"kind", []string{"类别", "工会类别", "kind"}},
		{"level", []string{"级别", "level"}}, {"area", []string{"区划代码", "地方", "area"}}, {"parent_id", []string{"上级编号", "parent_id"}},
		{"parent", []string{"上级名称", "上级工会", "上级", "parent"}}, {"phone", []string{"电话", "phone"}}, {"address", []string{"地址", "address"}}}},
	{Ended, []string{"已结束的工会", "已撤销的工会", "ended"}, append([]column{
		{"id", []string{"编号", "id"}}, {"name", []string{"名称", "工会名称", "name"}}, {"short", []string{"简称", "short"}}, {"kind", []string{"类别", "工会类别", "kind"}},
		{"level", []string{"级别", "level"}}, {"area", []string{"区划代码", "地方", "area"}}, {"parent_id", []string{"上级编号", "parent_id"}}, {"parent", []string{"上级名称", "上级工会", "上级", "parent"}},
		{"how", []string{"结束方式", "方式", "how"}}, {"into_id", []string{"并入编号", "into_id"}}, {"into", []string{"并入工会", "into"}}, {"day", []string{"结束日期", "day"}}}, append(slices.Clone(approvedColumns), phoneColumns...)...)},
	{Begun, []string{"成立批准", "begun"}, append([]column{
		{"id", []string{"工会编号", "id"}}, {"union", []string{"工会名称", "union"}}, {"day", []string{"成立日期", "day"}}}, approvedColumns...)},
	{Links, []string{"产业联系", "links"}, []column{
		{"id", []string{"工会编号", "id"}}, {"union", []string{"工会名称", "union"}}, {"to_id", []string{"产业工会编号", "to_id"}}, {"to", []string{"产业工会名称", "to"}},
		{"since", []string{"开始", "since"}}, {"until", []string{"结束", "until"}}, {"why", []string{"说明", "why"}}}},
	{Pasts, []string{"沿革", "从前的名称", "pasts"}, []column{
		{"id", []string{"工会编号", "id"}}, {"union", []string{"工会名称", "union"}}, {"since", []string{"从哪天起", "since"}}, {"name", []string{"当时的名称", "name"}}, {"kind", []string{"当时的类别", "kind"}},
		{"level", []string{"当时的级别", "level"}}, {"area", []string{"当时的区划代码", "area"}}, {"parent_id", []string{"当时的上级编号", "parent_id"}}, {"parent", []string{"当时的上级", "parent"}}, {"why", []string{"说明", "why"}}}},
	{Terms, []string{"届次", "terms"}, []column{
		{"id", []string{"工会编号", "id"}}, {"union", []string{"工会名称", "union"}}, {"seq", []string{"届", "seq"}}, {"since", []string{"当选日期", "since"}},
		{"years", []string{"每届年数", "years"}}, {"due", []string{"应换届日期", "due"}}}},
	{Posts, []string{"任职（个人信息）", "任职", "posts"}, []column{
		{"id", []string{"工会编号", "id"}}, {"union", []string{"工会名称", "union"}}, {"term", []string{"当选日期", "term"}}, {"post", []string{"职务", "post"}}, {"name", []string{"姓名", "person"}},
		{"since", []string{"任职开始", "since"}}, {"until", []string{"任职结束", "until"}}}},
	{Firms, []string{"企业", "firms"}, []column{
		{"name", []string{"单位名称", "企业名称", "name"}}, {"platform", []string{"平台企业", "platform"}}, {"area", []string{"区划代码", "地方", "area"}}, {"union_id", []string{"工会编号", "union_id"}},
		{"union", []string{"工会名称", "union"}}, {"since", []string{"建会日期", "since"}}, {"owner", []string{"负责人", "owner"}}, {"obstacle", []string{"难处", "obstacle"}},
		{"result", []string{"结果", "result"}}, {"also", []string{"别名", "also"}}}},
	{Steps, []string{"建会步骤", "steps"}, []column{
		{"name", []string{"单位名称", "企业名称", "name"}}, {"area", []string{"区划代码", "地方", "area"}}, {"step", []string{"步骤", "step"}}, {"due", []string{"期限", "due"}}, {"done", []string{"完成日期", "done"}}}},
	{Facts, []string{"从业人数", "facts"}, []column{
		{"name", []string{"单位名称", "企业名称", "name"}}, {"area", []string{"区划代码", "地方", "area"}}, {"occupation", []string{"岗位工种", "occupation"}}, {"n", []string{"人数", "n"}},
		{"day", []string{"日期", "day"}}, {"source", []string{"来源", "source"}}}},
}

func columns(k Kind) []column {
	for _, s := range sheets {
		if s.kind == k {
			return s.columns
		}
	}
	return nil
}

// Title is what a sheet is called in the workbook.
func Title(k Kind) string {
	for _, s := range sheets {
		if s.kind == k {
			return s.names[0]
		}
	}
	return ""
}

const (
	// MaxRows is how many rows a workbook may have.
	MaxRows = 300_000
	// MaxBytes is how large a file may be.
	MaxBytes = 24 << 20
)

var limits = sheet.Limits{Bytes: MaxBytes, Unzip: 256 << 20, Rows: MaxRows}

// Read reads a workbook, or a table of unions alone (CSV, or a workbook of one sheet of
// any name). unused are the sheets that mean nothing here. What cannot be read is
// fault.Invalid.
func Read(from io.Reader) (rows []Row, unused []string, err error) {
	tables, err := sheet.ReadAll(from, sheet.Auto, limits)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range tables {
		k := kindOfSheet(t.Sheet)
		if k == "" && len(tables) == 1 {
			k = Unions
		}
		if k == "" {
			unused = append(unused, t.Sheet)
			continue
		}
		some, err := readSheet(k, t)
		if err != nil && (fault.Of(err).Msg != "sheet.no_rows" || len(tables) == 1) {
			return nil, nil, err
		}
		rows = append(rows, some...)
	}
	switch {
	case len(rows) == 0:
		return nil, nil, fault.New("tree.read", fault.Invalid, "sheet.no_rows")
	case len(rows) > MaxRows:
		return nil, nil, fault.New("tree.read", fault.Invalid, "tree.rows.many").With(fault.Args{"Limit": MaxRows})
	}
	return attach(rows), unused, nil
}

func kindOfSheet(name string) Kind {
	for _, s := range sheets {
		if slices.Contains(s.names, strings.ToLower(strings.TrimSpace(name))) {
			return s.kind
		}
	}
	return ""
}

func readSheet(k Kind, t sheet.Table) ([]Row, error) {
	cols := columns(k)
	at := func(name string) int {
		return slices.IndexFunc(cols, func(c column) bool { return slices.Contains(c.names, strings.ToLower(strings.TrimSpace(name))) })
	}
	h, err := t.Under(func(name string) bool { return at(name) >= 0 })
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(h.Rows))
	for _, r := range h.Rows {
		row := Row{Sheet: k, Line: r.Line, Cells: make([]string, len(cols))}
		for i, name := range h.Header {
			if c := at(name); c >= 0 {
				row.Cells[c] = strings.TrimSpace(r.Cell(i))
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// attach puts steps and facts under the company that they are of. Those of none stay
// rows of their own.
func attach(rows []Row) []Row {
	key := func(r Row) string { return platform.Key(r.Get("name")) + "|" + r.Get("area") }
	at, all := map[string]int{}, make([]Row, 0, len(rows))
	for _, r := range rows {
		if r.Sheet == Firms {
			if _, twice := at[key(r)]; !twice {
				at[key(r)] = len(all)
			}
		}
		if r.Sheet != Steps && r.Sheet != Facts {
			all = append(all, r)
		}
	}
	for _, r := range rows {
		if r.Sheet != Steps && r.Sheet != Facts {
			continue
		}
		if i, ok := at[key(r)]; ok {
			all[i].Parts = append(all[i].Parts, r)
		} else {
			all = append(all, r)
		}
	}
	return all
}

// WriteBook writes rows, whose companies have their parts, as a workbook. mark stands above
// every sheet and says who took it out; [Read] passes it over. named says that the sheet of
// those in office is one of them.
func WriteBook(out *sheet.Book, rows []Row, mark string, named bool) error {
	for _, s := range sheets {
		if s.kind == Posts && !named {
			continue
		}
		if err := out.Sheet(s.names[0]); err != nil {
			return err
		}
		if err := write(out.Write, s.kind, rows, mark); err != nil {
			return err
		}
	}
	return out.Close()
}

// WriteCSV writes the unions of rows as a table under mark.
func WriteCSV(out *sheet.Writer, rows []Row, mark string) error {
	if err := write(out.Write, Unions, rows, mark); err != nil {
		return err
	}
	return out.Flush()
}

func write(put func(...string) error, k Kind, rows []Row, mark string) error {
	if mark != "" {
		if err := put(mark); err != nil {
			return err
		}
	}
	var head []string
	for _, c := range columns(k) {
		head = append(head, c.names[0])
	}
	err := put(head...)
	for _, r := range rows {
		if r.Sheet == k && err == nil {
			err = put(r.Cells...)
		}
		for _, part := range r.Parts {
			if part.Sheet == k && err == nil {
				err = put(part.Cells...)
			}
		}
	}
	return err
}

// words are how tables of offices write kinds, levels and occupations.
type words map[string][]string

var kindWords = words{
	string(org.Local): {"地方总工会", "总工会"}, string(org.Industry): {"产业工会"}, string(org.Trade): {"行业工会联合会", "行业联合会"}, string(org.Regional): {"区域工会联合会", "区域联合会"},
	string(org.Basic): {"基层工会"}, string(org.Joint): {"联合基层工会", "联合工会"}, string(org.Team): {"工会小组"},
}

var levelWords = words{
	string(org.National): {"全国"}, string(org.Province): {"省级", "省"}, string(org.City): {"市级", "市"}, string(org.County): {"县级", "县", "区县"}, string(org.Town): {"乡镇街道", "街道", "乡镇"}, string(org.Grassroots): {"基层"},
}

var occupationWords = words{"rider": {"外卖骑手", "骑手"}, "courier": {"快递员"}, "driver": {"网约车司机"}, "trucker": {"货车司机"}, "other": {"其他"}}

var howWords = words{string(life.Merged): {"合并"}, string(life.Abolished): {"撤销"}, "closed": {"关闭"}}

var officeWords = words{
	string(life.Chair): {"主席", "工会主席"}, string(life.Vice): {"副主席"}, string(life.Committee): {"委员"},
	string(life.Audit): {"经费审查委员会主任", "经审委主任", "经审主任"}, string(life.Women): {"女职工委员会主任", "女工主任"},
}

// of reads a word or a code; what is neither stays, and is refused.
func (w words) of(s string) string {
	for code, all := range w {
		if slices.Contains(all, s) {
			return code
		}
	}
	return strings.ToLower(s)
}

// write is the word of a code.
func (w words) write(code string) string { return cmp.Or(append(slices.Clone(w[code]), code)...) }

// since writes when something began, to the second: two changes of a day stay apart.
func since(at time.Time) string {
	at = at.In(clock.Zone)
	if at.Equal(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, clock.Zone)) {
		return at.Format(time.DateOnly)
	}
	return at.Format(time.DateTime)
}

// SinceOf reads when something began; what is no day is the zero time.
func SinceOf(s string) time.Time {
	for _, layout := range []string{time.DateOnly, time.DateTime} {
		if at, err := time.ParseInLocation(layout, s, clock.Zone); err == nil {
			return at
		}
	}
	return time.Time{}
}

// KindOf reads a kind of union.
func KindOf(s string) org.Kind { return org.Kind(kindWords.of(s)) }

// LevelOf reads a level.
func LevelOf(s string) org.Level { return org.Level(levelWords.of(s)) }

// HowOf reads how a union ended.
func HowOf(s string) string { return howWords.of(s) }

// OfficeOf reads a post.
func OfficeOf(s string) life.Office { return life.Office(officeWords.of(s)) }

// OccupationOf reads an occupation as members have it.
func OccupationOf(s string) string { return occupationWords.of(s) }

// Yes reads whether a cell says so.
func Yes(s string) bool {
	return slices.Contains([]string{"是", "yes", "y", "true", "1", "√"}, strings.ToLower(s))
}
