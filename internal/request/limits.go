package request

import (
	"slices"
	"strings"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/workday"
)

// Limits are the dated clock rules of an area. A request keeps those that were
// in force when it arrived: a later rule changes nothing that is under way.
// Minutes are minutes of working time.
type Limits struct {
	ID            string        `json:"-"`
	Area          string        `json:"-"`
	From          string        `json:"-"` // YYYY-MM-DD, the first day of their force
	Cite          string        `json:"-"` // the source of the numbers
	Hours         workday.Hours `json:"hours"`
	LookMinutes   int           `json:"look_minutes"`    // until somebody of the union has looked
	RemindMinutes int           `json:"remind_minutes"`  // a body that has not signed is reminded
	SignMinutes   int           `json:"sign_minutes"`    // a body must have signed
	BodyMinutes   int           `json:"body_minutes"`    // the deadline proposed to bodies
	HostMinutes   int           `json:"station_minutes"` // a station's host mends a defect
	ReplyMinutes  int           `json:"reply_minutes"`   // the promise to who chases
	SoonMinutes   int           `json:"soon_minutes"`    // a clock is near its end
	UpMinutes     int           `json:"up_minutes"`      // after a miss, the union above is told
	AnswerDays    int           `json:"answer_days"`     // working days to answer the worker
	QuietDays     int           `json:"quiet_days"`      // working days without a word after an answer
	Bounces       int           `json:"bounces"`         // after so many the union decides
	MoreTimes     int           `json:"more_times"`      // a body may ask for more time, for each handing
	Chases        int           `json:"chases"`          // a day
	ExportRows    int           `json:"export_rows"`
	Silent        bool          `json:"silent_owns"`   // a body that has not signed in time has it all the same, and may not send it back
	Direct        bool          `json:"direct"`        // the worker reads a body's report at once
	Veiled        []string      `json:"veiled_topics"` // the worker is not named to platform and company unless he says so
}

// Builtin are the limits where nobody has set any. They stay here for ever:
// requests name them.
func Builtin() Limits {
	return Limits{
		ID: "builtin-2026", From: "2015-01-01",
		Cite: "答复5个工作日：潍坊市12345条例第20条、济南市12345条例第24条；退回2次后由工会指定：参照天津12345办法（三次派单后指定）；其余为产品设定",
		Hours: workday.Hours{From: workday.At(9, 0), To: workday.At(17, 30), Breaks: []workday.Span{
			{From: workday.At(12, 0), To: workday.At(13, 30)},
		}},
		LookMinutes: 120, RemindMinutes: 240, SignMinutes: 480, BodyMinutes: 960, HostMinutes: 240, ReplyMinutes: 240, SoonMinutes: 180, UpMinutes: 480,
		AnswerDays: 5, QuietDays: 15, Bounces: 2, MoreTimes: 1, Chases: 2, ExportRows: 5000,
		Veiled: []string{"pay", "penalty", "injury"},
	}
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// Veils reports whether the worker of such a matter is hidden by default.
func (l Limits) Veils(topic string) bool {
	return slices.ContainsFunc(l.Veiled, func(t string) bool { return under(topic, t) })
}

// Check refuses limits that no clock could run by.
func (l Limits) Check() error {
	var form fault.Form
	for name, n := range map[string]int{"look": l.LookMinutes, "sign": l.SignMinutes, "body": l.BodyMinutes, "station": l.HostMinutes, "reply": l.ReplyMinutes,
		"up": l.UpMinutes, "answer": l.AnswerDays, "quiet": l.QuietDays, "export": l.ExportRows} {
		if n <= 0 {
			form.Add(name, "request.policy.positive", nil)
		}
	}
	if l.RemindMinutes <= 0 || l.RemindMinutes >= l.SignMinutes {
		form.Add("remind", "request.policy.remind", nil)
	}
	for name, n := range map[string]int{"bounces": l.Bounces, "more": l.MoreTimes, "chases": l.Chases, "soon": l.SoonMinutes} {
		if n < 0 {
			form.Add(name, "request.policy.negative", nil)
		}
	}
	if l.Hours.Check() != nil {
		form.Add("hours", "request.policy.hours", nil)
	}
	if strings.TrimSpace(l.Cite) == "" {
		form.Add("cite", "request.policy.cite", nil)
	}
	if _, err := time.Parse(time.DateOnly, l.From); err != nil {
		form.Add("from", "fault.day", nil)
	}
	return form.Err(string(SetRule))
}
