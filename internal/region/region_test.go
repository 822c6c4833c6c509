package region_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nuanxin/internal/region"
)

// all returns every division below the area, hidden ones excluded.
func all(area string) []region.Region {
	var out []region.Region
	for _, r := range region.Children(area) {
		out = append(append(out, r), all(r.Code)...)
	}
	return out
}

func TestCounts(t *testing.T) {
	count := map[region.Level]int{}
	zones := 0
	seen := map[string]bool{}
	for _, r := range all("") {
		count[r.Level]++
		if r.Zone {
			zones++
		}
		if seen[r.Code] || r.Hidden || r.Name == "" || r.Short == "" {
			t.Errorf("%+v appears twice, or should not appear", r)
		}
		seen[r.Code] = true
	}
	// Nine of the 342 cities only fill a gap: 市辖区 ×4, 县 and the directly governed.
	want := map[region.Level]int{region.Province: 31 + 3, region.City: 342 - 9, region.County: 2978, region.Street: 41352}
	for level, n := range want {
		if count[level] != n {
			t.Errorf("level %d: got %d divisions, want %d", level, count[level], n)
		}
	}
	if zones != 124 {
		t.Errorf("got %d functional zones, want 124", zones)
	}
}

func TestLookup(t *testing.T) {
	for _, want := range []region.Region{
		{Code: "22", Name: "吉林省", Short: "吉林", Level: region.Province},
		{Code: "2204", Name: "辽源市", Short: "辽源", Level: region.City, Parent: "22"},
		{Code: "220402", Name: "龙山区", Short: "龙山", Level: region.County, Parent: "2204"},
		{Code: "1101", Name: "市辖区", Short: "市辖区", Level: region.City, Parent: "11", Hidden: true},
		{Code: "410172", Name: "郑州高新技术产业开发区", Short: "郑州高新技术产业开发", Level: region.County, Parent: "4101", Zone: true},
		{Code: "2224", Name: "延边朝鲜族自治州", Short: "延边", Level: region.City, Parent: "22"},
		{Code: "4228", Name: "恩施土家族苗族自治州", Short: "恩施", Level: region.City, Parent: "42"},
		{Code: "65", Name: "新疆维吾尔自治区", Short: "新疆", Level: region.Province},
		{Code: "81", Name: "香港特别行政区", Short: "香港", Level: region.Province},
		{Code: "110101001", Name: "东华门街道", Short: "东华门", Level: region.Street, Parent: "110101"},
	} {
		if want.Zone {
			got, _ := region.Lookup(want.Code)
			want.Short = got.Short // nobody says it; not promised
		}
		if got, ok := region.Lookup(want.Code); !ok || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", want.Code, got, ok, want)
		}
	}
	for _, code := range []string{"", "99", "2", "220", "2204020", "辽源", "22040a"} {
		if got, ok := region.Lookup(code); ok {
			t.Errorf("%q: got %+v, want nothing", code, got)
		}
	}
	if got := region.Name("999999"); got != "999999" {
		t.Errorf("a code that we do not know: got %q, want the code", got)
	}
}

func TestFullName(t *testing.T) {
	for code, want := range map[string]string{
		"220402": "吉林省辽源市龙山区", "110101": "北京市东城区", "500235": "重庆市云阳县", "441900": "广东省东莞市",
		"469001": "海南省五指山市", "310115": "上海市浦东新区", "22": "吉林省", "1101": "北京市", "110101001": "北京市东城区东华门街道", "00": "",
	} {
		if got := region.FullName(code); got != want {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
}

func TestHiddenLevelsAreNotShown(t *testing.T) {
	if got := region.Children("11"); len(got) != 16 || got[0].Name != "东城区" {
		t.Errorf("Beijing: got %d children, first %+v; want its 16 districts", len(got), got[:1])
	}
	var hainan []string
	for _, r := range region.Children("46") {
		hainan = append(hainan, r.Name)
	}
	if !slices.Contains(hainan, "海口市") || !slices.Contains(hainan, "五指山市") || len(hainan) != 4+15 {
		t.Errorf("Hainan: got %v", hainan)
	}
	if got := region.Parents("469001"); len(got) != 1 || got[0].Code != "46" {
		t.Errorf("above 五指山市: got %+v, want Hainan only", got)
	}
	if got := region.Children("110101001"); got != nil {
		t.Errorf("below a street: got %v, want nothing", got)
	}
}

func TestRange(t *testing.T) {
	for area, want := range map[string][2]string{"": {"", "a"}, "51": {"51", "52"}, "59": {"59", "6"}, "5109": {"5109", "511"}, "99": {"99", "a"}} {
		from, to := region.Range(area)
		if from != want[0] || to != want[1] {
			t.Errorf("%q: got %q to %q, want %q to %q", area, from, to, want[0], want[1])
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		area := rapid.StringMatching(`(\d{2}){0,3}`).Draw(r, "area")
		code := rapid.StringMatching(`(\d{2}){0,3}(\d{3})?`).Draw(r, "code")
		from, to := region.Range(area)
		if got, want := code >= from && code < to, region.Contains(area, code); got != want {
			r.Fatalf("%q in %q: range says %v, prefix says %v", code, area, got, want)
		}
	})
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		say, province, city, county string
		want                        string
		doubts                      string
	}{
		{"short names", "吉林", "辽源", "龙山", "220402", ""},
		{"whole names", "吉林省", "辽源市", "龙山区", "220402", ""},
		{"province and city share a name", "吉林", "吉林", "", "2202", ""},
		{"Shanghai twice", "上海", "上海", "", "31", ""},
		{"Shanghai twice and a district", "上海市", "上海市", "浦东新区", "310115", ""},
		{"Chongqing and a district", "重庆", "重庆", "沙坪坝区", "500106", ""},
		{"a county of Chongqing lies under another filler", "重庆", "重庆", "垫江县", "500231", ""},
		{"the filler itself is printed", "北京市", "市辖区", "朝阳区", "110105", ""},
		{"a district in the city's column", "北京", "朝阳", "", "110105", ""},
		{"a city without districts, twice", "广东", "东莞", "东莞", "441900", ""},
		{"a town of a city without districts", "广东", "东莞", "道滘镇", "441900124", ""},
		{"a town elsewhere is no county", "吉林", "辽源", "寿山镇", "2204", region.DoubtCounty},
		{"a zone known by a bare name", "广东", "惠州", "大亚湾区", "4413", region.DoubtZone},
		{"a directly governed city in the city's column", "湖北", "仙桃", "", "429004", ""},
		{"the directly governed level printed", "湖北", "省直辖县级行政区划", "仙桃市", "429004", ""},
		{"the same in short", "海南", "省直辖县", "五指山市", "469001", ""},
		{"short name of an autonomous region", "广西", "南宁", "", "4501", ""},
		{"Inner Mongolia", "内蒙古", "呼伦贝尔", "根河市", "150785", ""},
		{"an autonomous prefecture in short", "湖北", "恩施", "恩施市", "422801", ""},
		{"a district", "安徽", "合肥", "蜀山区", "340104", ""},
		{"no county printed", "陕西", "西安", "", "6101", ""},
		{"no province printed", "", "辽源", "", "2204", ""},
		{"the nation", "", "", "", "", ""},
		{"a county-level city in the city's column", "浙江", "义乌", "", "330782", region.DoubtLevel},
		{"a zone with a code", "山东", "日照", "日照经济技术开发区", "371171", region.DoubtZone},
		{"a zone with a code, as people say it", "河南", "郑州", "郑州高新区", "410172", region.DoubtZone},
		{"a zone without a code stays at its city", "河南", "郑州", "郑东新区", "4101", region.DoubtZone},
		{"so does the airport zone", "河南", "郑州", "航空港区", "4101", region.DoubtZone},
		{"a high-tech zone without a code", "山东", "日照", "日照高新区", "3711", region.DoubtZone},
		{"in Tianjin Binhai is a real district", "天津", "天津", "滨海新区", "120116", ""},
		{"elsewhere it is a zone", "浙江", "杭州", "滨海新区", "3301", region.DoubtZone},
		{"an unknown county stays at its city", "广东", "惠州", "不存在区", "4413", region.DoubtCounty},
		{"an unknown city stays at its province", "吉林", "不存在", "龙山区", "22", region.DoubtCity + " " + region.DoubtCounty},
		{"an unknown province stays at the nation", "火星", "辽源", "龙山", "", region.DoubtProvince + " " + region.DoubtCity + " " + region.DoubtCounty},
		{"several counties of one name are not chosen among", "", "", "鼓楼区", "", region.DoubtAmbiguous},
		{"a county of another city is not taken", "吉林", "辽源", "朝阳区", "2204", region.DoubtCounty},
		{"spaces inside", " 吉 林 ", "辽源　市", "龙山区\u200b", "220402", ""},
	} {
		code, doubts := region.Resolve(c.province, c.city, c.county)
		var msgs []string
		for _, d := range doubts {
			msgs = append(msgs, d.Msg)
		}
		if got := strings.Join(msgs, " "); code != c.want || got != c.doubts {
			t.Errorf("%s: got %q with doubts %q; want %q with %q", c.say, code, got, c.want, c.doubts)
		}
	}
}

func TestEveryCountyResolvesFromItsOwnNames(t *testing.T) {
	for _, r := range all("") {
		if r.Level != region.County {
			continue
		}
		names := map[region.Level]string{region.County: r.Name}
		for _, p := range region.Parents(r.Code) {
			names[p.Level] = p.Name
		}
		got, doubts := region.Resolve(names[region.Province], names[region.City], names[region.County])
		if got != r.Code || len(doubts) > 0 != r.Zone {
			t.Errorf("%s: got %q with %v, want %s", region.FullName(r.Code), got, doubts, r.Code)
		}
	}
}

func codes(list []region.Region) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.Code)
	}
	return out
}

func TestSearch(t *testing.T) {
	for _, c := range []struct {
		say, query, area string
		first            string
	}{
		{"initials; 辽阳, 临沂, 洛阳 … have the same", "lys", "", "2110"},
		{"initials within a province", "lys", "22", "2204"},
		{"pinyin of a city", "chongqing", "", "50"},
		{"pinyin of a short name", "liaoyuan", "", "2204"},
		{"characters", "龙山", "", "220402"},
		{"within an area", "朝阳", "11", "110105"},
		{"the city before the districts of its name", "朝阳", "", "2113"},
		{"narrowed by a word before", "辽源 龙山", "", "220402"},
		{"narrowed by pinyin", "beijing cy", "", "110105"},
		{"narrowed by all above, one of them twice", "吉林 liaoyuan 辽源 龙山", "", "220402"},
		{"a street", "东华门", "", "110101001"},
		{"Changsha", "changsha", "", "4301"},
		{"Lishui, not Lìshui", "lishui", "33", "3311"},
		{"Hong Kong", "xianggang", "", "81"},
	} {
		got := codes(region.Search(c.query, c.area, 10))
		if len(got) == 0 || got[0] != c.first {
			t.Errorf("%s: %q in %q: got %v, want %s first", c.say, c.query, c.area, got, c.first)
		}
	}
	for about, query := range map[string]string{
		"one of the words above finds nothing": "辽源 苏州 龙山", "more words than there are names above": strings.Repeat("辽源 ", 12) + "龙山",
	} {
		if got := codes(region.Search(query, "", 5)); len(got) > 0 {
			t.Errorf("%s: got %v, want nothing", about, got)
		}
	}
	if got := codes(region.Search("lys", "", 5)); !slices.Contains(got, "2204") {
		t.Errorf("辽源市 by initials: got %v", got)
	}
	if got := region.Search("市辖区", "", 5); len(got) > 0 {
		t.Errorf("a filler was found: %v", got)
	}
	if got := codes(region.Search("lsq", "2204", 5)); !slices.Contains(got, "220402") {
		t.Errorf("龙山区 by initials within 辽源: got %v", got)
	}
	if got := region.Search(" ", "", 5); got != nil {
		t.Errorf("nothing typed: got %v", got)
	}
	if got := region.Search("l", "", 7); len(got) != 7 {
		t.Errorf("got %d, want the limit of 7", len(got))
	}
}

func FuzzResolve(f *testing.F) {
	f.Add("吉林", "辽源", "龙山", "lys")
	f.Fuzz(func(t *testing.T, p, c, d, q string) {
		if code, _ := region.Resolve(p, c, d); !region.Valid(code) {
			t.Errorf("%q %q %q: got %q", p, c, d, code)
		}
		region.Search(q, "22", 3)
		region.FullName(p)
		region.Children(c)
	})
}

func BenchmarkSearch(b *testing.B) {
	region.Search("warm", "", 1)
	for _, q := range []string{"lys", "chongqing", "龙山"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				region.Search(q, "", 20)
			}
		})
	}
}

func ExampleSearch() {
	for _, r := range region.Search("lys", "22", 1) {
		fmt.Println(r.Code, region.FullName(r.Code))
	}
	// Output: 2204 吉林省辽源市
}
