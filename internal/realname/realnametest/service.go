// Package realnametest is an identity service for tests: a small true one that speaks the
// protocol of package realname on this machine, and can be slow, down or lie.
package realnametest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/realname"
)

// Mood is how the service behaves.
type Mood string

// The moods.
const (
	Well     Mood = ""
	Slow     Mood = "slow"     // answers when the test lets it
	Down     Mood = "down"     // 503
	Closed   Mood = "closed"   // 403: it does not know us
	Unsigned Mood = "unsigned" // signs with another key
	Other    Mood = "other"    // answers another question
	Old      Mood = "old"      // an answer of yesterday, truly signed
	Babble   Mood = "babble"   // a result that there is not
	Long     Mood = "long"     // more than anybody reads
)

// The service's name for us, and the key.
const (
	App = "nuanxin-test"
	Key = "a key that only the two sides know"
)

// Service is the double. People are who it knows: the name of each number.
type Service struct {
	*httptest.Server
	People map[string]string
	Clock  clock.Clock
	Hash   string

	mu     sync.Mutex
	mood   Mood
	asked  []realname.Question
	bad    int
	urls   []string
	wait   chan struct{}
	before func()
}

// New starts a service that ends with the test.
func New(t testing.TB, c clock.Clock, people map[string]string) *Service {
	t.Helper()
	s := &Service{People: people, Clock: c, wait: make(chan struct{})}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		s.LetGo()
		s.Close()
	})
	return s
}

// Be sets how the service behaves from now on.
func (s *Service) Be(m Mood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mood = m
}

// Before sets what happens when a question has come and is not answered so far.
func (s *Service) Before(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = do
}

// LetGo lets a slow service answer.
func (s *Service) LetGo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.wait:
	default:
		close(s.wait)
	}
}

// Asked returns the questions that were well signed, and how many were not.
func (s *Service) Asked() (all []realname.Question, bad int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(all, s.asked...), s.bad
}

// URLs returns the addresses that were asked for, with their queries.
func (s *Service) URLs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.urls...)
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<10))
	var q realname.Question
	ok := err == nil && r.Method == http.MethodPost && r.Header.Get("X-App") == App &&
		r.Header.Get("X-Signature") == realname.Sign(s.Hash, Key, "ask", App, r.Header.Get("X-Time"), body) && json.Unmarshal(body, &q) == nil
	s.mu.Lock()
	mood, before := s.mood, s.before
	s.urls = append(s.urls, r.URL.String())
	if ok {
		s.asked = append(s.asked, q)
	} else {
		s.bad++
	}
	s.mu.Unlock()
	if before != nil {
		before()
	}
	switch {
	case !ok || mood == Closed:
		http.Error(w, q.Name+q.Number, http.StatusForbidden) // a careless service repeats what it got
	case mood == Down:
		http.Error(w, q.Name+q.Number, http.StatusServiceUnavailable)
	default:
		s.answer(w, r, mood, q)
	}
}

func (s *Service) answer(w http.ResponseWriter, r *http.Request, mood Mood, q realname.Question) {
	key, at, result := Key, s.Clock.Now(), "mismatch"
	switch name, known := s.People[q.Number]; {
	case !known:
		result = "no_record"
	case name == q.Name:
		result = "match"
	}
	switch mood {
	case Slow:
		select {
		case <-s.wait:
		case <-r.Context().Done():
			return
		}
	case Unsigned:
		key += "?"
	case Other:
		q.ID += "-other"
	case Old:
		at = at.Add(-24 * time.Hour)
	case Babble:
		result = "perhaps"
	}
	body, err := json.Marshal(map[string]string{"id": q.ID, "result": result, "name": q.Name})
	if err != nil {
		return
	}
	if mood == Long {
		body = append(body, make([]byte, 8<<10)...)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	w.Header().Set("X-Time", stamp)
	w.Header().Set("X-Signature", realname.Sign(s.Hash, key, "answer", App, stamp, body))
	_, _ = w.Write(body)
}
