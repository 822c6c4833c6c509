package region

import (
	"bytes"
	"compress/gzip"
	_ "embed" // regions.txt.gz
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed regions.txt.gz
var packed []byte

// list is all divisions in order of code: parents come before their children,
// and an area is one stretch. The strings share one text.
type list struct{ codes, names []string }

// data unpacks the list once. The file is ours and tested, so a fault in it is a
// program that cannot run.
var data = sync.OnceValue(func() *list {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	n := bytes.Count(text, []byte{'\n'})
	d := &list{codes: make([]string, 0, n), names: make([]string, 0, n)}
	for line := range strings.Lines(string(text)) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		d.codes, d.names = append(d.codes, code), append(d.names, name)
	}
	return d
})

// find returns where the code stands.
func (d *list) find(code string) (int, bool) { return slices.BinarySearch(d.codes, code) }

// within returns the stretch of an area without the area itself.
func (d *list) within(area string) (lo, hi int) {
	from, to := Range(area)
	lo, ok := slices.BinarySearch(d.codes, from)
	if ok {
		lo++
	}
	hi, _ = slices.BinarySearch(d.codes, to)
	return lo, hi
}

func (d *list) region(i int) Region {
	code, name := d.codes[i], d.names[i]
	level, _ := LevelOf(code)
	return Region{
		Code: code, Name: name, Short: short(name, level), Level: level,
		Parent: code[:digits[level-1]],
		Zone:   level == County && code[4] == '7' && code[5] != '0',
		Hidden: level == City && filler(name),
	}
}

// filler reports names of levels that are only there to fill a gap.
func filler(name string) bool {
	return name == "市辖区" || name == "县" || strings.HasSuffix(name, "直辖县级行政区划")
}
