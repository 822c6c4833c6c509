package idcard

import (
	"strings"
	"time"
)

// Resident is a resident identity number that passed.
type Resident struct {
	Number string  // eighteen characters, the last may be X
	Area   string  // the county where it was first issued; it may be abolished since
	Birth  string  // YYYY-MM-DD
	Male   bool    // by the sequence number
	Doubt  Problem // DoubtArea or nothing; whether Area is in today's list is for package region
}

var (
	residentWeights = [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	residentChecks  = "10X98765432"
)

// provinces are the assigned first two digits, with 81 to 83 for residents of
// Hong Kong, Macao and Taiwan.
const provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

// ParseResident reads a resident identity number (GB 11643). Today (YYYY-MM-DD)
// bounds the birthday; when it is empty, a birthday to come is not noticed.
func ParseResident(text, today string) (Resident, error) {
	s := Plain(text)
	switch {
	case s == "":
		return Resident{}, ErrEmpty
	case len(s) == 15 && digits(s):
		return Resident{}, ErrOld
	case len(s) != 18:
		return Resident{}, ErrLength
	case !digits(s[:17]) || s[17] != 'X' && !digits(s[17:]) || s[0] == '0':
		return Resident{}, ErrChar
	}
	birth, err := time.Parse("20060102", s[6:14])
	day := birth.Format(time.DateOnly)
	if err != nil || birth.Year() < 1800 || today != "" && day > today {
		return Resident{}, ErrDate
	}
	sum := 0
	for i, w := range residentWeights {
		sum += w * int(s[i]-'0')
	}
	if residentChecks[sum%11] != s[17] {
		return Resident{}, ErrCheck
	}
	id := Resident{Number: s, Area: s[:6], Birth: day, Male: (s[16]-'0')%2 == 1}
	if !strings.Contains(provinces, " "+s[:2]+" ") {
		id.Doubt = DoubtArea
	}
	return id, nil
}

// AgeOn returns the full years on a day (YYYY-MM-DD); who is born on 29 February
// is a year older on 1 March. It is negative before birth or for no day.
func (id Resident) AgeOn(day string) int {
	if len(day) != len(time.DateOnly) || day < id.Birth {
		return -1
	}
	at, err := time.Parse(time.DateOnly, day)
	born, err2 := time.Parse(time.DateOnly, id.Birth)
	if err != nil || err2 != nil {
		return -1
	}
	age := at.Year() - born.Year()
	if day[5:] < id.Birth[5:] {
		age--
	}
	return age
}
