package request

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
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
	Chases        int           `json:"chases"`          // a day
	ExportRows    int           `json:"export_rows"`
	Direct        bool          `json:"direct"`        // the worker reads a body's report at once
	Veiled        []string      `json:"veiled_topics"` // the worker is not named to platform and company unless he says so
}

// builtin are the limits where nobody has set any. They stay here for ever:
// requests name them.
var builtin = Limits{
	ID: "builtin-2026", From: "2015-01-01",
	Cite: "答复5个工作日：潍坊市12345条例第20条、济南市12345条例第24条；退回2次后由工会指定：参照天津12345办法（三次派单后指定）；其余为产品设定",
	Hours: workday.Hours{From: workday.At(9, 0), To: workday.At(17, 30), Breaks: []workday.Span{
		{From: workday.At(12, 0), To: workday.At(13, 30)},
	}},
	LookMinutes: 120, RemindMinutes: 240, SignMinutes: 480, BodyMinutes: 960, HostMinutes: 240, ReplyMinutes: 240, SoonMinutes: 180, UpMinutes: 480,
	AnswerDays: 5, QuietDays: 15, Bounces: 2, Chases: 2, ExportRows: 5000,
	Veiled: []string{"pay", "penalty", "injury"},
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// veils reports whether the worker of such a matter is hidden by default.
func (l Limits) veils(topic string) bool {
	return slices.ContainsFunc(l.Veiled, func(t string) bool { return under(topic, t) })
}

// check refuses limits that no clock could run by.
func (l Limits) check() error {
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
	if l.Bounces < 0 || l.Chases < 0 || l.SoonMinutes < 0 {
		form.Add("bounces", "request.policy.positive", nil)
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

const limitColumns = `policy_id, area, from_day, rules, cite`

func scanLimits(r db.Row) (Limits, error) {
	var l Limits
	var rules string
	var pid, area, from, cite string
	if err := r.Scan(&pid, &area, &from, &rules, &cite); err != nil {
		return l, err
	}
	err := json.Unmarshal([]byte(rules), &l)
	l.ID, l.Area, l.From, l.Cite = pid, area, from, cite
	return l, err
}

// limitsOf returns the limits with the given id.
func limitsOf(ctx context.Context, tx *op.Tx, pid string) (l Limits, err error) {
	if pid == builtin.ID {
		return builtin, nil
	}
	err = db.ErrNone
	each := tx.Each(ctx, `select `+limitColumns+` from request_policy where policy_id = $1`, []any{pid}, func(r db.Row) error {
		l, err = scanLimits(r)
		return err
	})
	if each != nil {
		err = each
	}
	return l, err
}

// limitsFor returns the limits in force for area on the day of t: those of the
// smallest area that has any, the latest of them.
func limitsFor(ctx context.Context, tx *op.Tx, area string, t time.Time) (Limits, error) {
	best := builtin
	var args db.Args
	q := `select ` + limitColumns + ` from request_policy where area in ` + db.In(&args, prefixes(area)) +
		` and from_day <= ` + args.Add(clock.Day(t)) + ` order by length(area), from_day, policy_id`
	err := tx.Each(ctx, q, args, func(r db.Row) (err error) {
		best, err = scanLimits(r)
		return err
	})
	return best, err
}

// prefixes are the areas that contain area, itself included.
func prefixes(area string) []string {
	all := []string{""}
	for n := 1; n <= len(area); n++ {
		all = append(all, area[:n])
	}
	return all
}

// SetLimits adds dated limits for an area and returns their id. It cannot reach
// into the past: what ran by other limits then stays as it was.
func (s *Service) SetLimits(ctx context.Context, l Limits) (string, error) {
	l.ID = id.New[string]()
	find := func(tx *op.Tx) (areaTarget, error) { return s.areaTarget(ctx, tx, "request_policy", l.Area) }
	return op.Write(ctx, s.desk, SetRule, find, func(tx *op.Tx, _ areaTarget) (string, error) {
		if err := l.check(); err != nil {
			return "", err
		}
		if l.From < clock.Day(tx.Now()) {
			return "", wrong(string(SetRule), "from", "request.policy.past")
		}
		rules, err := json.Marshal(l)
		if err != nil {
			return "", err
		}
		_, err = tx.Exec(ctx, `insert into request_policy (policy_id, area, from_day, rules, cite, at, by_id) values ($1, $2, $3, $4, $5, $6, $7)`,
			l.ID, l.Area, l.From, string(rules), l.Cite, tx.Now().UnixMicro(), tx.Subject.ID)
		return l.ID, err
	})
}

// LimitsFor returns the limits in force now for area.
func (s *Service) LimitsFor(ctx context.Context, area string) (Limits, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (Limits, error) { return limitsFor(ctx, tx, area, tx.Now()) })
}

// areaTarget is an area with its union, as the target of acts that are not
// about one request.
type areaTarget struct{ kind, area, union string }

// AuthzObject implements op.Target.
func (a areaTarget) AuthzObject() authz.Object {
	return authz.Object{Kind: a.kind, ID: a.union, Group: "org", Area: a.area}
}

func (s *Service) areaTarget(ctx context.Context, tx *op.Tx, kind, area string) (areaTarget, error) {
	u, err := s.needs.Orgs.UnionFor(ctx, tx, area)
	return areaTarget{kind, area, u.ID}, err
}
