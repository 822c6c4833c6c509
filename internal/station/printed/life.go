package printed

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	yes  = regexp.MustCompile(`^(是|已|有|对|√|✓|✔|y|yes|1|已(建成|建并验收|验收|启用|上图|上线|发布|标注)|(验收)?(合格|通过))$`)
	no   = regexp.MustCompile(`^(否|未|无|没有|不是|×|✗|n|no|0|(未|待|没)(建成|验收|启用|上图|上线|发布|标注))$`)
	date = regexp.MustCompile(`^(?:已?于)?((?:19|20)\d\d)(?:[年./-](?:(\d{1,2})(?:[月./-](?:(\d{1,2})日?)?)?)?)?(?:已?(?:建成|启用|验收|揭牌|投用|投入使用|上图))?$`)
)

// Since reads whether and since when something is: yes, no, or a day, month or
// year as 2023-05-01, 2023-05, 2023.
func Since(cell string) (when string, ok bool) {
	folded := Fold(cell)
	switch {
	case yes.MatchString(folded):
		return "yes", true
	case no.MatchString(folded):
		return "no", true
	}
	m := date.FindStringSubmatch(folded)
	if m == nil {
		return "", false
	}
	when = m[1]
	for _, part := range m[2:] {
		if n, err := strconv.Atoi(part); err == nil {
			when += fmt.Sprintf("-%02d", n)
		}
	}
	_, err := time.Parse(time.DateOnly[:len(when)], when)
	return when, err == nil
}

// Flag reads yes or no.
func Flag(cell string) (on, ok bool) {
	switch when, _ := Since(cell); when {
	case "yes":
		return true, true
	case "no":
		return false, true
	}
	return false, false
}

// MapOf returns the map of which a column speaks: amap, baidu, tencent, the
// union's app, or none.
func MapOf(header string) string {
	folded := Fold(header)
	for _, m := range []struct{ word, is string }{{"高德", "amap"}, {"百度", "baidu"}, {"腾讯", "tencent"}, {"app", "app"}} {
		if strings.Contains(folded, m.word) {
			return m.is
		}
	}
	return ""
}

var point = regexp.MustCompile(`^[0-9A-Za-z]{8,40}$`)

// Listed reads what a column says about a map: whether or since when the
// station is on it, or the map's own id of its point.
func Listed(cell string) (since, poi string, ok bool) {
	if since, ok = Since(cell); ok {
		return since, "", true
	}
	if poi = strings.TrimSpace(cell); point.MatchString(poi) {
		return "yes", poi, true
	}
	return "", "", false
}

// entries are tried in order: who says 扫码 may go on to say 无人值守.
var entries = []struct {
	is     *regexp.Regexp
	method string
}{
	{regexp.MustCompile(`扫.*码|会员码|刷脸|人脸|刷卡|刷身份证|二维码`), "member_code"},
	{regexp.MustCompile(`密码`), "door_code"},
	{regexp.MustCompile(`联系|找|问|登记|打招呼|跟.*说|值班|前台|服务台|工作人员`), "ask_host"},
	{regexp.MustCompile(`直接|自由|随时进|敞开|无需|免登记|推门`), "walk_in"},
}

// EntryWords are the words in which we write a way in, before anything more
// that is said of it.
func EntryWords(method string) string {
	return map[string]string{"walk_in": "直接进", "door_code": "门禁密码", "member_code": "扫码进", "ask_host": "问工作人员"}[method]
}

// Entry reads how one gets in, and what is said beyond our own words for it.
func Entry(cell string) (method, how string, ok bool) {
	for _, e := range entries {
		own := EntryWords(e.method)
		if cell == own {
			return e.method, "", true
		}
		if rest, ours := strings.CutPrefix(cell, own+"，"); ours {
			return e.method, rest, true
		}
	}
	for _, e := range entries {
		if e.is.MatchString(cell) {
			return e.method, cell, true
		}
	}
	return "", cell, false
}
