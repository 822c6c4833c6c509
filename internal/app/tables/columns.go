package tables

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"nuanxin/internal/db"
)

// Entry is what columns.txt says of one column.
type Entry struct {
	Class string // as columns.txt calls it
	Of    string // whom the table is about
	Path  string // where the copy that workers take along has it, with [] for each of a list; empty: it has not
	Why   string // why it has not
}

//go:embed columns.txt
var listed string

// list is columns.txt.
type list struct {
	by   map[string]Entry  // by "table.column"
	said map[string]string // fields of the copy that no column holds by itself: why they are there
	kept map[string]Kept   // by table
}

// columns reads what is compiled in. That it can be read is tested.
var columns = sync.OnceValue(func() list {
	l, _ := parse(listed)
	return l
})

// whom are those whom a table may be about.
var whom = []string{"worker", "child", "named", "staff", "office", "nobody"}

// plainly are the classes that need no path and no reason: what they hold is about
// nobody, or says nothing by itself.
var plainly = []string{"key", "org", "rule", "work", "tie", "index", "staff"}

// parse reads a list of columns, and says what is wrong with it.
func parse(text string) (l list, wrong []string) {
	l = list{map[string]Entry{}, map[string]string{}, map[string]Kept{}}
	table, of := "", ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		words := strings.Fields(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case words[0] == "said":
			path, why, _ := strings.Cut(strings.TrimPrefix(line, "said "), " : ")
			l.said[path] = why
		case words[0] == "table":
			if len(words) < 4 || words[2] != "of" || !slices.Contains(whom, words[3]) {
				wrong = append(wrong, line+": say of whom the table is")
				continue
			}
			table, of = words[1], words[3]
			kept, sound := keptOf(line, words)
			if !sound {
				wrong = append(wrong, line+": say by which class of retain what is personal goes (keeps ...), or why by none (: why)")
			}
			for _, t := range spread(table) {
				l.kept[t] = kept
			}
		default:
			wrong = append(wrong, l.add(table, of, line)...)
		}
	}
	return l, wrong
}

// Kept says how long what is personal in a table is kept.
type Kept struct {
	Classes []string // of package retain
	Why     string   // by no class
}

// keptOf reads the rest of the line that begins a table.
func keptOf(line string, words []string) (k Kept, sound bool) {
	if len(words) == 6 && words[4] == "keeps" {
		k.Classes = strings.Split(words[5], ",")
		return k, words[3] != "nobody"
	}
	_, k.Why, _ = strings.Cut(line, " : ")
	return k, (k.Why == "") == (words[3] == "nobody" && len(words) == 4)
}

// add takes one line of a table's columns.
func (l list) add(table, of, line string) (wrong []string) {
	named, path, _ := strings.Cut(line, " = ")
	named, why, _ := strings.Cut(named, " : ")
	words := strings.Fields(named)
	c := Entry{words[0], of, strings.TrimSpace(path), strings.TrimSpace(why)}
	personal := classOf[c.Class] > 0
	switch {
	case !personal && !slices.Contains(plainly, c.Class):
		wrong = append(wrong, fmt.Sprintf("%s: %s is no class", table, c.Class))
	case personal && of == "nobody" && c.Class != "secret":
		wrong = append(wrong, fmt.Sprintf("%s: %s is personal, and the table is of nobody", table, line))
	case personal == (c.Path == "" && c.Why == ""):
		wrong = append(wrong, fmt.Sprintf("%s: %s: what is personal is in the copy (= path), or a reason says why not (: reason); what is not has neither", table, line))
	}
	for _, t := range spread(table) {
		for _, column := range words[1:] {
			name := t + "." + column
			if _, twice := l.by[name]; twice {
				wrong = append(wrong, name+" is listed twice")
			}
			l.by[name] = c
		}
	}
	return wrong
}

// spread are the tables of a name; one that begins with "*" is every group's.
func spread(name string) (all []string) {
	rest, every := strings.CutPrefix(name, "*")
	if !every {
		return []string{name}
	}
	for _, g := range groups {
		all = append(all, g+rest)
	}
	return all
}

// unclassed says which columns of a schema are in no list of columns, and which of the
// list are in no schema.
func (l list) unclassed(found []db.Table) (wrong []string) {
	seen := map[string]bool{}
	for _, t := range found {
		for _, column := range t.Columns {
			name := t.Name + "." + column
			if seen[name] = true; l.by[name].Class == "" {
				wrong = append(wrong, name+" has no class: say in internal/app/tables/columns.txt whether it is personal, of whom, and where the copy has it")
			}
			if bytes := slices.Contains(t.Bytes, column); bytes != (classOf[l.by[name].Class] >= Private) && l.by[name].Class != "work" {
				wrong = append(wrong, fmt.Sprintf("%s is %s and holds bytes: %v", name, l.by[name].Class, bytes))
			}
		}
	}
	for name := range l.by {
		if !seen[name] {
			wrong = append(wrong, name+" is in the list of columns and not in the database")
		}
	}
	return wrong
}

// Columns returns what is said of every column, by "table.column".
func Columns() map[string]Entry { return maps.Clone(columns().by) }

// Keeps returns how long what is personal is kept, by table.
func Keeps() map[string]Kept { return maps.Clone(columns().kept) }

// Said returns the fields of the copy that no column holds by itself, and why they are
// in it.
func Said() map[string]string { return maps.Clone(columns().said) }

// Personal says of every column that is personal where the copy that workers take along
// has it: a path in that JSON, with [] for each of a list. Where a column is not in the
// copy, the text begins with "not: " and says why.
func Personal() map[string]string {
	personal := map[string]string{}
	for name, c := range columns().by {
		switch {
		case c.Path != "":
			personal[name] = c.Path
		case classOf[c.Class] > 0:
			personal[name] = "not: " + c.Why
		}
	}
	return personal
}
