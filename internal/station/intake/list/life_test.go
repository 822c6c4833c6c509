package list_test

import (
	"fmt"
	"testing"

	"nuanxin/internal/station"
	"nuanxin/internal/station/intake/list"
)

const lifeHeader = "区县,站点名称,运营单位,联系人,投资,建成时间,是否验收,延时服务,是否24小时,高德上图,是否百度上图,工会APP上图,腾讯上图,进入方式\n"

func TestUpkeep(t *testing.T) {
	var there []station.Station
	apply := func(row string) list.Line {
		t.Helper()
		l := judged(t, table(t, lifeHeader+row), fucheng, there...).Lines[0]
		if l.Action == list.WillAdd {
			there = []station.Station{with(t, station.Station{}, l.Understood, station.FromFile)}
		} else {
			facts, _ := l.Onto(there[0])
			there[0] = with(t, there[0], facts, station.FromFile)
		}
		return l
	}
	first := apply("涪城区,甲站,某物业,王某,约30万元,2023年5月,已验收,是,是,B0FFG9XYZ1,未上图,2024-03-01,在办,扫门口的码\n")
	want := "{Operator:某物业 Keeper:王某 Funds:约30万元 Built:2023-05 Accepted:yes Extended:true " +
		"Listings:[{Map:amap Since:yes Point:B0FFG9XYZ1} {Map:baidu Since:no Point:} {Map:app Since:2024-03-01 Point:}]}"
	if got := fmt.Sprintf("%+v", first.Understood.Life); got != want || !first.Understood.AllDay || first.Understood.Entry.Method != "member_code" {
		t.Errorf("understood %s\nwant %s", got, want)
	}
	if got := say(first); got != "add import.listing" {
		t.Errorf("the first time: %s", got)
	}
	again := apply("涪城区,甲站,某物业,王某,约30万元,2023年5月,已验收,是,是,是,是,2024-03-01,,扫门口的码\n")
	if got := say(again); got != "update" || len(again.Changes) != 1 || again.Changes[0].To != "baidu yes" {
		t.Errorf("the second time: %s %+v; want that it is on Baidu, and that nothing is forgotten", got, again.Changes)
	}
	if got := say(apply("涪城区,甲站,,,,昨天,不知道,,,,,,,\n")); got != "same import.date import.date" {
		t.Errorf("the third time: %s", got)
	}
}

// TestTheWayInIsDoubted: what is told of scanning, faces, fingers and cards is
// taken as the way in by a code, but a person is to look at it.
func TestTheWayInIsDoubted(t *testing.T) {
	for _, test := range []struct {
		marks, way, want string
	}{
		{"扫码进站", "", "add import.entry_guessed"},
		{"刷脸进门", "", "add import.entry_guessed"},
		{"指纹开锁", "", "add import.entry_guessed"},
		{"凭身份证进入", "", "add import.entry_guessed"},
		{"", "刷身份证", "add import.entry_guessed"},
		{"", "人脸识别", "add import.entry_guessed"},
		{"", "扫码进", "add"},
		{"", "扫码进，刷脸也行", "add"},
		{"刷脸进门", "扫码进", "add"},
		{"刷脸进门", "直接进", "add"},
		{"", "", "add"},
	} {
		l := judged(t, table(t, "区县,站点名称,标识,进入方式\n涪城区,甲站,"+test.marks+","+test.way+"\n"), fucheng).Lines[0]
		if got := say(l); got != test.want {
			t.Errorf("marks %q, way in %q: got %s with %+v, want %s", test.marks, test.way, got, l.Understood.Entry, test.want)
		}
	}
}
