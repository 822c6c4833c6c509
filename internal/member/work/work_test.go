package work

import (
	"fmt"
	"testing"
)

func TestSay(t *testing.T) {
	for _, test := range []struct{ names, stations, want string }{
		{"", "", "[] true"},
		{"甲达、乙达；甲 达;丙达，丁达/戊达／ ", "", "[{甲达  } {乙达  } {丙达  } {丁达  } {戊达  }] true"},
		{"", "城南站", "[] false"},
		{"甲达、乙达", "城南站", "[{甲达 城南站 } {乙达  }] true"},
		{"甲达、乙达", "乙达城南站", "[{甲达  } {乙达 乙达城南站 }] true"},
		{"甲达、乙达", "城南站、城北站", "[{甲达 城南站 } {乙达 城北站 }] true"},
		{"甲达", "城南站、城北站", "[{甲达 城南站、城北站 }] true"},
	} {
		said, ok := Say(Split(test.names), Split(test.stations))
		if got := fmt.Sprint(said, ok); got != test.want {
			t.Errorf("%s at %s: got %s, want %s", test.names, test.stations, got, test.want)
		}
	}
}
