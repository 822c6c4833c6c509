package printed_test

import (
	"fmt"
	"testing"

	"nuanxin/internal/geo"
	"nuanxin/internal/station/printed"
)

func TestHeader(t *testing.T) {
	for text, want := range map[string]printed.Field{
		"驿站名称": printed.Name, " 站点 名称 ": printed.Name, "名称*": printed.Name, "详细地址": printed.Address, "营业时间": printed.Hours,
		"服务设施": printed.Services, "共建单位": printed.Host, "承建(共建)单位": printed.Host, "区(县)": printed.County, "县(市、区)": printed.County,
		"省（区、市）": printed.Province, "联系电话：": printed.Phone, "面积（平方米）": printed.Size, "面积(㎡)": printed.Size,
		"经度": printed.Lng, "纬度(GCJ-02)": printed.Lat, "百度经度": printed.Lng, "高德坐标": printed.Position, "经度（高德）": printed.Lng,
		"联系人": printed.Keeper, "序号": printed.None, "": printed.None,
	} {
		if got := printed.Header(text); got != want {
			t.Errorf("Header(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestDatumIn(t *testing.T) {
	for _, test := range []struct {
		text string
		want geo.Datum
		ok   bool
	}{{"纬度(GCJ-02)", geo.GCJ02, true}, {"百度经度", geo.BD09, true}, {"经度(WGS84)", geo.WGS84, true}, {"经度", 0, false}} {
		if got, ok := printed.DatumIn(test.text); got != test.want || ok != test.ok {
			t.Errorf("DatumIn(%q) = %v %v", test.text, got, ok)
		}
	}
}

func TestPhones(t *testing.T) {
	for _, test := range []struct{ about, cell, want, doubts string }{
		{"none", "", "[]", "[]"},
		{"several in a cell", "0371-66778899;0371-12345678", "[0371-66778899]", "[import.phone.wrong 0371-12345678]"},
		{"full-width", "０３７１－６６７７８８９９、１３８００１３８０００", "[0371-66778899 13800138000]", "[]"},
		{"a masked mobile is not taken", "138****6207", "[]", "[import.phone.masked 138****6207]"},
		{"brackets around the area code", "(0816)2345678", "[0816-2345678]", "[]"},
		{"the union's line", "12351", "[12351]", "[]"},
		{"16 and 19 are mobiles", "16600001111/19900001111", "[16600001111 19900001111]", "[]"},
		{"the same twice", "12351 12351", "[12351]", "[]"},
		{"an extension", "(0437)3160001转801；0437-3160002 分机 12", "[0437-3160001-801 0437-3160002-12]", "[]"},
		{"written for abroad, in groups", "+86 139 1234 5678/0086-13912345679", "[13912345678 13912345679]", "[]"},
		{"in groups", "139 1234 5670、0437 3160003", "[13912345670 0437-3160003]", "[]"},
		{"a name beside the number", "王师傅 13912345678", "[13912345678]", "[import.phone.wrong 王师傅]"},
		{"a person's name", "张三", "[]", "[import.phone.wrong 张三]"},
	} {
		got, doubts := printed.Phones(test.cell)
		var told []string
		for _, d := range doubts {
			told = append(told, d.Code+" "+d.Text)
		}
		if fmt.Sprint(got) != test.want || fmt.Sprint(told) != test.doubts {
			t.Errorf("%s: Phones(%q) = %v, %v; want %s, %s", test.about, test.cell, got, told, test.want, test.doubts)
		}
	}
}

func TestMetres(t *testing.T) {
	for _, test := range []struct {
		cell  string
		m2    int
		about bool
		doubt bool
	}{
		{"", 0, false, false}, {"118平方米", 118, false, false}, {"10㎡", 10, false, false}, {"22", 22, false, false}, {"约15平方米", 15, true, false},
		{"近130平方米", 130, true, false}, {"约20平米", 20, true, false}, {"不到20㎡", 0, false, true}, {"50多平", 0, false, true},
		{"十几平方米", 0, false, true}, {"不过15平方米", 0, false, true}, {"占地10000余平方米", 0, false, true}, {"建筑面积1万多平米", 0, false, true},
		{"100平方米的休息室", 0, false, true}, {"总面积120平米", 0, false, true}, {"使用面积460余平方米", 0, false, true}, {"１１８平方米", 118, false, false},
	} {
		m2, about, doubts := printed.Metres(test.cell)
		if m2 != test.m2 || about != test.about || (len(doubts) > 0) != test.doubt {
			t.Errorf("Metres(%q) = %d %v %v, want %d %v, doubt %v", test.cell, m2, about, doubts, test.m2, test.about, test.doubt)
		}
	}
}

func TestMarks(t *testing.T) {
	for _, test := range []struct{ about, marks, note, want string }{
		{"nothing", "", "", "{AllDay:false Extended:false Smart:false NoBadge:false Scan: Stars:0 Honours:[]}"},
		{"day and night, smart", "24小时;智能;微信扫码", "", "{AllDay:true Extended:false Smart:true NoBadge:false Scan:微信扫码 Stars:0 Honours:[]}"},
		{"an honour with its year, the level not said", "2023年“最美工会户外劳动者服务站点”", "", "{AllDay:false Extended:false Smart:false NoBadge:false Scan: Stars:0 Honours:[{Name:最美 Level: Year:2023}]}"},
		{"beyond office hours", "延时服务", "", "{AllDay:false Extended:true Smart:false NoBadge:false Scan: Stars:0 Honours:[]}"},
		{"national", "全国最美驿站", "", "{AllDay:false Extended:false Smart:false NoBadge:false Scan: Stars:0 Honours:[{Name:最美 Level:national Year:0}]}"},
		{"two honours", "2023年“最美工会户外劳动者服务站点”;2021年度省级工会户外劳动者服务示范点", "", "{AllDay:false Extended:false Smart:false NoBadge:false Scan: Stars:0 Honours:[{Name:最美 Level: Year:2023} {Name:示范 Level:province Year:2021}]}"},
		{"a city's", "合肥市最美工会驿站", "", "{AllDay:false Extended:false Smart:false NoBadge:false Scan: Stars:0 Honours:[{Name:最美 Level:city Year:0}]}"},
		{"true of some stations only", "24小时刷脸进门(6个人流密集站点配备)", "", "{AllDay:false Extended:false Smart:false NoBadge:false Scan: Stars:0 Honours:[]}"},
		{"stars", "五星级骑士驿站", "", "{AllDay:false Extended:false Smart:false NoBadge:false Scan: Stars:5 Honours:[]}"},
		{"no badge", "", "6月启用;未见工会挂牌", "{AllDay:false Extended:false Smart:false NoBadge:true Scan: Stars:0 Honours:[]}"},
	} {
		if got := fmt.Sprintf("%+v", printed.Say(test.marks, test.note)); got != test.want {
			t.Errorf("%s: got %s\nwant %s", test.about, got, test.want)
		}
	}
}

func TestNameKey(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"工会驿站(锐明眼镜店)", "锐明眼镜店工会驿站", true},
		{"工会驿站（锐明眼镜店）", "工会驿站(锐明眼镜店)", true},
		{"“暖心驿站”", "暖心驿站", true},
		{"户外劳动者爱心驿站(三水区西南街道菜鸟驿站)", "三水区西南街道菜鸟驿站户外劳动者爱心驿站", true},
		{"工会驿站(甲店)", "工会驿站(乙店)", false},
		{"工会驿站", "爱心驿站", false},
		{"兴海路户外劳动者驿站", "胶州路户外劳动者驿站", false},
	} {
		if got := printed.NameKey(test.a) == printed.NameKey(test.b); got != test.same {
			t.Errorf("%s and %s: same %v, want %v (%s, %s)", test.a, test.b, got, test.same, printed.NameKey(test.a), printed.NameKey(test.b))
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, test := range []struct {
		lat, lng, both string
		la, ln         float64
		ok             bool
	}{
		{"31.46", "104.75", "", 31.46, 104.75, true},
		{"", "", "104.75,31.46", 31.46, 104.75, true},
		{"", "", "31.46，104.75", 31.46, 104.75, true},
		{"31.5°", "104.75°", "", 31.5, 104.75, true},
		{"31°30′00″N", "104°45'36\"E", "", 31.5, 104.76, true},
		{"北纬31.5度", "东经104度45分", "", 31.5, 104.75, true},
		{"３１．５", "１０４．７５", "", 31.5, 104.75, true},
		{"", "", "经度104.75 纬度31.5", 31.5, 104.75, true},
		{"", "", "东经104.75°，北纬31.5°", 31.5, 104.75, true},
		{"南纬31.5", "104.75", "", 0, 0, false},
		{"31.5", "104°75′", "", 0, 0, false},
		{"", "", "31.5.2,104.75", 0, 0, false},
		{"北纬31", "104", "", 31, 104, true},
		{"", "", "104.75", 0, 0, false},
	} {
		la, ln, ok := printed.Numbers(test.lat, test.lng, test.both)
		if ok != test.ok || ok && (la != test.la || ln != test.ln) {
			t.Errorf("Numbers(%q, %q, %q) = %v %v %v", test.lat, test.lng, test.both, la, ln, ok)
		}
	}
}
