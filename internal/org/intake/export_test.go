package intake

import "context"

// Step does one step of an import, as who ordered it.
func (s *Service) Step(ctx context.Context, which ID) error {
	b, err := s.Head(ctx, which)
	if err != nil {
		return err
	}
	own, err := s.kind().As(ctx, b)
	if err != nil {
		return err
	}
	return s.apply(own, b)
}
