package intake

// Steps sets how many rows are done at once, looked at together and prepared
// together, for tests of long lists that need not be long.
func (s *Service) Steps(atOnce, together, prepared int) {
	s.direct, s.piece, s.few = atOnce, together, prepared
}
