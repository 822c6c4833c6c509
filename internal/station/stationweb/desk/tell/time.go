package tell

import (
	"strconv"
	"strings"

	"nuanxin/internal/hours"
)

// TimeText writes minutes as the form does; past midnight begins anew.
func TimeText(m int) string {
	m %= 24 * 60
	return twoDigits(m/60) + ":" + twoDigits(m%60)
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// Minutes reads a time of day; 24:00 is the day's end.
func Minutes(text string) (int, bool) {
	h, m, ok := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), "：", ":"), ":")
	hour, err1 := strconv.Atoi(h)
	min, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || hour < 0 || min < 0 || min > 59 || hour*60+min > 24*60 {
		return 0, false
	}
	return hour*60 + min, true
}

// Period makes a period of two times of day: an end that is not after the
// beginning is on the next day.
func Period(from, to string) (hours.Period, bool) {
	a, ok1 := Minutes(from)
	b, ok2 := Minutes(to)
	if !ok1 || !ok2 || a == 24*60 {
		return hours.Period{}, false
	}
	if b <= a {
		b += 24 * 60
	}
	return hours.Period{From: a, To: b}, true
}
