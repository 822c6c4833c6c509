// Package printed reads the cells of station lists as offices and newspapers
// print them: which column a header means, several phone numbers in one cell,
// floor space with its reservations, honours with their years, and when two
// names are one. It is pure, and guesses nothing: what is not certain comes
// back as a [Doubt] that quotes the text.
package printed

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/geo"

	"golang.org/x/text/width"
)

// Doubt is something that a person should look at.
type Doubt struct {
	Code  string `json:"code"` // message key
	Field Field  `json:"field"`
	Text  string `json:"text"` // what was printed
}

// Field is what a column holds.
type Field string

// The fields.
const (
	None     Field = ""
	Source   Field = "source"
	Date     Field = "source_date"
	Province Field = "province"
	City     Field = "city"
	County   Field = "county"
	Town     Field = "town"
	Name     Field = "name"
	Other    Field = "other_names"
	Address  Field = "address"
	Hours    Field = "hours"
	Phone    Field = "phones"
	Host     Field = "host_name"
	Services Field = "services"
	Marks    Field = "marks"
	Size     Field = "size"
	Capacity Field = "capacity"
	Stars    Field = "stars"
	Note     Field = "note"
	Lat      Field = "lat"
	Lng      Field = "lng"
	Position Field = "position" // both numbers in one cell
	Datum    Field = "datum"
	Code     Field = "code"
	Operator Field = "operator"
	Keeper   Field = "keeper"
	Funds    Field = "funds"
	Built    Field = "built"
	Accepted Field = "accepted"
	Extended Field = "extended"
	AllDay   Field = "all_day"
	Smart    Field = "smart"
	Listings Field = "listings" // on a map; the header says on which
	WayIn    Field = "entry"
)

// headers are the spellings of each field, without spaces and brackets.
var headers = map[Field]string{
	Source:   "来源 数据来源 信息来源 出处 来源网址",
	Date:     "来源日期 日期 发布日期 更新日期 更新时间",
	Province: "省 省份 省级 所属省份 省市 省区市 省自治区直辖市",
	City:     "市 城市 地市 市州 所属城市 地级市 所在市",
	County:   "区县 区 县 县区 县市区 所属区县 所属县区 行政区 辖区 所在区县 所在区 市区县 区域 所属区域",
	Town:     "街道 乡镇 镇街 街镇 街道乡镇 乡镇街道 所属街道",
	Name:     "驿站名称 站点名称 名称 站名 驿站 站点 服务站点名称 服务站名称 工会驿站名称 户外劳动者服务站点名称 驿站名 name",
	Other:    "别名 曾用名 其他名称 又名",
	Address:  "地址 详细地址 驿站地址 站点地址 具体地址 位置 具体位置 所在位置 所在地址 详细位置 address",
	Hours:    "开放时间 营业时间 服务时间 开放时段 开门时间 服务时段 对外开放时间 工作时间 hours",
	Phone:    "联系电话 电话 联系方式 服务电话 固定电话 手机 手机号 联系人电话 负责人电话 咨询电话 联系人及电话 联系人及联系方式 负责人及电话 phone",
	Host:     "承建单位 共建单位 建设单位 所属单位 单位 依托单位 承办单位 主办单位 承建共建单位 建设主体 单位名称",
	Services: "服务项目 服务设施 服务内容 设施 设施设备 功能 配套设施 服务功能 设备设施 提供服务 services",
	Marks:    "标识 标签 荣誉 称号 荣誉称号 类型 驿站类型 特色",
	Size:     "面积 建筑面积 使用面积 占地面积 面积平方米 面积㎡ 面积m2 站点面积 驿站面积",
	Capacity: "容纳人数 可容纳人数 容量",
	Stars:    "星级 评定星级",
	Note:     "备注 说明 其他 备注说明 note",
	Lat:      "纬度 lat latitude",
	Lng:      "经度 lng lon longitude",
	Position: "坐标 经纬度 位置坐标 地图坐标 gps",
	Datum:    "坐标系 坐标类型 datum",
	Operator: "运营单位 维护单位 运维单位 管理单位 日常管理单位 运营维护单位",
	Keeper:   "管理人员 管理员 驿站管理员 站点管理员 负责人 联系人 站长 责任人",
	Funds:    "投资 投资额 投资金额 总投资 建设投资 投入资金",
	Built:    "建成时间 建成日期 建成年份 建设时间 启用时间 启用日期 投用时间 揭牌时间",
	Accepted: "验收时间 验收日期 验收情况 是否验收 验收",
	Extended: "是否延时 延时服务 延时 是否延时服务",
	AllDay:   "是否24小时 是否24小时开放 24小时",
	Smart:    "是否智能 是否智能化 智能化 是否无人值守",
	Listings: "上图 地图 上图情况 上图时间 是否上图 poi 地图poi 点位",
	WayIn:    "进入方式 进站方式 入站方式 怎么进 开门方式",
	Code:     "驿站编码 站点编码 唯一编码 编码",
}

var (
	brackets = regexp.MustCompile(`[(\[【][^)\]】]*[)\]】]`)
	signs    = strings.NewReplacer(" ", "", "\n", "", "\t", "", "\u3000", "", "*", "", ":", "", "【", "(", "】", ")", "[", "(", "]", ")", "〔", "(", "〕", ")")
	between  = strings.NewReplacer("(", "", ")", "", "、", "", "/", "", ",", "")
)

// Fold makes the spellings of one sign one: width, case, spaces, brackets.
func Fold(s string) string {
	return signs.Replace(strings.ToLower(width.Fold.String(s)))
}

// Header returns the field that a column's header means, or None.
func Header(name string) Field {
	folded := Fold(name)
	for _, try := range []string{between.Replace(folded), brackets.ReplaceAllString(folded, "")} {
		for _, prefix := range []string{"高德", "百度", "腾讯", "是否高德", "是否百度", "是否腾讯", "工会app", "是否工会app", "app", "gps", "wgs84", "gcj02", "bd09", ""} {
			bare := strings.TrimPrefix(try, prefix)
			for f, names := range headers {
				if bare != "" && slices.Contains(strings.Fields(names), bare) {
					return f
				}
			}
		}
	}
	return None
}

// Known reports whether name is a header that means something.
func Known(name string) bool { return Header(name) != None }

var datums = []struct {
	word  string
	datum geo.Datum
}{{"wgs", geo.WGS84}, {"gps", geo.WGS84}, {"gcj", geo.GCJ02}, {"高德", geo.GCJ02}, {"腾讯", geo.GCJ02}, {"火星", geo.GCJ02}, {"bd09", geo.BD09}, {"bd-09", geo.BD09}, {"百度", geo.BD09}}

// DatumIn returns the datum that a header or a cell states, if it states one.
func DatumIn(text string) (geo.Datum, bool) {
	text = Fold(text)
	for _, d := range datums {
		if strings.Contains(text, d.word) {
			return d.datum, true
		}
	}
	return 0, false
}

var (
	phoneSplit = regexp.MustCompile(`[;,、/|\n]+|\s{1,}`)
	extension  = regexp.MustCompile(`(\d)\s*(?:转|分机|ext\.?)\s*(\d)`)
	abroad     = regexp.MustCompile(`(^|[^\d])(?:\+|00)86[- ]?`)
	grouped    = regexp.MustCompile(`\b(1[3-9]\d)[ -](\d{4})[ -](\d{4})\b`)
	apart      = regexp.MustCompile(`\b(0\d{2,3}) (\d{7,8})\b`)
	dialable   = regexp.MustCompile(`^(1[3-9]\d{9}|0\d{2,3}-?[2-9]\d{6,7}(-\d{1,6})?|[2-9]\d{6,7}|[48]00-?\d{3}-?\d{4}|12\d{3}|95\d{3}|96\d{3,4})$`)
	masked     = regexp.MustCompile(`^[\d-]*[*xX×某]{2,}[\d-]*$`)
	phoneSigns = strings.NewReplacer("；", ";", "，", ",", "—", "-", "–", "-", "－", "-", "(", "", ")", "-")
)

// Phones reads the numbers of one cell. A masked number cannot be dialled and
// is not taken.
func Phones(cell string) (numbers []string, doubts []Doubt) {
	cell = phoneSigns.Replace(width.Fold.String(cell))
	cell = abroad.ReplaceAllString(extension.ReplaceAllString(cell, "$1-$2"), "$1")
	cell = apart.ReplaceAllString(grouped.ReplaceAllString(cell, "$1$2$3"), "$1-$2")
	for _, p := range phoneSplit.Split(cell, -1) {
		p = strings.TrimSpace(p)
		switch {
		case p == "":
		case dialable.MatchString(p):
			if !slices.Contains(numbers, p) {
				numbers = append(numbers, p)
			}
		case masked.MatchString(p):
			doubts = append(doubts, Doubt{"import.phone.masked", Phone, p})
		default:
			doubts = append(doubts, Doubt{"import.phone.wrong", Phone, p})
		}
	}
	return numbers, doubts
}

var metres = regexp.MustCompile(`^(约|大约|近)?(\d{1,6})(?:平方米|平米|平方|㎡|m2|m²|平)?$`)

// Metres reads floor space. "Less than", "more than", and the space of
// something else than the station (the whole building, the car park) are
// doubts: the number is not taken.
func Metres(cell string) (m2 int, about bool, doubts []Doubt) {
	folded := strings.TrimPrefix(Fold(cell), "面积")
	if folded == "" {
		return 0, false, nil
	}
	m := metres.FindStringSubmatch(folded)
	if m == nil {
		return 0, false, []Doubt{{"import.size.vague", Size, cell}}
	}
	m2, _ = strconv.Atoi(m[2])
	return m2, m[1] != "", nil
}

// Honour is a title with what is said of it.
type Honour struct {
	Name, Level string
	Year        int
}

// Said is what marks and notes say.
type Said struct {
	AllDay, Extended, Smart, NoBadge bool

	Scan    string // the words about getting in by a code, a face or a card
	Stars   int
	Honours []Honour
}

var (
	year  = regexp.MustCompile(`(20\d{2})年`)
	scan  = regexp.MustCompile(`扫码|刷脸|人脸识别|指纹|门禁|身份证进入|实名认证`)
	smart = regexp.MustCompile(`智能|智慧|无人值守`)
	stars = regexp.MustCompile(`([一二三四五1-5])星级?`)
	some  = regexp.MustCompile(`配备|部分|试点|个别`)
	later = regexp.MustCompile(`延时(服务|开放|驿站|站)?$|全周期`)
	round = regexp.MustCompile(`24小时`)
	parts = regexp.MustCompile(`[;；\n]+`)
	local = regexp.MustCompile(`全市|市级|[\p{Han}]{2}市最美`)
	land  = regexp.MustCompile(`全省|省级|自治区级`)
	china = regexp.MustCompile(`全国|全总`)
)

// Say reads the marks and the note of a station.
func Say(marks, note string) Said {
	s := Said{NoBadge: strings.Contains(marks+note, "未见工会挂牌")}
	for _, p := range parts.Split(width.Fold.String(marks), -1) {
		if p = strings.TrimSpace(p); some.MatchString(p) {
			continue // true of some stations of the text, not surely of this one
		}
		s.AllDay = s.AllDay || round.MatchString(p)
		s.Extended = s.Extended || later.MatchString(p)
		s.Smart = s.Smart || smart.MatchString(p) || scan.MatchString(p)
		if scan.MatchString(p) {
			s.Scan = strings.TrimPrefix(s.Scan+";"+p, ";")
		}
		if m := stars.FindStringSubmatch(p); m != nil {
			s.Stars = strings.Index("一二三四五", m[1])/3 + 1
			if n, err := strconv.Atoi(m[1]); err == nil {
				s.Stars = n
			}
		}
		if h, ok := honour(p); ok {
			s.Honours = append(s.Honours, h)
		}
	}
	return s
}

func honour(p string) (h Honour, ok bool) {
	switch {
	case strings.Contains(p, "最美"):
		h.Name = "最美"
	case strings.Contains(p, "示范"):
		h.Name = "示范"
	default:
		return h, false
	}
	if m := year.FindStringSubmatch(p); m != nil {
		h.Year, _ = strconv.Atoi(m[1])
	}
	switch {
	case china.MatchString(p):
		h.Level = "national"
	case land.MatchString(p):
		h.Level = "province"
	case local.MatchString(p):
		h.Level = "city"
	}
	return h, true
}

var (
	parens  = strings.NewReplacer("(", "", ")", "")
	streets = strings.NewReplacer("(", "", ")", "", ",", "", "。", "", "號", "号", "、", "")
	quotes  = strings.NewReplacer("“", "", "”", "", "\"", "", "「", "", "」", "", "·", "", "-", "", "—", "", "–", "", "_", "", "的", "")
	generic = regexp.MustCompile(`工会户外劳动者服务站点|户外劳动者服务站点|工会户外劳动者服务站|户外劳动者服务站|户外劳动者驿站|户外劳动者爱心驿站|工会爱心驿站|工会驿站|爱心驿站|职工爱心接力站|暖心驿站|驿站`)
)

// NameKey makes one key of the names that one place goes by: 工会驿站(某店) and
// 某店工会驿站 have the same. A name of nothing but general words is its own key.
func NameKey(name string) string {
	whole := quotes.Replace(Fold(name))
	rest := generic.ReplaceAllString(whole, "")
	rest = parens.Replace(rest)
	if len([]rune(rest)) < 2 {
		return whole
	}
	return rest
}

// AddressKey makes one key of the ways to write one address.
func AddressKey(address string) string {
	return streets.Replace(quotes.Replace(Fold(address)))
}

// Numbers reads latitude and longitude from two cells, or from one that holds
// both; which is which is told by their size. Degrees may be written with their
// sign, and with minutes and seconds.
func Numbers(lat, lng, both string) (la, ln float64, ok bool) {
	if both != "" {
		pair := strings.FieldsFunc(width.Fold.String(both), func(r rune) bool { return strings.ContainsRune(",;，；、 \n", r) })
		if len(pair) != 2 {
			return 0, 0, false
		}
		lng, lat = pair[0], pair[1]
	}
	la, ok1 := degrees(lat)
	ln, ok2 := degrees(lng)
	if both != "" && ok1 && ok2 && la > 60 && ln < 60 {
		la, ln = ln, la
	}
	return la, ln, ok1 && ok2
}

var angle = regexp.MustCompile(`^(?:北纬|东经|纬度|经度|[ne])?:?(\d{1,3}(?:\.\d+)?)(?:[°度](?:(\d{1,2}(?:\.\d+)?)[′'’分](?:(\d{1,2}(?:\.\d+)?)(?:[″"”秒]|''))?)?)?[ne]?$`)

// degrees reads one angle of the north-eastern quarter, where the country lies.
func degrees(cell string) (float64, bool) {
	m := angle.FindStringSubmatch(Fold(cell))
	if m == nil {
		return 0, false
	}
	sum := 0.0
	for i, per := range []float64{1, 60, 3600} {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.ParseFloat(m[i+1], 64)
		if err != nil || i > 0 && n >= 60 {
			return 0, false
		}
		sum += n / per
	}
	return sum, true
}

var digits = regexp.MustCompile(`^(\d{1,5})(人|个|名|座)?$`)

// Count reads a small number.
func Count(cell string) (n int, ok bool) {
	m := digits.FindStringSubmatch(Fold(cell))
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}

// Kin says how two places of one name are related, by their addresses.
type Kin uint8

// The kinds of kin.
const (
	Strangers Kin = iota // at different addresses
	Perhaps              // one has no address
	Same                 // at one address, or both without
)

// Kinship compares the addresses of two places of one name.
func Kinship(a, b string) Kin {
	x, y := AddressKey(a), AddressKey(b)
	switch {
	case x == y:
		return Same
	case x == "" || y == "":
		return Perhaps
	}
	return Strangers
}

// beside matches what stands under lists: sums, remarks, who filled them in.
var beside = regexp.MustCompile(`^(合计|总计|小计|共计)(:?\d*[个家处座]?)$|^(备注|注|说明|填表人|填报人|填报单位|制表人?|审核人?|负责人签字)\d?:`)

// Beside reports whether a row only sums up or remarks.
func Beside(cells []string) bool {
	i := slices.IndexFunc(cells, func(c string) bool { return c != "" })
	return i >= 0 && beside.MatchString(strings.ReplaceAll(width.Fold.String(cells[i]), " ", ""))
}
