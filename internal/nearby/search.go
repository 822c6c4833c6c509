package nearby

import "bytes"

// found is a candidate: a point of the tree, or, from len(points) on, of the
// list of recent changes.
type found struct {
	d2 float64
	n  uint32
}

// step is a subtree still to be looked at.
type step struct {
	d2 float64
	n  uint32
}

// search is one query's state. Its candidates are a heap with the worst on top
// once there are k of them.
type search struct {
	*state
	from  vec
	limit float64 // squared chord that a candidate may not exceed
	k     int
	want  Filter
	open  *openSet // nil: opening does not matter
	best  []found
}

// fits reports whether a point passes the filter, position apart.
func (s *search) fits(p *point) bool {
	if p.services&s.want.Services != s.want.Services || p.flags&s.want.With != s.want.With || p.flags&s.want.Without != 0 {
		return false
	}
	return s.open == nil || s.open.is(p.hours)
}

// nearest fills best with the k nearest points that fit.
func (s *search) nearest() {
	for i := range s.extra {
		s.offer(&s.extra[i], uint32(len(s.points)+i))
	}
	if len(s.nodes) == 0 {
		return
	}
	var stack [64]step // deeper than any balanced tree of 2^32 points
	top := 1
	stack[0] = step{s.nodes[0].distance(&s.from), 0}
	for top > 0 {
		top--
		here := stack[top]
		if here.d2 > s.limit {
			continue
		}
		nd := &s.nodes[here.n]
		if nd.services&s.want.Services != s.want.Services {
			continue
		}
		if nd.leaf() {
			s.scan(nd)
			continue
		}
		near := step{s.nodes[here.n+1].distance(&s.from), here.n + 1}
		far := step{s.nodes[nd.link].distance(&s.from), nd.link}
		if far.d2 < near.d2 {
			near, far = far, near
		}
		stack[top], stack[top+1] = far, near
		top += 2
	}
}

// scan offers the points of a leaf.
func (s *search) scan(nd *node) {
	for i := nd.first; i < nd.end(); i++ {
		if s.struck == nil || !s.struck.has(i) {
			s.offer(&s.points[i], i)
		}
	}
}

// offer takes the point when it fits and is among the k best so far.
func (s *search) offer(p *point, n uint32) {
	if p.services&s.want.Services != s.want.Services {
		return
	}
	d2 := chord2(p.at, s.from)
	if d2 > s.limit || !s.fits(p) {
		return
	}
	s.take(found{d2, n})
}

// take adds c to the heap, which keeps the k best.
func (s *search) take(c found) {
	if len(s.best) < s.k {
		s.best = append(s.best, c)
		s.up(len(s.best) - 1)
	} else if s.less(c, s.best[0]) {
		s.best[0] = c
		s.down(len(s.best))
	} else {
		return
	}
	if len(s.best) == s.k {
		s.limit = min(s.limit, s.best[0].d2)
	}
}

// less orders by distance, and equal distances by key.
func (s *search) less(a, b found) bool {
	if a.d2 != b.d2 {
		return a.d2 < b.d2
	}
	ka, kb := s.placeOf(a.n).key, s.placeOf(b.n).key
	return bytes.Compare(ka[:], kb[:]) < 0
}

func (s *search) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !s.less(s.best[parent], s.best[i]) {
			return
		}
		s.best[parent], s.best[i] = s.best[i], s.best[parent]
		i = parent
	}
}

// down lets the top sink within the first n.
func (s *search) down(n int) {
	for i := 0; ; {
		big := 2*i + 1
		if big >= n {
			return
		}
		if big+1 < n && s.less(s.best[big], s.best[big+1]) {
			big++
		}
		if !s.less(s.best[i], s.best[big]) {
			return
		}
		s.best[i], s.best[big] = s.best[big], s.best[i]
		i = big
	}
}

// answer appends the candidates to dst, nearest first.
func (s *search) answer(dst []Hit) []Hit {
	for n := len(s.best) - 1; n > 0; n-- {
		s.best[0], s.best[n] = s.best[n], s.best[0]
		s.down(n)
	}
	for _, c := range s.best {
		dst = append(dst, Hit{s.itemAt(c.n), metres(c.d2)})
	}
	return dst
}

// distance returns a lower bound of the squared chord from p to anything in the box.
func (nd *node) distance(p *vec) float64 {
	var sum float64
	if d := nd.min[0] - p[0]; d > 0 {
		sum += float64(d * d)
	} else if d := p[0] - nd.max[0]; d > 0 {
		sum += float64(d * d)
	}
	if d := nd.min[1] - p[1]; d > 0 {
		sum += float64(d * d)
	} else if d := p[1] - nd.max[1]; d > 0 {
		sum += float64(d * d)
	}
	if d := nd.min[2] - p[2]; d > 0 {
		sum += float64(d * d)
	} else if d := p[2] - nd.max[2]; d > 0 {
		sum += float64(d * d)
	}
	return sum
}

// within counts what is in the rectangle and takes the k nearest to from.
func (s *search) within(r Rect) (total int) {
	for i := range s.extra {
		total += s.consider(r, uint32(len(s.points)+i))
	}
	if len(s.nodes) == 0 {
		return total
	}
	var stack [64]uint32
	top := 1
	for top > 0 {
		top--
		n := stack[top]
		nd := &s.nodes[n]
		if nd.services&s.want.Services != s.want.Services || !s.rects[n].meets(r) {
			continue
		}
		if !nd.leaf() {
			stack[top], stack[top+1] = nd.link, n+1
			top += 2
			continue
		}
		for i := nd.first; i < nd.end(); i++ {
			if s.struck == nil || !s.struck.has(i) {
				total += s.consider(r, i)
			}
		}
	}
	return total
}

// consider counts the point when it is in the rectangle and fits, and offers it.
func (s *search) consider(r Rect, n uint32) int {
	p, q := s.pointOf(n), s.placeOf(n)
	if !r.contains(q.lat, q.lng) || !s.fits(p) {
		return 0
	}
	if d2 := chord2(p.at, s.from); s.k > 0 && d2 <= s.limit {
		s.take(found{d2, n})
	}
	return 1
}

// meets reports whether r, which never crosses the antimeridian, shares a
// point with other, which may.
func (r Rect) meets(other Rect) bool {
	if r.North < other.South || r.South > other.North {
		return false
	}
	if other.West <= other.East {
		return r.East >= other.West && r.West <= other.East
	}
	return r.East >= other.West || r.West <= other.East
}
