// Package amenity is the catalogue of what a station may offer: a stable code,
// an icon, the words in Chinese and English, and how printed lists of services
// are read. It is data without I/O; the bits of a [Set] are stored and must
// never change their meaning.
package amenity

import (
	"encoding/json"
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/width"
)

// Code names an amenity in APIs, files and tables.
type Code string

// Set is a set of amenities, one bit each.
type Set uint64

// Amenity is one entry of the catalogue.
type Amenity struct {
	Code   Code   `json:"code"`
	Icon   string `json:"icon"` // id of the symbol in the icon sheet, without "i-"
	Zh     string `json:"zh"`
	En     string `json:"en"`
	Filter bool   `json:"filter,omitempty"` // offered as a chip when looking for a station
}

// All is the catalogue. The position of an entry is its bit: new entries go to
// the end.
func All() []Amenity { return slices.Clone(all) }

var all = []Amenity{
	{"rest", "sofa", "歇脚", "a seat", false},
	{"water", "cup", "喝水", "water", true},
	{"hot_water", "cup", "热水", "hot water", true},
	{"heating", "sun", "取暖", "warmth", true},
	{"cooling", "snow", "纳凉", "cooling", true},
	{"charging", "plug", "手机充电", "phone charging", true},
	{"heat_meal", "microwave", "热饭", "heat a meal", true},
	{"battery_swap", "swap", "换电", "battery swap", true},
	{"toilet", "wc", "厕所", "toilet", true},
	{"shower", "hand", "洗澡", "shower", true},
	{"first_aid", "aidkit", "急救包", "first aid", true},
	{"aed", "pulse", "AED", "AED", true},
	{"haircut", "scissors", "义剪", "haircut", false},
	{"laundry", "refresh", "洗衣", "laundry", true},
	{"cooking", "bowl", "自己做饭", "cooking", false},
	{"parking", "truck", "停车", "parking", true},
	{"wifi", "wifi", "免费 WiFi", "Wi-Fi", true},
	{"tools", "wrench", "打气和工具", "pump and tools", true},
	{"raincoat", "hand", "雨衣雨伞", "rain gear", false},
	{"medicine", "aidkit", "常用药", "medicine", false},
	{"legal_aid", "scale", "法律咨询", "legal advice", false},
	{"reading", "book", "看书看报", "reading", false},
	{"meals", "bowl", "吃饭", "meals", true},
	{"baby_room", "people", "母婴室", "baby room", true},
	{"bed", "home", "床铺", "a bed", true},
	{"printing", "print", "打印", "printing", false},
	{"fridge", "snow", "冰箱", "fridge", false},
	{"vehicle_charging", "bolt", "车辆充电", "vehicle charging", true},
	{"accessible", "people", "无障碍", "step-free", false},
	{"counselling", "chat", "心理咨询", "someone to talk to", false},
	{"locker", "lock", "储物柜", "lockers", false},
	{"health_check", "pulse", "量血压", "blood pressure check", false},
	{"tv", "play", "电视", "television", false},
	{"fitness", "people", "健身", "exercise", false},
	{"repair", "wrench", "修车", "repairs", false},
	{"sewing", "scissors", "针线", "needle and thread", false},
}

// Of returns the set of the given codes, and those it does not know.
func Of(codes ...Code) (set Set, unknown []Code) {
	for _, c := range codes {
		i := slices.IndexFunc(all, func(a Amenity) bool { return a.Code == c })
		if i < 0 {
			unknown = append(unknown, c)
			continue
		}
		set |= 1 << i
	}
	return set, unknown
}

// set is Of for codes written in this package.
func set(codes string) Set {
	var s Set
	for c := range strings.FieldsSeq(codes) {
		one, unknown := Of(Code(c))
		if unknown != nil {
			panic("amenity: no " + c)
		}
		s |= one
	}
	return s
}

// Has reports whether s has all of t.
func (s Set) Has(t Set) bool { return s&t == t }

// List returns the entries of s in the order of the catalogue.
func (s Set) List() []Amenity {
	list := make([]Amenity, 0, bits.OnesCount64(uint64(s)))
	for i, a := range all {
		if s&(1<<i) != 0 {
			list = append(list, a)
		}
	}
	return list
}

// Codes returns the codes of s in the order of the catalogue.
func (s Set) Codes() []Code {
	codes := []Code{}
	for _, a := range s.List() {
		codes = append(codes, a.Code)
	}
	return codes
}

// Valid reports whether s has no bit beyond the catalogue.
func (s Set) Valid() bool { return s>>len(all) == 0 }

// rule says what a printed piece means when it matches.
type rule struct {
	is  *regexp.Regexp
	set Set
}

func when(pattern, codes string) rule { return rule{regexp.MustCompile(pattern), set(codes)} }

// rules are all tried on each piece. What only may be meant (does a drinking
// fountain give hot water? does an air conditioner heat?) is not taken.
var rules = []rule{
	when(`休息|休憩|歇脚|落脚|桌椅|座椅|桌凳|沙发|躺椅|休闲椅|按摩椅|凳`, "rest"),
	when(`饮水|喝水|饮用|接水|补水|纯净水|净水|瓶装水|茶水|开水|喝热水|饮水机|矿泉水`, "water"),
	when(`热水($|[^澡器])|开水|冷热饮水|冷热净水|热饮|热水壶`, "hot_water"),
	when(`取暖|暖气|暖炉|冷暖|供暖`, "heating"),
	when(`空调|纳凉|乘凉|避暑|风扇|冷暖|清凉区`, "cooling"),
	when(`手机.*充电|充电(器|插|线|宝|接口|区|排插|设备|工具)|^(免费|多功能|自助)*充电$|取电|电源插座|饮水充电|充电饮水|桌椅和充电`, "charging"),
	when(`微波炉|热饭|加热|饭茶|吃热饭`, "heat_meal"),
	when(`换电|电池置换|更换.*电池`, "battery_swap"),
	when(`卫生间|洗手间|厕所|如厕|卫浴`, "toilet"),
	when(`淋浴|洗澡|洗浴|冲凉|热水澡`, "shower"),
	when(`急救|药箱|医疗箱|救助箱|创口贴|外伤包扎|应急药|药品箱|应急医护`, "first_aid"),
	when(`(?i)aed|除颤`, "aed"),
	when(`义剪|理发`, "haircut"),
	when(`洗衣|烘干`, "laundry"),
	when(`做饭|厨房|电磁炉`, "cooking"),
	when(`停车`, "parking"),
	when(`(?i)wi-?fi|无线(网络|上网)|上网`, "wifi"),
	when(`打气|充气|维修.*工具|工具箱|便民工具|^工具$|维修设备箱`, "tools"),
	when(`雨衣|雨伞|雨具`, "raincoat"),
	when(`药品|常用药|降温药|藿香正气|急救药物`, "medicine"),
	when(`法律|法援|维权`, "legal_aid"),
	when(`图书|书籍|书刊|报刊|报纸|阅读|阅览|书屋|书吧|看书|读书|书架|书柜|书咖`, "reading"),
	when(`餐饮|餐厅|热餐|(^|[^加])热食|早餐|自助餐|爱心餐|餐饮室`, "meals"),
	when(`母婴|哺乳`, "baby_room"),
	when(`^床$|单人床|床铺|住宿`, "bed"),
	when(`打印|复印`, "printing"),
	when(`冰箱|冰柜`, "fridge"),
	when(`充电桩|新能源车充电|电动(自行)?车充电|车辆充电`, "vehicle_charging"),
	when(`残疾人|无障碍`, "accessible"),
	when(`心理`, "counselling"),
	when(`储物柜`, "locker"),
	when(`血压|体温计`, "health_check"),
	when(`电视`, "tv"),
	when(`健身|台球|乒乓|篮球场|跑步机`, "fitness"),
	when(`(汽车|电动车).*维修`, "repair"),
	when(`针线`, "sewing"),
}

var (
	splits = regexp.MustCompile(`[、,;。/\n]+`)
	ands   = regexp.MustCompile(`[及和与]`)
	denied = regexp.MustCompile(`^(不|无|没|未|暂)`)
	// urgent keeps 紧急救援 from being read as 急救.
	commas = strings.NewReplacer("，", ",", "；", ";", "／", "/")
	urgent = strings.NewReplacer("紧急救援", "救援", "紧急医药", "应急药", "紧急药", "应急药")
)

// Read understands a printed list of services: what it has, and the pieces
// that say something the catalogue has no entry for.
func Read(text string) (has Set, rest []string) {
	for _, piece := range splits.Split(fold(text), -1) {
		if piece = strings.TrimSpace(piece); piece == "" {
			continue
		}
		got := match(piece)
		for _, part := range ands.Split(piece, -1) {
			got |= match(strings.TrimSpace(part))
		}
		if got == 0 {
			rest = append(rest, piece)
		}
		has |= got
	}
	return has, rest
}

func match(piece string) Set {
	if denied.MatchString(piece) && !strings.HasPrefix(piece, "无线") && !strings.HasPrefix(piece, "无障碍") {
		return 0
	}
	piece = urgent.Replace(strings.ReplaceAll(piece, " ", ""))
	var got Set
	for _, r := range rules {
		if r.is.MatchString(piece) {
			got |= r.set
		}
	}
	return got
}

func fold(text string) string {
	return commas.Replace(width.Fold.String(text))
}

// MarshalJSON writes the codes, which mean the same for ever.
func (s Set) MarshalJSON() ([]byte, error) { return json.Marshal(s.Codes()) }

// UnmarshalJSON reads codes; one that is not in the catalogue is an error.
func (s *Set) UnmarshalJSON(raw []byte) error {
	var codes []Code
	if err := json.Unmarshal(raw, &codes); err != nil {
		return err
	}
	has, unknown := Of(codes...)
	if unknown != nil {
		return fmt.Errorf("amenity: no %v", unknown)
	}
	*s = has
	return nil
}
