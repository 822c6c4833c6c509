package amenity_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/station/amenity"
)

func TestRead(t *testing.T) {
	for _, test := range []struct {
		about, text, want, rest string
	}{
		{"nothing", "", "", ""},
		{"a mop is no repair tool", "清洁工具", "", "清洁工具"},
		{"a plain list", "饮水;休息;热饭;手机充电", "rest water charging heat_meal", ""},
		{"a fountain does not promise hot water", "饮水机", "water", ""},
		{"one that says so does", "冷热饮水机", "water hot_water", ""},
		{"hot showers are no hot water to drink", "热水澡", "shower", ""},
		{"a water heater says nothing about drinking", "热水器", "", "热水器"},
		{"an air conditioner cools; that it heats is not said", "空调", "cooling", ""},
		{"cold and warm", "冷暖设备", "heating cooling", ""},
		{"rescue is not first aid", "紧急救援", "", "紧急救援"},
		{"a charging pile is for vehicles", "户外充电桩", "vehicle_charging", ""},
		{"warming food is not serving it", "加热食物", "heat_meal", ""},
		{"both", "手机和电动车充电", "charging vehicle_charging", ""},
		{"a battery cabinet", "休息取暖;智能换电柜", "rest heating battery_swap", ""},
		{"what it has not", "无母婴室", "", "无母婴室"},
		{"wireless is not without", "无线网络、免费WIFI", "wifi", ""},
		{"full-width separators", "微波炉，雨伞；针线盒", "heat_meal raincoat sewing", ""},
		{"what the catalogue has no word for is handed back", "姜茶、暖宝宝、充电", "charging", "姜茶|暖宝宝"},
	} {
		got, rest := amenity.Read(test.text)
		want, _ := amenity.Of(codes(test.want)...)
		if got != want || strings.Join(rest, "|") != test.rest {
			t.Errorf("%s: Read(%q) = %v, rest %q; want %s, rest %s", test.about, test.text, got.Codes(), rest, test.want, test.rest)
		}
	}
}

func codes(s string) (list []amenity.Code) {
	for _, f := range strings.Fields(s) {
		list = append(list, amenity.Code(f))
	}
	return list
}

func TestCatalogue(t *testing.T) {
	all := amenity.All()
	if len(all) > 64 {
		t.Fatalf("%d entries do not fit a set", len(all))
	}
	seen := map[amenity.Code]bool{}
	for i, a := range all {
		if seen[a.Code] || a.Icon == "" || a.Zh == "" || a.En == "" {
			t.Errorf("entry %d: %+v", i, a)
		}
		seen[a.Code] = true
		if got, _ := amenity.Of(a.Code); got != 1<<i || !slices.Equal(got.Codes(), []amenity.Code{a.Code}) {
			t.Errorf("%s is bit %d, not %d", a.Code, got, 1<<i)
		}
	}
	// Stored bits never move.
	if got, _ := amenity.Of("rest", "battery_swap", "printing"); got != 1|1<<7|1<<25 {
		t.Errorf("the bits moved: %b", got)
	}
	if _, unknown := amenity.Of("rest", "moon"); !slices.Equal(unknown, []amenity.Code{"moon"}) {
		t.Errorf("unknown = %v", unknown)
	}
}

func TestSourceListsAreMostlyUnderstood(t *testing.T) {
	f, err := os.Open("../../../../shared/data/stations_public.csv")
	if err != nil {
		t.Skip("the source texts lie beside the project's folder and are not here:", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	lists, some := 0, 0
	for _, r := range rows[1:] {
		if r[10] == "" {
			continue
		}
		lists++
		got, rest := amenity.Read(r[10])
		if got != 0 {
			some++
		} else {
			t.Logf("nothing understood in %q", r[10])
		}
		if len(rest) > 0 {
			t.Logf("%q: rest %q", r[10], rest)
		}
	}
	if some < lists*95/100 {
		t.Errorf("only %d of %d lists say anything", some, lists)
	}
}
