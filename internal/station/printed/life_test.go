package printed_test

import (
	"testing"

	"nuanxin/internal/station/printed"
)

func TestSince(t *testing.T) {
	for cell, want := range map[string]string{
		"2023年5月1日": "2023-05-01", "2023-5": "2023-05", "２０２３．０５．３１": "2023-05-31", "2023年": "2023", "2023": "2023", "2023年5月启用": "2023-05",
		"已验收": "yes", "是": "yes", "√": "yes", "未验收": "no", "否": "no", "×": "no",
		"": "", "去年": "", "2023年13月": "", "2023-02-30": "", "5月1日": "", "12": "",
	} {
		if got, ok := printed.Since(cell); ok != (want != "") || ok && got != want {
			t.Errorf("Since(%q) = %q %v, want %q", cell, got, ok, want)
		}
	}
}

func TestListed(t *testing.T) {
	for cell, want := range map[string][2]string{"是": {"yes", ""}, "未上图": {"no", ""}, "2024年3月": {"2024-03", ""}, "B0FFG9XYZ1": {"yes", "B0FFG9XYZ1"}, "在办": {}, "42.9,125.1": {}} {
		since, poi, _ := printed.Listed(cell)
		if since != want[0] || poi != want[1] {
			t.Errorf("Listed(%q) = %q %q, want %q", cell, since, poi, want)
		}
	}
	for header, want := range map[string]string{"高德上图": "amap", "是否百度上图": "baidu", "腾讯地图": "tencent", "工会APP上图": "app", "上图": ""} {
		if got := printed.MapOf(header); got != want {
			t.Errorf("MapOf(%q) = %q, want %q", header, got, want)
		}
	}
}

func TestEntry(t *testing.T) {
	for cell, want := range map[string]string{"直接进": "walk_in", "扫门口的码，输手机号": "member_code", "门禁密码，问工会要": "door_code", "跟大堂经理说一声": "ask_host", "问工作人员，没有密码": "ask_host", "不详": ""} {
		if got, _, _ := printed.Entry(cell); got != want {
			t.Errorf("Entry(%q) = %q, want %q", cell, got, want)
		}
	}
}
