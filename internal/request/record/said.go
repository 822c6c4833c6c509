package record

import (
	"nuanxin/internal/request"
	"nuanxin/internal/seal"
)

// Of what a request holds, its worker's own is what they said and where it is. It stands
// under a key of its own, which is another than that of who they are: by time it is
// forgotten whose a matter was, and what was said stays ([Store.DropPersons]); a worker who
// is erased takes both along. What staff and bodies wrote is the union's record and stays under the
// ring, as does the place of a matter at a station, which says where that is.

// saidKey reads the key of a request beside a row of another table that has a request_id.
func saidKey(table string) string {
	return `(select k.said_key from request k where k.request_id = ` + table + `.request_id)`
}

// SaidRows are the rows of request_event and request_attachment that hold what the worker
// of a request said and sent, whoever wrote it down: the first is how it came.
const SaidRows = `(by_kind = 'worker' or seq = 1)`

// said reports whether an entry is one of [SaidRows].
func said(e request.Entry) bool { return e.By == request.ByWorker || e.Seq == 1 }

// saidBox returns the box of a key; of none it opens and seals by the ring.
func (s *Store) saidBox(key []byte, rid request.ID) (seal.Box, error) {
	return s.Ring.Box(key, seal.Place("request", "said_key", string(rid)))
}

// say seals what the worker of a request said. The first that is said makes the key, also
// in a request of before there were keys, and in one whose key was destroyed; the caller
// stores it with the root, whose row it holds.
func (s *Store) say(q *request.Request, text, table, column, row string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	box, err := s.saidBox(q.SaidKey, q.ID)
	if len(q.SaidKey) == 0 {
		box, q.SaidKey, err = s.Ring.NewBox(seal.Place("request", "said_key", string(q.ID)))
	}
	if err != nil {
		return nil, err
	}
	return box.Seal([]byte(text), seal.Place(table, column, row))
}

// sayPlace seals where it is.
func (s *Store) sayPlace(q *request.Request) ([]byte, error) {
	if q.Place.Station != "" {
		return s.Seal(q.Place.Text, "request", "place", string(q.ID))
	}
	return s.say(q, q.Place.Text, "request", "place", string(q.ID))
}

// open opens what [Store.say] sealed, or the ring before there were keys. The key is read
// with it, in one statement: they stand and fall together.
func (s *Store) open(rid request.ID, key, sealed []byte, table, column, row string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	box, err := s.saidBox(key, rid)
	if err != nil {
		return "", err
	}
	plain, err := box.Open(sealed, seal.Place(table, column, row))
	return string(plain), err
}
