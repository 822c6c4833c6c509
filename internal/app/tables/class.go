package tables

// Class says how a field about a person is kept and shown. There are five, each with
// what the one before it has.
type Class int

// The classes.
const (
	Public    Class = iota + 1 // 公开: anybody may read it, such as where a station is
	Internal                   // 内部: whoever works on the matter reads it; in plain
	Private                    // 个人信息: says who somebody is, or what they said; sealed
	Sensitive                  // 敏感个人信息 (个人信息保护法 art. 28): under the person's own data key, masked, opened for a reason that is told to the person
	Secret                     // 机密: opens doors; sealed, and shown to nobody again
)

// ClassOf returns the class of a column, as "table.column"; 0: it is about nobody, or
// says nothing by itself.
func ClassOf(column string) Class { return classOf[columns().by[column].Class] }

// classOf are the classes by what columns.txt calls them.
var classOf = map[string]Class{"public": Public, "internal": Internal, "private": Private, "sensitive": Sensitive, "secret": Secret}
