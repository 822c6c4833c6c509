package region

import (
	"strings"
	"unicode/utf8"
)

// endings are what people leave out of a name, by level; longer ones first.
var endings = [...][]string{
	Province: {"特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"},
	City:     {"自治州", "地区", "盟", "市"},
	County:   {"自治县", "自治旗", "林区", "特区", "县", "市", "旗", "区"},
	Street:   {"街道办事处", "街道", "地区", "民族乡", "苏木", "镇", "乡"},
}

// peoples are named in autonomous divisions and left out with the ending.
var peoples = strings.Fields(`蒙古族 蒙古 回族 藏族 维吾尔 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 哈萨克 傣族 黎族 傈僳族 佤族 畲族
	高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯 阿昌族 普米族 塔吉克 怒族 乌孜别克 俄罗斯
	鄂温克族 鄂温克 德昂族 保安族 裕固族 京族 塔塔尔 独龙族 鄂伦春 赫哲族 门巴族 珞巴族 基诺族 各族`)

// short returns the name as people say it. It leaves at least two characters, so
// 城区 and 赵县 stay whole.
func short(name string, level Level) string {
	for _, end := range endings[level] {
		rest, ok := strings.CutSuffix(name, end)
		if !ok {
			continue
		}
		if utf8.RuneCountInString(rest) < 2 {
			return name
		}
		if strings.HasPrefix(end, "自治") && level > Province {
			return withoutPeoples(rest)
		}
		return rest
	}
	return name
}

// withoutPeoples cuts the peoples' names from the end while something is left.
func withoutPeoples(name string) string {
	for {
		cut := name
		for _, p := range peoples {
			if rest, ok := strings.CutSuffix(name, p); ok && utf8.RuneCountInString(rest) >= 2 {
				cut = rest
				break
			}
		}
		if cut == name {
			return name
		}
		name = cut
	}
}
