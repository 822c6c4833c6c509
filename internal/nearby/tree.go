package nearby

import (
	"bytes"
	"slices"
)

// leafSize is the largest number of points kept together at the tree's end.
const leafSize = 12

// point is what a search looks at for each item: the hot half.
type point struct {
	at       vec
	services uint64
	hours    uint32
	flags    Flags
}

// place is what an answer adds to it: the cold half.
type place struct {
	key      Key
	lat, lng float64
}

// isLeaf marks the link of a leaf; the rest of the link is its number of points.
const isLeaf = 1 << 31

// node is one box of the tree, a cache line long. The children of an inner node
// are the node after it and node link; a leaf has its points from first on.
type node struct {
	min, max vec
	services uint64 // union over the subtree
	first    uint32
	link     uint32
}

func (nd *node) leaf() bool { return nd.link&isLeaf != 0 }

func (nd *node) end() uint32 { return nd.first + nd.link&^isLeaf }

// tree is an immutable k-d tree. Its points lie in the order of its leaves, so
// that each subtree is one run of them.
type tree struct {
	nodes  []node
	rects  []Rect // bounds in degrees of the node with the same number
	points []point
	places []place
	byKey  []uint32 // points' numbers in the order of their keys
	hours  uint32   // one more than the largest schedule number
}

func newTree(items []Item) *tree {
	t := &tree{points: make([]point, len(items)), places: make([]place, len(items))}
	if len(items) == 0 {
		return t
	}
	b := builder{tree: t, items: items, at: make([]vec, len(items)), order: make([]uint32, len(items))}
	for i, it := range items {
		b.at[i], b.order[i] = vecOf(it.Lat, it.Lng), uint32(i)
	}
	n := nodesFor(len(items))
	t.nodes, t.rects = make([]node, 0, n), make([]Rect, 0, n)
	b.build(0, len(items))
	t.sortKeys()
	return t
}

func (t *tree) sortKeys() {
	t.byKey = make([]uint32, len(t.places))
	for i, p := range t.points {
		t.byKey[i] = uint32(i)
		t.hours = max(t.hours, p.hours+1)
	}
	slices.SortFunc(t.byKey, func(a, b uint32) int {
		return bytes.Compare(t.places[a].key[:], t.places[b].key[:])
	})
}

// find returns the number of the point with the key.
func (t *tree) find(k Key) (uint32, bool) {
	i, ok := slices.BinarySearchFunc(t.byKey, k, func(n uint32, k Key) int {
		return bytes.Compare(t.places[n].key[:], k[:])
	})
	if !ok {
		return 0, false
	}
	return t.byKey[i], true
}

// item puts both halves of point i together.
func (t *tree) item(i uint32) Item { return itemOf(&t.points[i], &t.places[i]) }

func itemOf(p *point, q *place) Item {
	return Item{Key: q.key, Lat: q.lat, Lng: q.lng, Services: p.services, Hours: p.hours, Flags: p.flags}
}

func halves(it Item) (point, place) {
	return point{vecOf(it.Lat, it.Lng), it.Services, it.Hours, it.Flags}, place{it.Key, it.Lat, it.Lng}
}

// nodesFor counts the nodes that a run of n items is cut into.
func nodesFor(n int) int {
	if n <= leafSize {
		return 1
	}
	return 1 + nodesFor(n/2) + nodesFor(n-n/2)
}

// builder cuts the items into boxes.
type builder struct {
	*tree
	items []Item
	at    []vec
	order []uint32 // the items' numbers; the run from..to belongs to one subtree
}

// build makes the subtree over the run and returns its node's number.
func (b *builder) build(from, to int) uint32 {
	n := uint32(len(b.nodes))
	b.nodes = append(b.nodes, node{first: uint32(from)})
	b.rects = append(b.rects, Rect{})
	if to-from <= leafSize {
		b.leaf(n, from, to)
		return n
	}
	axis := b.widest(from, to)
	middle := (from + to) / 2
	b.split(from, to, middle, axis)
	left := b.build(from, middle)
	right := b.build(middle, to)
	b.nodes[n].link = right
	b.join(n, left, right)
	return n
}

// leaf moves the run's items into place and bounds them.
func (b *builder) leaf(n uint32, from, to int) {
	nd := &b.nodes[n]
	nd.link = isLeaf | uint32(to-from)
	for i := from; i < to; i++ {
		it, at := b.items[b.order[i]], b.at[b.order[i]]
		b.points[i] = point{at, it.Services, it.Hours, it.Flags}
		b.places[i] = place{it.Key, it.Lat, it.Lng}
		here := Rect{it.Lat, it.Lng, it.Lat, it.Lng}
		if i == from {
			nd.min, nd.max, b.rects[n] = at, at, here
		}
		nd.services |= it.Services
		nd.include(at, at)
		b.rects[n] = b.rects[n].union(here)
	}
}

// join bounds a node by its two children.
func (b *builder) join(n, left, right uint32) {
	l, r := b.nodes[left], b.nodes[right]
	nd := &b.nodes[n]
	nd.min, nd.max = l.min, l.max
	nd.include(r.min, r.max)
	nd.services = l.services | r.services
	b.rects[n] = b.rects[left].union(b.rects[right])
}

func (nd *node) include(low, high vec) {
	for a := range low {
		nd.min[a], nd.max[a] = min(nd.min[a], low[a]), max(nd.max[a], high[a])
	}
}

func (r Rect) union(s Rect) Rect {
	return Rect{min(r.South, s.South), min(r.West, s.West), max(r.North, s.North), max(r.East, s.East)}
}

// widest returns the axis along which the run is longest.
func (b *builder) widest(from, to int) int {
	low, high := b.at[b.order[from]], b.at[b.order[from]]
	for _, i := range b.order[from:to] {
		for a, v := range b.at[i] {
			low[a], high[a] = min(low[a], v), max(high[a], v)
		}
	}
	axis := 0
	for a := range low {
		if high[a]-low[a] > high[axis]-low[axis] {
			axis = a
		}
	}
	return axis
}

// split orders the run so that nothing before middle lies beyond anything from
// middle on (quickselect; the pivot is the median of three).
func (b *builder) split(from, to, middle, axis int) {
	for to-from > 1 {
		p := b.pivot(from, to, axis)
		i, j := from, to-1
		for i <= j {
			for b.at[b.order[i]][axis] < p {
				i++
			}
			for b.at[b.order[j]][axis] > p {
				j--
			}
			if i <= j {
				b.order[i], b.order[j] = b.order[j], b.order[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case middle <= j:
			to = j + 1
		case middle >= i:
			from = i
		default:
			return
		}
	}
}

func (b *builder) pivot(from, to, axis int) float64 {
	x, y, z := b.at[b.order[from]][axis], b.at[b.order[(from+to)/2]][axis], b.at[b.order[to-1]][axis]
	return max(min(x, y), min(max(x, y), z))
}
