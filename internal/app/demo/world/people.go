package world

import (
	"fmt"
	"strings"

	"nuanxin/internal/region"
)

// Area is the county that the demo is drawn over, Sibling the one beside it.
const (
	Area    = "220402"
	Sibling = "220403"
	Bare    = "220421" // a county of the city that has no union in the demo
)

// Password is everybody's in the demo.
const Password = "deng-liang-zhe-2026" //nolint:gosec // the demo tells it to everybody

// mobile and desk are numbers that nobody answers.
func mobile(n int) string { return fmt.Sprintf("19900000%03d", n) }
func desk(n int) string   { return fmt.Sprintf("0437-0000%03d", n) }

// streets are the codes of the county's streets that the map is divided into.
func streets() []region.Region {
	var all []region.Region
	for _, r := range region.Children(Area) {
		if !strings.Contains(r.Name, "特殊") {
			all = append(all, r)
		}
	}
	return all
}

func orgs() []Org {
	all := []Org{
		{Key: "nation", Kind: "local", Level: "national", Name: "全国总工会（示例）", Short: "全国总工会（示例）", Address: "示例地址"},
		{Key: "province", Kind: "local", Level: "province", Name: "吉林省总工会（示例）", Short: "省总工会（示例）", Area: "22", Parent: "nation"},
		{Key: "city", Kind: "local", Level: "city", Name: "辽源市总工会（示例）", Short: "市总工会（示例）", Area: "2204", Parent: "province"},
		{Key: "county", Kind: "local", Level: "county", Name: "龙山区总工会（示例）", Short: "龙山区总工会（示例）", Area: Area, Parent: "city"},
		{Key: "sibling", Kind: "local", Level: "county", Name: "西安区总工会（示例）", Short: "西安区总工会（示例）", Area: Sibling, Parent: "city"},
	}
	for i, s := range streets() {
		all = append(all, Org{Key: "union-" + s.Code, Kind: "local", Level: "town", Name: s.Name + "总工会（示例）", Short: s.Name + "工会", Area: s.Code, Parent: "county"})
		all = append(all, Org{Key: "street-" + s.Code, Kind: "partner", Level: "county", Name: s.Name + "办事处（示例）", Short: s.Name, Area: s.Code, Duty: s.Code,
			Topics: []string{"gate", "rest", "power", "station", "other"}, Handler: streetHandlers[i%len(streetHandlers)]})
	}
	all = append(all,
		Org{Key: "riders", Kind: "trade", Level: "county", Name: "龙山区快递外卖行业工会联合会（示例）", Short: "快递外卖联合会", Area: Area, Parent: "county"},
		Org{Key: "freight", Kind: "trade", Level: "county", Name: "龙山区货运行业工会联合会（示例）", Short: "货运联合会", Area: Area, Parent: "county"},
	)
	all = append(all, bodies()...)
	all = append(all, hosts()...)
	all = append(all, grassroots()...)
	for i := range all {
		all[i].Phone, all[i].Contact = desk(100+i), mobile(500+i)
		if all[i].Address == "" {
			all[i].Address = region.FullName(all[i].Area) + avenues[i%len(avenues)] + fmt.Sprintf(" %d 号", 10+7*i)
		}
	}
	return all
}

var streetHandlers = []string{"何杰", "宋芳", "佟健", "乔雪", "孟超", "罗燕", "季平", "丛林"}

func bodies() []Org {
	partner := func(key, name, short, handler string, topics ...string) Org {
		return Org{Key: key, Kind: "partner", Level: "county", Name: name + "（示例）", Short: short, Area: Area, Duty: Area, Topics: topics, Handler: handler}
	}
	return []Org{
		partner("zhujian", "龙山区住房和城乡建设局物业科", "住建局物业科", "郑凯", "gate", "gate.estate", "power.charge"),
		partner("jiaojing", "龙山区交警大队", "交警大队", "曹毅", "injury.traffic", "gate.park", "other.road"),
		partner("renshe", "龙山区人社局劳动监察大队", "人社局监察大队", "安然", "pay", "penalty", "injury.order"),
		partner("fayuan", "龙山区人民法院", "法院", "白露", "pay.contract", "other.law"),
		partner("jianchayuan", "龙山区人民检察院", "检察院", "康正", "pay.arrears"),
		partner("yiyuan", "龙山区第一医院", "区医院", "于晴", "gate.school", "injury", "other.mood"),
		partner("platform", "示例外卖平台龙山站", "示例平台龙山站", "范磊", "penalty", "injury.claim", "pay.short", "pay.deposit"),
		partner("xiaofang", "龙山区消防救援大队", "消防大队", "武强", "power.charge"),
		partner("tieta", "铁塔能源龙山服务部", "铁塔能源", "邱野", "power.swap", "power.cold", "power"),
		partner("chengguan", "龙山区城市管理局", "城管局", "艾民", "gate.park", "rest.toilet"),
	}
}

func hosts() []Org {
	host := func(key, name, short, handler string) Org {
		return Org{Key: key, Kind: "host", Level: "county", Name: name + "（示例）", Short: short, Area: Area, Handler: handler}
	}
	all := []Org{
		host("bank", "暖河银行龙山支行", "暖河银行", "王静"),
		host("post", "龙山邮政服务中心", "龙山邮政", "石磊"),
		host("fuel", "北风加油站连锁", "北风加油站", "戴军"),
		host("home", "龙山骑手之家运营部", "骑手之家", "邱野"),
		host("rural", "麦浪农商银行", "麦浪农商行", "江雪"),
		host("shop", "小灯便利店连锁", "小灯便利店", "温岚"),
		host("drug", "常青药房连锁", "常青药房", "郝敏"),
		host("telecom", "远山通信营业厅", "远山通信", "严冬"),
		host("hotel", "早市面馆合作社", "早市面馆", "米香"),
		host("hall", "龙山区政务服务中心", "政务大厅", "秦明"),
		host("library", "龙山区图书馆", "区图书馆", "文静"),
		host("express", "北斗快递龙山分拨点", "北斗快递", "路遥"),
		host("freightpark", "北环货运停车场", "北环停车场", "车大勇"),
	}
	for _, s := range streets() {
		all = append(all, Org{Key: "hall-" + s.Code, Kind: "host", Level: "county", Name: s.Name + "党群服务中心（示例）", Short: s.Short + "党群服务中心", Area: s.Code, Handler: "值班员"})
	}
	return all
}

// StaffList is everybody who signs in with a name; it is the same in every world.
func StaffList() []Staff {
	street := streets()[1].Code // 南康
	return []Staff{
		{"liuting", "刘婷", "cadre", Area, "county", "区总工会权益部，看诉求、派单、答复", "county union, rights: requests, dispatch, answers"},
		{"zhaoming", "赵明", "cadre", Area, "county", "区总工会组织部，管驿站、接电话", "county union, organisation: stations, the telephone"},
		{"sunyue", "孙悦", "leader", Area, "county", "区总工会分管副主席", "county union, vice chair in charge"},
		{"shenjie", "沈洁", "leader", "2204", "city", "市总工会，超时会报到这里", "city union, to which what is late is reported"},
		{"wangjing", "王静", "host", Area, "bank", "暖河银行的驿站站长", "host of the bank’s stations"},
		{"shilei", "石磊", "host", Area, "post", "邮政的驿站站长", "host of the post’s stations"},
		{"qiuye", "邱野", "host", Area, "home", "骑手之家的站长", "host of the riders’ homes"},
		{"daijun", "戴军", "host", Area, "fuel", "加油站的驿站站长", "host of the stations at petrol stations"},
		{"hejie", "何杰", "partner", street, "street-" + street, "南康街道办事处", "a street office"},
		{"zhengkai", "郑凯", "partner", Area, "zhujian", "住建局物业科", "the housing bureau"},
		{"admin", "李霞", "admin", "2204", "city", "管理员，管组织和账号，看不到诉求", "administrator: organisations and accounts, no requests"},
		{"hanmin", "韩敏", "security", "2204", "city", "安全管理员，看谁在登录、锁账号，看不到诉求", "security administrator: who signs in, locks accounts, no requests"},
		{"weidong", "魏东", "auditor", "", "nation", "审计员，看审计记录、核对有没有被改过，看不到诉求", "auditor: reads and verifies the trail, no requests"},
		{"zhouquan", "周全", "cadre", "", "nation", "全国总工会，看全国的驿站和导入", "national union: the nation’s stations and imports"},
		{"gaoyuan", "高远", "cadre", Sibling, "sibling", "隔壁西安区的工会干部，看不到龙山区的事", "cadre of the county next door, who sees nothing of this one"},
	}
}

// Accounts is how many workers sign in; the first is the one of the welcome.
const Accounts = 48

func workers() []Worker {
	surnames := []rune("陈张李王刘赵孙周吴郑冯杨许韩唐于董萧程曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段漕钱汤尹黎易常武乔贺赖龚文")
	given := []string{"立冬", "海", "建军", "晓东", "长河", "满仓", "志强", "春生", "小满", "国栋", "明亮", "铁柱", "雪松", "大川", "冬梅", "玉兰", "石头", "双喜", "向阳", "新宇", "永顺", "宝山", "长林", "凤霞"}
	all := make([]Worker, 0, 120)
	for i := range 120 {
		name := string(surnames[i%len(surnames)]) + given[(i*7+i/len(surnames))%len(given)]
		all = append(all, Worker{Phone: mobile(i + 1), Name: name, Account: i < Accounts})
	}
	return all
}
