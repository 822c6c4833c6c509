package life

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/seal"
	"nuanxin/internal/workday"
)

// Part is something of another domain that belongs to a union and goes to the one
// that takes it over. Its words are "life.part."+Name.
type Part struct {
	Name string
	// Count tells how much of it a union has.
	Count func(ctx context.Context, tx *op.Tx, union string) (int64, error)
	// Move gives it to another, and returns how much that was. why is what those who
	// are moved read.
	Move func(ctx context.Context, tx *op.Tx, from string, into org.Org, why string) (int64, error)
}

// Config is what the service needs.
type Config struct {
	Orgs     *org.Service
	Ring     *seal.Ring
	Calendar func() workday.Calendar // nil: the one that the program was built with
	Parts    []Part                  // in the order in which they are told
}

// Service is what others may ask about the life of unions.
type Service struct {
	desk *op.Desk
	Config
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service {
	if c.Calendar == nil {
		c.Calendar = func() workday.Calendar { return workday.Calendar{} }
	}
	return &Service{desk, c}
}

// rule is the value that counts now.
func rule(ctx context.Context, tx *op.Tx, name string) (value int64, err error) {
	err = tx.One(ctx, `select value from org_rule where name = $1 and since <= $2 order by since desc limit 1`, []any{name, today(tx)}, &value)
	return value, err
}

// due is by when what was asked at a time is answered: the end of office hours on
// the last of so many working days; zero when the days are not published so far.
func (s *Service) due(ctx context.Context, tx *op.Tx, asked time.Time) (time.Time, error) {
	days, err := rule(ctx, tx, "founding_days")
	if err != nil {
		return time.Time{}, err
	}
	closes, err := rule(ctx, tx, "day_ends_min")
	if err != nil {
		return time.Time{}, err
	}
	at, err := s.Calendar().AddWorkdays(asked, int(days), workday.Hours{To: workday.Minute(closes)})
	if errors.Is(err, workday.ErrUnknown) {
		return time.Time{}, nil
	}
	return at, err
}

func today(tx *op.Tx) string { return clock.Day(tx.Now()) }

// isDay reports whether s is a day, as YYYY-MM-DD.
func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func fieldFault(field, msg string) error {
	var f fault.Form
	f.Add(field, msg, nil)
	return f.Err("life.field")
}
