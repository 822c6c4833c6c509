package treefile

import (
	"slices"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/sheet"
)

// Row is a row of the table. Empty cells are empty texts.
type Row struct {
	Line                               int // of the file
	ID, Name, Short, Kind, Level, Area string
	ParentID, Parent, Phone, Address   string
}

// column is a column of the table with the names that its header may have; the first
// is the one that an export writes.
type column struct {
	names []string
	cell  func(*Row) *string
}

func columns() []column {
	return []column{
		{[]string{"编号", "id"}, func(r *Row) *string { return &r.ID }},
		{[]string{"名称", "工会名称", "name"}, func(r *Row) *string { return &r.Name }},
		{[]string{"简称", "short"}, func(r *Row) *string { return &r.Short }},
		{[]string{"类别", "工会类别", "kind"}, func(r *Row) *string { return &r.Kind }},
		{[]string{"级别", "level"}, func(r *Row) *string { return &r.Level }},
		{[]string{"区划代码", "地方", "area"}, func(r *Row) *string { return &r.Area }},
		{[]string{"上级编号", "parent_id"}, func(r *Row) *string { return &r.ParentID }},
		{[]string{"上级名称", "上级工会", "上级", "parent"}, func(r *Row) *string { return &r.Parent }},
		{[]string{"电话", "phone"}, func(r *Row) *string { return &r.Phone }},
		{[]string{"地址", "address"}, func(r *Row) *string { return &r.Address }},
	}
}

// kindWords and levelWords are how tables of offices write them.
func kindWords() map[org.Kind][]string {
	return map[org.Kind][]string{
		org.Local: {"地方总工会", "总工会"}, org.Industry: {"产业工会"}, org.Trade: {"行业工会联合会", "行业联合会"}, org.Regional: {"区域工会联合会", "区域联合会"},
		org.Basic: {"基层工会"}, org.Joint: {"联合基层工会", "联合工会"}, org.Team: {"工会小组"},
	}
}

func levelWords() map[org.Level][]string {
	return map[org.Level][]string{
		org.National: {"全国"}, org.Province: {"省级", "省"}, org.City: {"市级", "市"}, org.County: {"县级", "县", "区县"}, org.Town: {"乡镇街道", "街道", "乡镇"}, org.Grassroots: {"基层"},
	}
}

// kindOf reads a kind as a word or a code; what is neither stays, and is refused.
func kindOf(s string) org.Kind {
	for k, words := range kindWords() {
		if slices.Contains(words, s) {
			return k
		}
	}
	return org.Kind(strings.ToLower(s))
}

func levelOf(s string) org.Level {
	for l, words := range levelWords() {
		if slices.Contains(words, s) {
			return l
		}
	}
	return org.Level(strings.ToLower(s))
}

const (
	// MaxRows is how many rows one table may have: all of them are one transaction.
	MaxRows = 2000
	// MaxBytes is how large a file may be.
	MaxBytes = 2 << 20
)

// Read reads the rows of a table. What cannot be read is fault.Invalid.
func Read(t sheet.Table) ([]Row, error) {
	var cells []func(*Row) *string
	at := func(name string) func(*Row) *string {
		for _, c := range columns() {
			if slices.Contains(c.names, strings.ToLower(strings.TrimSpace(name))) {
				return c.cell
			}
		}
		return nil
	}
	h, err := t.Under(func(name string) bool { return at(name) != nil })
	if err != nil {
		return nil, err
	}
	for _, name := range h.Header {
		cells = append(cells, at(name))
	}
	if len(h.Rows) > MaxRows {
		return nil, fault.New("tree.read", fault.Invalid, "tree.rows.many").With(fault.Args{"Limit": MaxRows})
	}
	var rows []Row
	for _, r := range h.Rows {
		row := Row{Line: r.Line}
		for i, cell := range cells {
			if cell != nil {
				*cell(&row) = strings.TrimSpace(r.Cell(i))
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Write writes rows as a table, headed by the names of the columns.
func Write(out *sheet.Writer, rows []Row) error {
	var head []string
	for _, c := range columns() {
		head = append(head, c.names[0])
	}
	if err := out.Write(head...); err != nil {
		return err
	}
	for _, r := range rows {
		var cells []string
		for _, c := range columns() {
			cells = append(cells, *c.cell(&r))
		}
		if err := out.Write(cells...); err != nil {
			return err
		}
	}
	return out.Flush()
}

// rowOf is a union as a row.
func rowOf(o org.Org, parent string) Row {
	return Row{ID: string(o.ID), Name: o.Name, Short: o.Short, Kind: kindWords()[o.Kind][0], Level: levelWords()[o.Level][0], Area: o.Area,
		ParentID: string(o.Parent), Parent: parent, Phone: o.Phone, Address: o.Address}
}

// order returns the places of rows so that whoever leads comes before whom it leads.
func order(rows []Row) []int {
	byName := map[string]int{}
	for i, r := range rows {
		if _, ok := byName[r.Name]; !ok {
			byName[r.Name] = i
		}
	}
	var all []int
	seen := make([]bool, len(rows))
	var visit func(i int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		if up, ok := byName[rows[i].Parent]; ok && rows[i].Parent != "" && rows[i].ParentID == "" {
			visit(up)
		}
		all = append(all, i)
	}
	for i := range rows {
		visit(i)
	}
	return all
}
