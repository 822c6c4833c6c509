package office

import (
	"context"
	"encoding/json"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

const limitColumns = `policy_id, area, from_day, rules, cite`

func scanLimits(r db.Row) (request.Limits, error) {
	var l request.Limits
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
func limitsOf(ctx context.Context, tx *op.Tx, pid string) (l request.Limits, err error) {
	if pid == request.Builtin().ID {
		return request.Builtin(), nil
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
func limitsFor(ctx context.Context, tx *op.Tx, area string, t time.Time) (request.Limits, error) {
	best := request.Builtin()
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
func (s *Service) SetLimits(ctx context.Context, l request.Limits) (string, error) {
	l.ID = id.New[string]()
	find := func(tx *op.Tx) (areaTarget, error) { return s.areaTarget(ctx, tx, "request_policy", l.Area) }
	return op.Write(ctx, s.desk, request.SetRule, find, func(tx *op.Tx, _ areaTarget) (string, error) {
		if err := l.Check(); err != nil {
			return "", err
		}
		if l.From < clock.Day(tx.Now()) {
			return "", wrong(string(request.SetRule), "from", "request.policy.past")
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
func (s *Service) LimitsFor(ctx context.Context, area string) (request.Limits, error) {
	return op.List(ctx, s.desk, request.See, func(tx *op.Tx, _ op.Scope) (request.Limits, error) { return limitsFor(ctx, tx, area, tx.Now()) })
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
