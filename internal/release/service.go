package release

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/op"
)

// Prove is the act that leaves what was found in the audit trail.
const Prove authz.Action = "release.verify"

// Policy says who may do it.
var Policy = authz.Rules{Prove: authz.Program}

// Hourly is how often the file is looked at while the server runs.
const Hourly = time.Hour

// Config says what is verified. Without a key nothing is.
type Config struct {
	File string // the program
	Key  string // the public key
}

// Service watches the program file.
type Service struct {
	desk *op.Desk
	Config
	wrong atomic.Bool
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk: desk, Config: c} }

// Wrong reports whether the file was not what was released when it was last looked at.
func (s *Service) Wrong() bool { return s.wrong.Load() }

// program is the root of the rows in the trail: all installations have one program.
type program struct{}

// AuthzObject implements op.Target.
func (program) AuthzObject() authz.Object {
	return authz.Object{Kind: "release", ID: "0190a1b2-0000-7000-8000-0000000000fe", Group: "person"}
}

// Look verifies the file once and leaves what it found in the trail.
func (s *Service) Look(ctx context.Context) error {
	if s.Key == "" {
		return nil
	}
	found, wrong := Verify(s.File, s.Key)
	s.wrong.Store(wrong != nil)
	if wrong != nil {
		slog.ErrorContext(ctx, "the program file is not what was released", "err", wrong)
	}
	_, err := op.Write(ctx, s.desk, Prove, func(*op.Tx) (program, error) { return program{}, nil }, func(tx *op.Tx, _ program) (bool, error) {
		tx.Note("sha256", found.SHA256)
		tx.Note("release", found.Comment)
		if wrong != nil {
			tx.Note("result", "wrong")
		}
		return wrong == nil, nil
	})
	return err
}

// Watch looks at the file at once and every hour until ctx ends.
func (s *Service) Watch(ctx context.Context) {
	if s.Key == "" {
		return
	}
	each := time.NewTicker(Hourly)
	defer each.Stop()
	for {
		if err := s.Look(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "what was found of the program file is not in the trail", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-each.C:
		}
	}
}
