//go:build !unix

package measure

import "time"

// CPU returns the processor time that this process has used; it is not known here.
func CPU() time.Duration { return 0 }
