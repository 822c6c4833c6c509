package intake

import (
	"strings"

	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/plain"
	"nuanxin/internal/sheet"
)

// Column is what a column of a list holds.
type Column string

// The columns. Name and phone must be there.
const (
	Name       Column = "name"
	Phone      Column = "phone"
	Document   Column = "document"
	Occupation Column = "occupation"
	Works      Column = "works"   // several in one cell are parted by 、;，/
	Station    Column = "station" // of the platform, there; or a station of ours by its name
	Post       Column = "post"    // a station of ours
)

// headings are the names under which the columns are found, as [flat] writes them.
var headings = map[Column]string{
	Name:       " 姓名 名字 会员姓名 职工姓名 员工姓名 真实姓名 name fullname membername employeename ",
	Phone:      " 手机号 手机号码 手机 联系电话 联系方式 电话 电话号码 移动电话 本人手机 phone phonenumber mobile mobilephone mobilenumber cellphone tel telephone ",
	Document:   " 身份证号 身份证号码 身份证 证件号 证件号码 公民身份号码 居民身份证号码 idnumber idno idcard idcardnumber identitynumber nationalid ",
	Occupation: " 岗位工种 工种 岗位 职业 从事职业 做哪行 职业类别 occupation job jobtitle position work ",
	Works:      " 单位 单位名称 工作单位 所在单位 公司 公司名称 平台 所属平台 从业平台 平台名称 企业 企业名称 company platform employer employername worksfor platforms companies ",
	Post:       " 驿站 驿站名称 工会驿站 所属驿站 所在驿站 户外劳动者驿站 户外劳动者服务站点 工会服务站 服务站 servicestation unionstation ",
	Station:    " 站点 站点名称 所属站点 所在站点 配送站 配送站点 网点 所属网点 station stationname site depot ",
}

// flat is a heading without what people put around it: spaces, marks, what stands in
// brackets.
func flat(s string) string {
	s = strings.ToLower(s)
	if i := strings.IndexAny(s, "(（["); i > 0 {
		s = s[:i]
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\n*＊:：、.·_-　", r) {
			return -1
		}
		return r
	}, s)
}

// columnOf is the column that a heading names; ok is false for none.
func columnOf(heading string) (Column, bool) {
	name := flat(heading)
	for _, c := range []Column{Name, Phone, Document, Occupation, Works, Station, Post} {
		if name != "" && strings.Contains(headings[c], " "+name+" ") {
			return c, true
		}
	}
	return "", false
}

// works are the words by which an occupation is known, the surest first.
var works = []struct {
	is    member.Occupation
	words string
}{
	{member.Rider, "外卖 骑手 网约配送 送餐 rider delivery"}, {member.Courier, "快递 快件 揽投 courier express"},
	{member.Driver, "网约车 ride-hailing hailing"}, {member.Trucker, "货车 卡车 货运 truck"},
}

func occupationOf(s string) member.Occupation {
	s = strings.ToLower(s)
	for _, w := range works {
		for word := range strings.FieldsSeq(w.words) {
			if strings.Contains(s, word) {
				return w.is
			}
		}
	}
	return member.Other
}

// Action is what becomes of a row. Its words are "memberimport.action."+Action.
type Action string

// The actions.
const (
	WillAdd    Action = "add"
	WillDoubt  Action = "doubt"  // as [WillAdd], if whoever applies the list says so
	WillSkip   Action = "same"   // a member already, or an applicant
	WillRefuse Action = "refuse" // something is wrong with it
	Left       Action = "left"   // it would have been added, or taken back, but something happened meanwhile
)

// Row is a row as it was understood, or as it was written where it was not.
type Row struct {
	Name, Phone, Document, Works string
	Station                      string `json:",omitempty"`
	Post                         string `json:",omitempty"` // what the station of ours is called, or should be
	At                           string `json:",omitempty"` // its id; empty: none is called so there
	Note                         string `json:",omitempty"` // what is said of its stations: "memberimport.note."+Note
	Occupation                   member.Occupation
	Old                          bool `json:",omitempty"` // the identity number had fifteen digits
}

// Line is a row, and what becomes of it.
type Line struct {
	Seq, No int // its place among the rows, and in the file
	Row
	Action Action
	Why    string         // the key of the words, behind "memberimport.why."; empty for a row that is clear
	With   int            // the row of the file that it repeats
	Others []member.Doubt // whom it may be
	Member member.ID      // the one that it becomes
	Done   bool
}

// reader reads rows under their headings.
type reader struct {
	sheet.Headed
	at map[Column]int
}

// open finds the columns of a table. unused are the headings that mean nothing here.
func open(t sheet.Table) (r reader, unused []string, err error) {
	if r.Headed, err = t.Under(func(name string) bool { _, ok := columnOf(name); return ok }); err != nil {
		return r, nil, err
	}
	r.at = map[Column]int{}
	for i, h := range r.Header {
		c, ok := columnOf(h)
		if _, twice := r.at[c]; ok && !twice {
			r.at[c] = i
		} else if h != "" {
			unused = append(unused, plain.Brief(plain.Line(h), 40))
		}
	}
	var f fault.Form
	for _, c := range []Column{Name, Phone} {
		if _, ok := r.at[c]; !ok {
			f.Add("file", "memberimport.wrong.no_"+string(c), nil)
		}
	}
	return r, unused, f.Err(string(member.Import))
}

// cell is what a row has in a column; nothing where the list has no such column.
func (r reader) cell(row sheet.Row, c Column) string {
	i, ok := r.at[c]
	if !ok {
		return ""
	}
	if c == Works || c == Station { // of several
		return plain.Brief(plain.Line(row.Cell(i)), 400)
	}
	return plain.Brief(plain.Line(row.Cell(i)), 80)
}

// said is where the row says that somebody works; ok is false for a station of nothing.
func (r Row) said() (all []work.Said, ok bool) {
	all, ok = work.Say(work.Split(r.Works), work.Split(r.Station))
	for i := range all {
		all[i] = work.Said{Name: plain.Brief(all[i].Name, work.MaxName), Station: plain.Brief(all[i].Station, work.MaxStation)}
	}
	if l := r.At; l != "" && ok {
		all = append(all, work.Said{Post: l})
	}
	return all, ok
}

// place says which station of ours the row means. A name in the column of platforms' depots
// may be one, too; what is none stays a depot there, and in the column of ours it is said.
func (l *Line) place(near []work.Post) {
	if l.Post != "" {
		if p, ok := work.Match(near, l.Post); ok {
			l.Post, l.At = p.Name, p.ID
		} else {
			l.Note = "no_post"
		}
	}
	if l.Station == "" {
		return
	}
	if p, ok := work.Match(near, l.Station); ok && (l.At == "" || l.At == p.ID) {
		l.Station, l.Post, l.At, l.Note = "", p.Name, p.ID, ""
	} else if l.Note == "" && l.At == "" {
		l.Note = "depot"
	}
}

// lines reads all rows. company is what works is where no column says it.
func (r reader) lines(company, today string, age int) []Line {
	all := make([]Line, len(r.Rows))
	phones, documents := map[string]int{}, map[string]int{}
	for i, row := range r.Rows {
		l := Line{Seq: i, No: row.Line, Action: WillAdd, Row: Row{Name: r.cell(row, Name), Phone: r.cell(row, Phone), Document: r.cell(row, Document), Works: r.cell(row, Works), Station: r.cell(row, Station), Post: r.cell(row, Post), Occupation: occupationOf(r.cell(row, Occupation))}}
		if l.Works == "" {
			l.Works = company
		}
		if l.Why = l.check(today, age); row.Ragged {
			l.Why = "ragged"
		}
		switch {
		case l.Why != "":
			l.Action = WillRefuse
		case phones[l.Phone] > 0:
			l.Action, l.Why, l.With = WillRefuse, "phone_twice", phones[l.Phone]
		case l.Document != "" && documents[l.Document] > 0:
			l.Action, l.Why, l.With = WillRefuse, "document_twice", documents[l.Document]
		default:
			phones[l.Phone] = l.No
			if l.Document != "" {
				documents[l.Document] = l.No
			}
		}
		all[i] = l
	}
	return all
}

// check writes what the row says in one way, and says why it cannot be a member's. Of a
// child below the age at which guardians agree nothing is kept (个人信息保护法 art. 31).
func (l *Line) check(today string, age int) string {
	name, err := idcard.ParseName(l.Name)
	if err != nil {
		return "name"
	}
	phone, err := idcard.ParseMobile(l.Phone)
	if err != nil {
		return "phone"
	}
	if all, _ := l.said(); len(all) >= work.Most && (l.Post != "" || len(all) > work.Most) {
		return "works"
	}
	if l.Name, l.Phone = name, phone; idcard.Plain(l.Document) == "" {
		l.Document = ""
		return ""
	}
	number, old := idcard.Modern(l.Document) // old rolls have the numbers of before 1999
	resident, err := idcard.ParseResident(number, today)
	if err != nil {
		return "document"
	}
	if consent.Below(resident.Birth, today, age) {
		l.Name, l.Phone, l.Document, l.Works, l.Station, l.Post = "", "", "", "", "", ""
		return "child"
	}
	l.Document, l.Old = resident.Number, old
	return ""
}
