package member

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/member/lead"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/workday"
)

// Orgs knows the unions.
type Orgs = lead.Orgs

// Union is a union as members need it.
type Union = lead.Union

// People knows accounts.
type People interface {
	// Contact returns a worker's name and phone; either may be empty.
	Contact(ctx context.Context, tx *op.Tx, worker string) (name, phone string, err error)
}

// Bodies knows the organisations that members are tied to beside their union.
type Bodies interface {
	// Called returns what an organisation is called; one that is not active is
	// fault.Missing. In a transaction that writes, it stays active until that ends.
	Called(ctx context.Context, tx *op.Tx, org string) (string, error)
}

// Firms knows the companies that members work for, and the unions in them.
type Firms interface {
	lead.Firms
	work.Firms
}

// Notifier reaches an applicant outside the pages.
type Notifier interface {
	// Notify sends word that a union has answered, in words that tell nobody else
	// what about. key names the message.
	Notify(ctx context.Context, key, phone string) error
}

// Service is what other packages may ask about members.
type Service struct {
	desk *op.Desk
	vault
	orgs     Orgs
	people   People
	notifier Notifier
	bodies   Bodies
	firms    Firms
	posts    work.Posts
	calendar func() workday.Calendar
}

// Config is what the service needs.
type Config struct {
	Ring     *seal.Ring
	Orgs     Orgs
	People   People
	Notifier Notifier                // nil: nobody is told
	Bodies   Bodies                  // for ties
	Firms    Firms                   // nil: no company is known
	Posts    work.Posts              // nil: no station is known
	Calendar func() workday.Calendar // nil: the one that the program was built with
}

// NewService returns the service of members.
func NewService(desk *op.Desk, c Config) *Service {
	if c.Calendar == nil {
		c.Calendar = func() workday.Calendar { return workday.Calendar{} }
	}
	return &Service{desk, vault{c.Ring}, c.Orgs, c.People, c.Notifier, c.Bodies, c.Firms, c.Posts, c.Calendar}
}

// due is by when a union answers what it is asked now.
func (s *Service) due(ctx context.Context, tx *op.Tx) (time.Time, error) {
	return s.dueFrom(ctx, tx, tx.Now())
}

// dueFrom is by when a union answers what it was asked at a time: the end of
// office hours on the last of so many working days; zero when the days are not
// published so far.
func (s *Service) dueFrom(ctx context.Context, tx *op.Tx, asked time.Time) (time.Time, error) {
	days, err := rule(ctx, tx, "answer_days")
	if err != nil {
		return time.Time{}, err
	}
	closes, err := rule(ctx, tx, "day_ends_min")
	if err != nil {
		return time.Time{}, err
	}
	at, err := s.calendar().AddWorkdays(asked, int(days), workday.Hours{To: workday.Minute(closes)})
	if errors.Is(err, workday.ErrUnknown) {
		return time.Time{}, nil
	}
	return at, err
}
