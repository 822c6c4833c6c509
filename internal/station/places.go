package station

// Places finds the division that printed names mean; package region does.
type Places interface{}
