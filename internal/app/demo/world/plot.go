package world

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Stories are written in a small language. A story begins with "== key". Then
// come its heads, a word and its value each:
//
//	topic gate.estate      the kind of matter
//	title …                as staff call it
//	via page guest phone   how it came; one of them
//	worker 0               who says it, by number; else anybody
//	street 南康街道         where; else anywhere
//	place …                in words
//	spot post-east         a station, by key, or by a host's key: any of theirs
//	what microwave         a station's defect
//	age 20 30              days ago; with "m", minutes ago
//	photo gate, voice 5    what comes with it
//	follow 23, judge 9     others who say the same, and how many of them call it solved
//	count 6, open 2        how many there are, and how many of them are under way
//	by zhaoming            the officer
//	say …, also …          the worker's words, and those of the others
//
// and then its steps, each with a delay before it: "2h look", "1d send street |
// task | 2d". The delays of staff and bodies are working time (1d is 7 hours),
// those of workers are as the clock goes. "a || b" is one of both, {estate} and
// the like are filled in, "@gate" at the end of a text is a photo with it.
//
//go:embed plots.txt everyday.txt
var stories embed.FS

// plot is a story as it is written.
type plot struct {
	key   string
	head  map[string]string
	also  []string
	steps []step
}

type step struct {
	after time.Duration
	do    Do
	args  []string
}

// verbs are the acts that a story may tell, with how many arguments each has at
// least.
var verbs = map[Do]int{
	Look: 0, Sort: 1, Send: 3, Open: 1, Sign: 1, Bounce: 3, Work: 2, Report: 2, Tell: 1, Ask: 1, Answer: 1, Note: 1,
	NotOurs: 3, Raise: 1, Merge: 1, Add: 1, Reply: 1, Chase: 0, Solved: 0, Unsolved: 2, Withdraw: 0, Fixed: 0, NotYet: 2,
}

// byWorker are the acts of the worker.
var byWorker = []Do{Add, Reply, Chase, Solved, Unsolved, Withdraw}

// byOfficer are the acts before which an officer has sorted the matter.
var byOfficer = []Do{Send, Tell, Ask, Answer, Note, NotOurs, Raise}

func readStories(name string) ([]plot, error) {
	text, err := stories.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var all []plot
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		key, begins := strings.CutPrefix(line, "== ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case begins:
			all = append(all, plot{key: key, head: map[string]string{}})
			continue
		case len(all) == 0:
			return nil, fmt.Errorf("world: %s:%d: no story has begun", name, n+1)
		}
		if err := all[len(all)-1].line(line); err != nil {
			return nil, fmt.Errorf("world: %s:%d: %w", name, n+1, err)
		}
	}
	return all, nil
}

var heads = strings.Fields("topic title via worker street place spot what age photo voice follow judge count open by say")

func (p *plot) line(line string) error {
	first, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch after, err := span(first); {
	case first == "also":
		p.also = append(p.also, rest)
		return nil
	case slices.Contains(heads, first):
		p.head[first] = rest
		return nil
	case err != nil:
		return err
	default:
		return p.step(after, rest)
	}
}

func (p *plot) step(after time.Duration, text string) error {
	verb, rest, _ := strings.Cut(text, " ")
	s := step{after: after, do: Do(verb)}
	if rest != "" {
		s.args = strings.Split(rest, " | ")
	}
	least, ok := verbs[s.do]
	if !ok || len(s.args) < least {
		return fmt.Errorf("%q is no step", text)
	}
	p.steps = append(p.steps, s)
	return nil
}

// span reads 20m, 3h or 2d. A day is a working day.
func span(text string) (time.Duration, error) {
	if n, ok := strings.CutSuffix(text, "d"); ok {
		days, err := strconv.ParseFloat(n, 64)
		return time.Duration(days * float64(day)), err
	}
	return time.ParseDuration(text)
}

func (p *plot) number(head string, otherwise int) int {
	n, err := strconv.Atoi(p.head[head])
	if err != nil {
		return otherwise
	}
	return n
}

// age is how long ago the story may begin, least and most.
func (p *plot) age() (least, most time.Duration) {
	unit := 24 * time.Hour
	text := p.head["age"]
	if t, ok := strings.CutSuffix(text, "m"); ok {
		text, unit = t, time.Minute
	}
	var a, b float64
	if _, err := fmt.Sscan(text, &a, &b); err != nil {
		a, b = 3, Days-4
	}
	return time.Duration(a * float64(unit)), time.Duration(b * float64(unit))
}
