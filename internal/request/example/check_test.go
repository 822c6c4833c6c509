package example

import (
	"strings"
	"testing"

	"nuanxin/internal/fault"
)

// What a machine can see of a person does not get into a public text, however it is
// written.
func TestNobodyIsNamed(t *testing.T) {
	who := identity{[]string{"陈立冬", "Ayşe Demir", ""}}
	for text, want := range map[string]string{
		"小区东门不让电动车进，物业改了规矩，登记一次就能进。": "",
		"找了 12351，三天办好，退了 120 元。":    "",
		"2026 年 11 月，30 多个骑手都能充电了。":  "",
		"一二三四号楼都装了充电桩":               "",
		"五、六、七号门":                    "",
		"陈立冬说不让进":                    "answered.bad.name",
		"陳立冬說不讓進":                    "answered.bad.name",
		"陈 立\u200b冬":                 "answered.bad.name",
		"told by AYSE… ayşe demir":   "answered.bad.name",
		"打 13800000000 找我":           "answered.bad.number",
		"打 138-0000 0000":            "answered.bad.number",
		"打１３８００００００００":               "answered.bad.number",
		"打一三八零零零零零零零零":               "answered.bad.number",
		"打①③⑧⓪⓪⓪⓪⓪":                  "answered.bad.number",
		"打幺三八 零零零零，零零零零":             "answered.bad.number",
		"١٣٨٠٠٠٠٠":                   "answered.bad.number",
		"身份证 11010119900307011X":     "answered.bad.number",
		"编号 2026-1124-0001":          "answered.bad.number",
		"0437-312 3456":              "answered.bad.number",
		"车是吉D·12345":                 "answered.bad.plate",
		"吉 d 1234学 ":                 "answered.bad.plate",
		"吉D12345F 被扣":                "answered.bad.plate",
		"电动车车牌 012345":               "answered.bad.plate",
		"见 https://x.example":        "answered.bad.link",
		"a＠b.example":                "answered.bad.link",
		"<script>alert(1)</script>":  "",
		strings.Repeat("字", Most):    "",
		strings.Repeat("字", Most+1):  "fault.long",
		" \u200b\n":                  "fault.empty",
	} {
		_, err := Draft{What: text, Done: "办好了"}.tidy(who)
		got := ""
		if err != nil {
			got = fault.Of(err).Fields[0].Msg
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	d, err := Draft{What: " 甲\u202e乙 ", Done: "丙"}.tidy(who)
	if err != nil || d.What != "甲乙" {
		t.Errorf("got %q, %v", d.What, err)
	}
}

func FuzzWrong(f *testing.F) {
	f.Add("陈立冬 138")
	f.Fuzz(func(t *testing.T, text string) {
		if who := (identity{[]string{"陈立冬"}}); who.wrong(text+"陈立冬") == "" || who.wrong(text+"a13800000000") == "" {
			t.Errorf("%q hides a name or a number", text)
		}
	})
}
