package station

// The events say only what happened to which station; who listens asks for the
// rest. All are delivered at least once.

// Opened says that a station was added.
type Opened struct {
	ID   ID     `json:"id"`
	Area string `json:"area"`
}

// Changed says that the record of a station changed.
type Changed struct {
	ID      ID    `json:"id"`
	Version int64 `json:"version"`
}

// Moved says that a station was put on the map, or elsewhere.
type Moved struct {
	ID    ID   `json:"id"`
	First bool `json:"first"` // it was not on the map before
}

// Closed says that a station was closed for good.
type Closed struct {
	ID  ID     `json:"id"`
	Why string `json:"why"`
}

// StatusChanged says that special days or reports of a station changed.
type StatusChanged struct {
	ID ID `json:"id"`
}

// EventName implements op.Event.
func (Opened) EventName() string { return "station.opened" }

// EventName implements op.Event.
func (Changed) EventName() string { return "station.changed" }

// EventName implements op.Event.
func (Moved) EventName() string { return "station.moved" }

// EventName implements op.Event.
func (Closed) EventName() string { return "station.closed" }

// EventName implements op.Event.
func (StatusChanged) EventName() string { return "station.status_changed" }

// Mended says that the host (or a cadre) mended what these requests reported.
type Mended struct {
	ID      ID       `json:"id"`
	What    What     `json:"what"`
	Numbers []string `json:"numbers"`
}

// EventName implements op.Event.
func (Mended) EventName() string { return "station.mended" }
