package intake

// Directly sets how many rows are done while one waits, for tests of long lists
// that need not be long.
func (s *Service) Directly(rows int) { s.direct = rows }
