package job

import "time"

// Hold sets how long w's leases last without renewal.
func (w *Worker) Hold(d time.Duration) { w.hold = d }
