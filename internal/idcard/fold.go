package idcard

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

// simplified are pairs of a traditional character and the simplified one, one a
// line: the first choice of TSCharacters.txt of OpenCC (Apache-2.0, LICENSE.OpenCC).
//
//go:embed simplified.txt
var simplified string

// variants are pairs of a rare form that stands in names and the common form, by
// 《通用规范汉字表》 and 《第一批异体字整理表》; those that the former made characters of
// their own again are here, too, for old files have either.
const variants = "珎珍喦岩堃坤喆哲龢和迺乃羣群邨村凃涂衞卫旹时呉吴淸清靑青彥彦曁暨昻昂淼渺甯宁陞升乹乾粦磷" +
	"叡睿谿溪釗钊犇奔劢励頴颖濬浚峩峨畧略畆亩煇辉暉晖洺明勣绩"

var folds = sync.OnceValue(func() map[rune]rune {
	all := map[rune]rune{}
	for line := range strings.Lines(simplified) {
		if r := []rune(strings.TrimSpace(line)); len(r) == 2 {
			all[r[0]] = r[1]
		}
	}
	for r := []rune(variants); len(r) > 1; r = r[2:] {
		all[r[0]] = r[1]
	}
	return all
})

// Fold writes a name that passed [ParseName] as it is compared with others, never as
// it is shown: traditional and rare characters as the common ones, small Latin
// letters, and no point, hyphen or space between the parts, for each office writes
// those its own way. Two who fold alike may be one; that they are, a person decides.
func Fold(name string) string {
	table := folds()
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("·-'’ ", r) {
			return -1
		}
		if common, ok := table[r]; ok {
			return common
		}
		return unicode.ToLower(r)
	}, name)
}

// oldDigits is how long a number was until 1999.
const oldDigits = 15

// Modern returns the eighteen characters that a number of fifteen digits has since
// 1 October 1999 (GB 11643-1999): the century, which is the twentieth, and a check
// digit. It was invented by whoever reads it, so a slip of the pen is not noticed:
// what stands on it is a doubt. Any other text is returned as it is; ok tells which.
//
// Numbers that end in 996 to 999 were kept for people born before 1900, whose
// century is not in the number; they are left as they are.
func Modern(text string) (number string, ok bool) {
	s := Plain(text)
	if len(s) != oldDigits || !digits(s) || s[12:] >= "996" {
		return text, false
	}
	s = s[:6] + "19" + s[6:]
	sum := 0
	for i, w := range residentWeights {
		sum += w * int(s[i]-'0')
	}
	return s + residentChecks[sum%11:sum%11+1], true
}
