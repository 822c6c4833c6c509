package world

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"nuanxin/internal/region"
)

// Member is somebody who applied for membership.
type Member struct {
	Worker     int // index in Workers; the first one of the welcome is none
	Name       string
	Document   string // identity number; may be empty
	Occupation string // as in package member
	Works      string // several are parted by 、
	Station    string // there
	Area       string // street
	Channel    string // as in package member
	News       bool
}

// Join is what somebody does about a membership.
type Join string

// The steps of a membership, each as in package member.
const (
	Apply    Join = "apply"
	Approve  Join = "approve"
	Refuse   Join = "refuse"
	Pause    Join = "keep"
	Resume   Join = "resume"
	Finish   Join = "end"
	Leave    Join = "leave"
	Move     Join = "move" // Words is the area
	TakeBack Join = "withdraw"
)

// Step is one thing that was done about a membership.
type Step struct {
	At     time.Time
	Member int // index in Members
	Do     Join
	By     string // login of staff, "" for the member
	Words  string // the reason
}

// enrolment is how an application goes: what it does, in how many days from now
// back it began, and what marks it.
type enrolment struct {
	days  float64 // ago
	steps string  // after the application: a approve, r refuse, k keep, u resume, e end, l leave, w take back, m move, there A or R
	mark  string  // a doubt that it raises
	far   bool    // in the sibling county
}

// enrolments are the applications, so that every state and every doubt is there.
// Waiting ones come last: they are like those before them.
var enrolments = []enrolment{
	{days: 57, steps: "a"}, {days: 55, steps: "a"}, {days: 54, steps: "ak"}, {days: 52, steps: "a"}, {days: 50, steps: "aku"}, {days: 49, steps: "ae"},
	{days: 47, steps: "a"}, {days: 45, steps: "al"}, {days: 43, steps: "a"}, {days: 41, steps: "amA"}, {days: 40, steps: "r"}, {days: 38, steps: "a"},
	{days: 36, steps: "ak"}, {days: 34, steps: "a"}, {days: 33, steps: "am"}, {days: 31, steps: "a"}, {days: 30, steps: "w"}, {days: 27, steps: "a"},
	{days: 25, steps: "al"}, {days: 23, steps: "a", far: true}, {days: 22, steps: "a"}, {days: 20, steps: "am", far: true}, {days: 17, steps: "r"},
	{days: 15, steps: "a"}, {days: 13, steps: "a"}, {days: 11, steps: "amR"}, {days: 9, steps: "a"},
	{days: 8.2}, {days: 3.1, mark: "same_document"}, {days: 2.4, mark: "young"}, {days: 2.1, mark: "name_number"}, {days: 1.6, mark: "same_name_birth"}, {days: 1.2, mark: "same_name_area"}, {days: .9, mark: "union_above"}, {days: .2}, {days: .1, far: true},
}

// enrol invents the members and what became of each.
func (w *World) enrol(r *rand.Rand) error {
	office, err := newOffice(w.Start, w.Now)
	if err != nil {
		return err
	}
	for i, e := range enrolments {
		w.Members = append(w.Members, w.member(r, i, e))
		at := w.Now.Add(-time.Duration(e.days * 24 * float64(time.Hour))).Truncate(time.Minute)
		if e.days > 1 {
			at = awake(at)
		}
		w.Steps = append(w.Steps, Step{At: at, Member: i, Do: Apply})
		there := e.far
		for n, code := range e.steps {
			s := stepOf(code, there)
			s.Member = i
			at = office.after(at, time.Duration(2+r.IntN(14))*time.Hour).Truncate(time.Minute)
			if s.Do == Move {
				there = !there
				if last := awake(w.Now.Add(-time.Duration(20+i) * time.Hour)); n == len(e.steps)-1 && at.Before(last) {
					at = last // one that still waits does not wait for weeks
				}
			}
			s.At = at
			w.Steps = append(w.Steps, s)
		}
	}
	w.Steps = slices.DeleteFunc(w.Steps, func(s Step) bool { return s.At.After(w.Now) })
	slices.SortStableFunc(w.Steps, func(a, b Step) int { return a.At.Compare(b.At) })
	return nil
}

// member is the i-th applicant. Identity numbers are of people who would be some
// 140 years old, or of a province that there is not: nobody has one.
func (w *World) member(r *rand.Rand, i int, e enrolment) Member {
	worker := w.Workers[i+1]
	m := Member{Worker: i + 1, Name: worker.Name, Area: pick(r, streets()...).Code, News: r.IntN(3) > 0,
		Occupation: pick(r, "rider", "rider", "rider", "courier", "courier", "driver", "trucker", "other"), Channel: pick(r, "poster", "poster", "link", "station", "web")}
	if e.far {
		m.Area = region.Children(Sibling)[0].Code
	}
	m.Works = map[string]string{"rider": pick(r, "示例外卖平台", "示例外卖平台", ""), "courier": pick(r, "北斗快递", "龙山邮政"), "driver": "示例出行", "trucker": pick(r, "北环货运", ""), "other": "示例家政"}[m.Occupation]
	if m.Occupation == "rider" && i%3 == 1 { // works for two at once, at a station of one of them
		m.Works, m.Station = "示例外卖平台、示例跑腿", "示例外卖平台"+pick(r, "城南站", "北山站")
	}
	birth := fmt.Sprintf("188%d%02d%02d", r.IntN(10), 1+r.IntN(12), 1+r.IntN(28))
	if i%3 != 0 {
		m.Document = document(Area, birth, 10+i)
	}
	switch first := w.Members; e.mark {
	case "same_document":
		m.Name, m.Document = first[1].Name, first[1].Document
	case "same_name_birth":
		m.Name, m.Document = first[8].Name, document(Area, first[8].Document[6:14], 900)
	case "same_name_area":
		m.Name, m.Document = first[11].Name, ""
	case "name_number":
		m.Document = document(Area, "18850607", 404) // the demo's identity service says that it is another's
	case "union_above":
		m.Area = Bare
	case "young":
		m.Document = document("990101", strconv.Itoa(w.Now.Year()-14)+"0101", 7)
	}
	return m
}

// document is an identity number with its check.
func document(area, birth string, n int) string {
	s, sum := area+birth+fmt.Sprintf("%03d", n), 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(s[i]-'0')
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

// stepOf is what a letter of an enrolment means; there says that the sibling
// county decides.
func stepOf(code rune, there bool) Step {
	by := "zhaoming"
	if there {
		by = "gaoyuan"
	}
	to := Sibling
	if there {
		to = Area
	}
	switch code {
	case 'a', 'A':
		return Step{Do: Approve, By: by}
	case 'r':
		return Step{Do: Refuse, By: by, Words: "名字和电话里说的对不上，请用身份证上的名字再申请一次。"}
	case 'R':
		return Step{Do: Refuse, By: by, Words: "电话里说还在龙山区干活，先不转。真过来了再申请。"}
	case 'k':
		return Step{Do: Pause, By: by, Words: "入冬歇业，说好开春回来。"}
	case 'u':
		return Step{Do: Resume, By: by, Words: "又上岗了。"}
	case 'e':
		return Step{Do: Finish, By: by, Words: "本人说已经回外地老家，那边入了会。"}
	case 'm':
		return Step{Do: Move, Words: to}
	case 'l':
		return Step{Do: Leave}
	}
	return Step{Do: TakeBack}
}
