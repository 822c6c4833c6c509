package hours

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Text says the table in plain words: in Chinese, or in English when en is
// true. A table that is not known says so and quotes what was printed. The
// Chinese text of a known table is read back by [Parse] as the same rows.
func (t Table) Text(en bool) string {
	w := chinese
	if en {
		w = english
	}
	if !t.Known {
		if t.Printed == "" {
			return w.notSaid
		}
		return fmt.Sprintf(w.asPrinted, t.Printed)
	}
	return strings.Join(w.lines(t.Rows), w.lineEnd)
}

// words are the words of one language.
type words struct {
	notSaid, asPrinted                string
	days                              [7]string
	every, work, holiday, weekend     string
	except, always, allDay, nextDay   string
	dash, list, lineEnd, gap, through string
	year                              string
}

var chinese = words{
	notSaid: "没写开放时间", asPrinted: "原文：%s",
	days:  [7]string{"周一", "周二", "周三", "周四", "周五", "周六", "周日"},
	every: "每天", work: "工作日", holiday: "法定节假日", weekend: "周末", except: "（法定节假日除外）",
	always: "24 小时", allDay: "24 小时", nextDay: "次日", dash: "–", list: "、", lineEnd: "；", gap: " ", through: "至", year: "全年，",
}

var english = words{
	notSaid: "hours not known", asPrinted: "as printed: %s",
	days:  [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
	every: "every day", work: "working days", holiday: "public holidays", weekend: "weekends", except: " (not on public holidays)",
	always: "24 h", allDay: "24 h", nextDay: "next day ", dash: "–", list: ", ", lineEnd: "; ", gap: " ", through: "–", year: "all year, ",
}

// lines says the rows, those of the same days and season in one line.
func (w words) lines(rows []Row) []string {
	if len(rows) == 1 && (Table{Known: true, Rows: rows}).Always() {
		return []string{w.always}
	}
	var lines []string
	for i := 0; i < len(rows); {
		j := i + 1
		for j < len(rows) && rows[j].Days == rows[i].Days && rows[j].Season == rows[i].Season {
			j++
		}
		lines = append(lines, w.season(rows, rows[i].Season)+w.line(rows[i:j]))
		i = j
	}
	return lines
}

func (w words) line(rows []Row) string {
	var times []string
	for _, r := range rows {
		times = append(times, w.times(r))
	}
	days, except := w.daysOf(rows[0].Days), ""
	if rows[0].Days&ExceptHolidays != 0 {
		except = w.except
	}
	return days + w.gap + strings.Join(times, w.list) + except
}

func (w words) times(r Row) string {
	if r.From == 0 && r.To == day {
		return w.allDay
	}
	next := ""
	to := r.To
	if to > day {
		next, to = w.nextDay, to-day
	}
	return clockTime(r.From) + w.dash + next + clockTime(to)
}

func clockTime(m int) string { return fmt.Sprintf("%d:%02d", m/60, m%60) }

func (w words) daysOf(d Days) string {
	var names []string
	set := d & EveryDay
	switch set {
	case 0:
	case EveryDay:
		names = append(names, w.every)
	case Weekend:
		names = append(names, w.weekend)
	default:
		names = append(names, w.weekdays(set)...)
	}
	if d&Workdays != 0 {
		names = append(names, w.work)
	}
	if d&Holidays != 0 {
		names = append(names, w.holiday)
	}
	return strings.Join(names, w.list)
}

// weekdays names runs of three days and more by their ends.
func (w words) weekdays(set Days) []string {
	var names []string
	for i := 0; i < 7; {
		j := i
		for j < 7 && set&(Monday<<j) != 0 {
			j++
		}
		switch j - i {
		case 0:
			i++
			continue
		case 1, 2:
			names = append(names, w.days[i:j]...)
		default:
			names = append(names, w.days[i]+w.through+w.days[j-1])
		}
		i = j
	}
	return names
}

// season names s where the table has any season at all.
func (w words) season(rows []Row, s Season) string {
	switch {
	case s == Season{} && !slices.ContainsFunc(rows, func(r Row) bool { return r.Season != Season{} }):
		return ""
	case s == Season{}:
		return w.year
	case w.every == english.every:
		return monthDayEn(s.From) + "–" + monthDayEn(s.To) + ", "
	}
	return monthDayZh(s.From) + "至" + monthDayZh(s.To) + "，"
}

func monthDayZh(md string) string {
	m, _ := strconv.Atoi(md[:2])
	d, _ := strconv.Atoi(md[3:])
	return fmt.Sprintf("%d月%d日", m, d)
}

func monthDayEn(md string) string {
	months := "JanFebMarAprMayJunJulAugSepOctNovDec"
	m, _ := strconv.Atoi(md[:2])
	d, _ := strconv.Atoi(md[3:])
	return fmt.Sprintf("%d %s", d, months[3*m-3:3*m])
}

// Key is a compact form of what decides the table's answers after the given day
// (YYYY-MM-DD), for numbering distinct schedules: two tables with the same key
// answer alike at every moment after that day, into which a special day before
// it may reach. An unknown table without special days has the empty key.
func (t Table) Key(from string) string {
	var b []byte
	if t.Known {
		b = append(b, 'k')
		for _, r := range t.Rows {
			b = binary.AppendUvarint(b, uint64(r.Days))
			b = binary.AppendVarint(b, int64(r.From))
			b = binary.AppendVarint(b, int64(r.To))
			b = append(b, r.Season.From+r.Season.To+";"...)
		}
	}
	special := slices.Clone(t.Special)
	slices.SortFunc(special, func(a, b Special) int { return strings.Compare(a.Day, b.Day) })
	for _, s := range special {
		if s.Day < from {
			continue
		}
		b = append(b, 's')
		b = append(b, s.Day...)
		for _, p := range s.Periods {
			b = binary.AppendVarint(b, int64(p.From))
			b = binary.AppendVarint(b, int64(p.To))
		}
		b = append(b, ';')
	}
	return string(b)
}
