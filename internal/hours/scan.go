package hours

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// folded is a text with all its spellings of one sign made one, and the way
// back from each of its bytes to the printed text.
type folded struct {
	printed, norm string
	back          []int
}

// sign returns the one spelling of r.
func sign(r rune) rune {
	switch {
	case r >= '！' && r <= '｝':
		return sign(r - '！' + '!')
	case r >= 'A' && r <= 'Z':
		return r - 'A' + 'a'
	}
	switch r {
	case '︰', '﹕', '∶', 'ː':
		return ':'
	case '—', '–', '―', '~', '～', '〜', '∼', '‐', '‑', '‒', '−', '─', '━', '﹣', '－':
		return '-'
	case '。', '\n', '|':
		return ';'
	case '【', '〔', '[', '(':
		return '('
	case '】', '〕', ']', ')':
		return ')'
	case '\t', '\r', '\u3000', '\u00a0', '\u200b', '\ufeff', '“', '”', '"', '‘', '’':
		return ' '
	case '點':
		return '点'
	case '時':
		return '时'
	case '週':
		return '周'
	case '間':
		return '间'
	case '開':
		return '开'
	case '營':
		return '营'
	case '業':
		return '业'
	case '務':
		return '务'
	}
	return r
}

func fold(printed string) folded {
	var b strings.Builder
	var back []int
	for at, r := range printed {
		n := b.Len()
		b.WriteRune(sign(r))
		for range b.Len() - n {
			back = append(back, at)
		}
	}
	return folded{printed, b.String(), append(back, len(printed))}
}

// kind is the kind of a token.
type kind uint8

const (
	noise kind = iota
	separator
	dayWord
	seasonWord
	seasonDates
	timeRange
	closedWord
	unread
)

type token struct {
	kind     kind
	text     string // as printed
	days     Days
	vague    bool // 节假日
	season   Season
	from, to int
	wrong    bool // ends before it begins
}

// clause is what stands between two separators.
type clause struct {
	tokens     []token
	clean      bool // every word of it was read
	fresh      bool // a strong separator stands before it
	text, norm string
}

// clauses cuts the text into clauses and reads the words of each.
func (f folded) clauses() []clause {
	var list []clause
	start, fresh, c := 0, false, clause{clean: true}
	flush := func(end int) {
		c.norm = strings.TrimSpace(f.norm[start:end])
		c.text = strings.TrimSpace(f.printed[f.back[start]:f.back[end]])
		if c.norm != "" {
			c.fresh, fresh = fresh, false
			list = append(list, c)
		}
		c = clause{clean: true}
	}
	for at := 0; at < len(f.norm); {
		t, n := next(f.norm[at:])
		t.text = f.printed[f.back[at]:f.back[at+n]]
		switch t.kind {
		case separator:
			flush(at)
			start, fresh = at+n, fresh || strings.Contains(f.norm[at:at+n], ";")
		case noise:
		case unread:
			c.clean = false
		default:
			c.tokens = append(c.tokens, t)
		}
		at += n
	}
	flush(len(f.norm))
	return list
}

const (
	half    = `(凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|晚间|夜间|夜里|午夜|早|晚|夜)?`
	morrow  = `(次日|第二天|翌日|隔天|第2天)?`
	number  = `(\d{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[零一二两三四五六七八九])`
	moment  = `\s*` + morrow + `(?:的)?\s*` + half + `\s*` + number + `\s*(?:(:)\s*(\d{2})(?::00)?|\.(\d{2})|[时点](半|整|一刻|三刻)|[时点]\s*(?:(\d{1,2})分?)?)`
	loose   = `\s*` + half + `\s*(\d{1,2})`
	through = `\s*(?:开门|开始|起)?\s*[,;]?\s*(?:一直)?\s*(?:-+|至|到)\s*`
	wday    = `[一二三四五六日天末]`
)

var (
	separators = regexp.MustCompile(`^[,;()/、!]+`)
	blanks     = regexp.MustCompile(`^[\s:]+`)
	noises     = regexp.MustCompile(`^(开放时间|营业时间|服务时间|工作时间|开放|营业|服务|时间|对外|均|都|为|是|从|自|由|每天的|开门|关门|不打烊|不间断|中午不休息|午间不休息|中午不休|及|和|与)`)
	allDay     = regexp.MustCompile(`^((?:7\s*[x×*]\s*)?24\s*(?:个?小时|h(?:ours?)?\b)(?:不打烊|不间断|无人值守|全天候|全天|智能|服务|开放|营业|对外)*|全天候(?:24小时)?(?:智能|服务|开放|营业)*|全天24小时)`)
	everyDay   = regexp.MustCompile(`^(每天|每日|天天|全年无休|365天|周一至周日|周一到周日)`)
	workdays   = regexp.MustCompile(`^(法定)?工作日`)
	holidays   = regexp.MustCompile(`^(国家)?(法定节假日|法定假日|公共假日|节假日)`)
	weekend    = regexp.MustCompile(`^(双休日|周六日|周末|周六周日)`)
	weekdays   = regexp.MustCompile(`^(?:周|星期|礼拜)(` + wday + `)((?:\s*[、,及和]?\s*(?:周|星期|礼拜)?` + wday + `)*)`)
	weekRange  = regexp.MustCompile(`^(?:周|星期|礼拜)(` + wday + `)\s*(?:-+|至|到)\s*(?:周|星期|礼拜)?(` + wday + `)`)
	ranges     = regexp.MustCompile(`^` + moment + through + moment)
	halfRange  = regexp.MustCompile(`^` + loose + through + moment)
	closedDays = regexp.MustCompile(`^(除外|休息|闭馆|闭站|关闭|不开放|不营业|不对外开放|停止开放|停止服务|公休|休)`)
	seasons    = regexp.MustCompile(`^(夏季|冬季|春季|秋季|春秋季|夏令时|冬令时|夏时制|冬时制|夏天|冬天)`)
	dates      = regexp.MustCompile(`^(\d{1,2})月(?:(\d{1,2})[日号])?\s*(?:-+|至|到)\s*(?:次年|翌年|第二年)?(\d{1,2})月(?:(\d{1,2})[日号])?`)
)

// next reads one token off the front of s, and says how many bytes it took.
func next(s string) (token, int) {
	if m := separators.FindString(s); m != "" {
		return token{kind: separator}, len(m)
	}
	if m := blanks.FindString(s); m != "" {
		return token{kind: noise}, len(m)
	}
	if t, n := when(s); n > 0 {
		return t, n
	}
	if t, n := onDays(s); n > 0 {
		return t, n
	}
	if m := closedDays.FindString(s); m != "" {
		return token{kind: closedWord}, len(m)
	}
	if m := noises.FindString(s); m != "" {
		return token{kind: noise}, len(m)
	}
	_, n := firstRune(s)
	return token{kind: unread}, n
}

// when reads a season, a stretch of dates or of hours.
func when(s string) (token, int) {
	if m := allDay.FindString(s); m != "" {
		return token{kind: timeRange, to: day}, len(m)
	}
	if m := seasons.FindString(s); m != "" {
		return token{kind: seasonWord}, len(m)
	}
	if strings.HasPrefix(s, "全年") && !everyDay.MatchString(s) {
		return token{kind: seasonDates}, len("全年")
	}
	if m := dates.FindStringSubmatch(s); m != nil {
		if season, ok := dated(m[1:]); ok {
			return token{kind: seasonDates, season: season}, len(m[0])
		}
		return token{kind: unread}, len(m[0])
	}
	if m := ranges.FindStringSubmatch(s); m != nil {
		return hourRange(readMoment(m[1:9]), readMoment(m[9:17])), len(m[0])
	}
	if m := halfRange.FindStringSubmatch(s); m != nil {
		from := readMoment([]string{"", m[1], m[2], "", "", "", "", ""})
		return hourRange(from, readMoment(m[3:11])), len(m[0])
	}
	return token{}, 0
}

func onDays(s string) (token, int) {
	if m := everyDay.FindString(s); m != "" {
		return token{kind: dayWord, days: EveryDay}, len(m)
	}
	if m := workdays.FindString(s); m != "" {
		return token{kind: dayWord, days: Workdays}, len(m)
	}
	if m := holidays.FindString(s); m != "" {
		return token{kind: dayWord, days: Holidays, vague: strings.HasSuffix(m, "节假日") && !strings.Contains(m, "法定")}, len(m)
	}
	if m := weekend.FindString(s); m != "" {
		return token{kind: dayWord, days: Weekend}, len(m)
	}
	if m := weekRange.FindStringSubmatch(s); m != nil {
		return token{kind: dayWord, days: weekFromTo(m[1], m[2])}, len(m[0])
	}
	if m := weekdays.FindStringSubmatch(s); m != nil {
		var set Days
		for _, r := range m[1] + m[2] {
			set |= nameOfDay(r)
		}
		return token{kind: dayWord, days: set}, len(m[0])
	}
	return token{}, 0
}

func nameOfDay(r rune) Days {
	if r == '末' {
		return Weekend
	}
	if r == '天' {
		r = '日'
	}
	for i, name := range []rune("一二三四五六日") {
		if r == name {
			return Monday << i
		}
	}
	return 0
}

func weekFromTo(from, to string) Days {
	a, _ := firstRune(from)
	b, _ := firstRune(to)
	var set Days
	first, last := nameOfDay(a), nameOfDay(b)
	for d := first; ; d = d << 1 {
		if d > Sunday {
			d = Monday
		}
		set |= d
		if d&last != 0 {
			return set
		}
	}
}

// dated makes a season of month, day, month, day; days may be left out.
func dated(m []string) (Season, bool) {
	ends := []string{"", "31", "29", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31"}
	if m[1] == "" {
		m[1] = "1"
	}
	if last, _ := strconv.Atoi(m[2]); m[3] == "" && last >= 1 && last <= 12 {
		m[3] = ends[last]
	}
	s := Season{two(m[0]) + "-" + two(m[1]), two(m[2]) + "-" + two(m[3])}
	return s, monthDay(s.From) && monthDay(s.To)
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

func firstRune(s string) (rune, int) {
	return utf8.DecodeRuneInString(s)
}

// point is a time of day as printed.
type point struct {
	minute   int
	half     string // "am", "pm" or ""
	tomorrow bool
	wrong    bool
}

// readMoment reads the groups of the moment pattern: morrow, half, number,
// colon, minutes, dotted minutes, half-hour word, minutes after 点.
func readMoment(m []string) point {
	p := point{tomorrow: m[0] != ""}
	hour := numeral(m[2])
	minute, _ := strconv.Atoi(m[4] + m[5] + m[7])
	switch m[6] {
	case "半":
		minute = 30
	case "一刻":
		minute = 15
	case "三刻":
		minute = 45
	}
	switch m[1] {
	case "":
	case "下午", "傍晚", "晚上", "晚间", "晚", "夜间", "夜里", "夜", "午夜":
		p.half = "pm"
		if hour < 12 {
			hour += 12
		}
	case "中午":
		p.half = "noon"
		if hour < 11 {
			hour += 12
		}
	default:
		p.half = "am"
	}
	p.minute = hour*60 + minute
	p.wrong = hour > 24 || minute > 59 || p.minute > day || p.half == "am" && hour > 12
	return p
}

func numeral(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	value := func(r rune) int { return strings.IndexRune("零一二三四五六七八九", r) / 3 }
	tens, ones, hasTen := 0, 0, false
	for _, r := range strings.ReplaceAll(s, "两", "二") {
		if r == '十' {
			hasTen, tens, ones = true, max(ones, 1), 0
			continue
		}
		ones = value(r)
	}
	if hasTen {
		return tens*10 + ones
	}
	return ones
}

// hourRange makes a range of two points. An end before its beginning is the
// next day only if the text says so or the beginning is in the afternoon;
// otherwise it is more likely a slip, and is not taken.
func hourRange(from, to point) token {
	t := token{kind: timeRange, from: from.minute, to: to.minute, wrong: from.wrong || to.wrong}
	if from.half == "pm" && to.half == "" && !to.tomorrow && to.minute < 12*60 && to.minute+12*60 > from.minute {
		t.to += 12 * 60
	}
	if from.tomorrow {
		t.wrong = true
	}
	switch {
	case to.tomorrow:
		t.to += day
	case t.to <= t.from && t.from >= 12*60:
		t.to += day
	}
	t.wrong = t.wrong || !inDay(t.from, t.to)
	return t
}
