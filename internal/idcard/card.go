package idcard

// ParseCard reads a bank card number of 12 to 19 digits, checked by Luhn's rule.
// Whose card it is, only the bank knows.
func ParseCard(text string) (string, error) {
	s := Plain(text)
	switch {
	case s == "":
		return "", ErrEmpty
	case !digits(s):
		return "", ErrChar
	case len(s) < 12 || len(s) > 19:
		return "", ErrLength
	case !luhn(s) || s[0] == '0':
		return "", ErrCheck
	}
	return s, nil
}

func luhn(s string) bool {
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
