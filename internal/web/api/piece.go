package api

import (
	"net/http"
	"strconv"
)

// onePiece tells the length of an answer whose body is written in one piece, as
// [marshal] does: huma sends the status first, which is kept back until then. A
// length saves the connection a write and tells a program how much will come.
type onePiece struct {
	http.ResponseWriter
	status int // kept back; 0 when it is sent
}

// WriteHeader implements [http.ResponseWriter].
func (p *onePiece) WriteHeader(status int) { p.status = status }

// Write implements [http.ResponseWriter].
func (p *onePiece) Write(b []byte) (int, error) {
	if p.status != 0 {
		p.Header().Set("Content-Length", strconv.Itoa(len(b)))
		p.end()
	}
	return p.ResponseWriter.Write(b)
}

// end sends the status of an answer that has no body.
func (p *onePiece) end() {
	if p.status != 0 {
		p.ResponseWriter.WriteHeader(p.status)
		p.status = 0
	}
}

// Unwrap lets [http.ResponseController] reach the connection.
func (p *onePiece) Unwrap() http.ResponseWriter { return p.ResponseWriter }
