package intake_test

import (
	"fmt"
	"slices"
	"testing"

	"nuanxin/internal/station"
	"nuanxin/internal/station/intake/list"
)

// A list that was taken out, corrected and read again is about the same stations:
// their code says so, whatever was corrected.
func TestByCode(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		add := func(name, address string) station.Station {
			done, err := h.Add(cadre, "", station.Facts{Name: name, Area: "510703", Address: address, Public: true})
			if err != nil {
				t.Fatal(err)
			}
			v, err := h.Get(cadre, done.ID)
			if err != nil {
				t.Fatal(err)
			}
			return v.Station
		}
		renamed, moved, twin, twin2, gone, both := add("一环路驿站", "一环路1号"), add("南河驿站", "南河路2号"), add("工会驿站", "石塘路3号"), add("工会驿站", "石塘路3号"), add("旧站", "旧路4号"), add("甲站", "甲路5号")
		if _, err := h.CloseForGood(cadre, gone.ID, gone.Version, "拆了"); err != nil {
			t.Fatal(err)
		}
		const head = "驿站编码,区县,站点名称,详细地址\n"
		row := func(code, name, address string) string {
			return fmt.Sprintf("%s,涪城区,%s,%s\n", code, name, address)
		}
		file := head +
			row(renamed.Code[:4]+" "+renamed.Code[4:], "一环路爱心驿站", "一环路1号") +
			row(moved.Code, "南河驿站", "滨江路88号") +
			row(twin.Code, "工会驿站", "石塘路3号") +
			row(twin2.Code, "工会驿站", "石塘路3号") +
			row(gone.Code, "旧站", "旧路4号") +
			row(both.Code, "乙站", "乙路6号") +
			row(both.Code, "甲站", "甲路5号") +
			row(both.Code, "甲站", "甲路5号") +
			row("10000000", "新站", "新路7号") +
			row("XL-0007", "别家编号的站", "别路8号")
		b, err := h.in.Stage(cadre, table(t, file), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"update import.renamed", "update", "same", "same", "skip(import.code_closed) import.code_closed", "skip(import.code_other) import.code_other",
			"same", "skip(import.repeated_row) import.repeated_row", "add", "add"} {
			if got := say(b.Lines[i]); got != want {
				t.Errorf("row %d: got %s, want %s (%+v)", b.Lines[i].Row, got, want, b.Lines[i].Changes)
			}
		}
		if _, err := h.in.Apply(cadre, b.ID); err != nil {
			t.Fatal(err)
		}
		now := func(id station.ID) station.View {
			v, err := h.Get(cadre, id)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if v := now(renamed.ID); v.Name != "一环路爱心驿站" || !slices.Equal(v.OtherNames, []string{"一环路驿站"}) || v.Code != renamed.Code {
			t.Errorf("renamed: %s %v", v.Name, v.OtherNames)
		}
		if v := now(moved.ID); v.Address != "滨江路88号" || v.Name != "南河驿站" {
			t.Errorf("moved: %s %s", v.Name, v.Address)
		}
		again, err := h.in.DryRun(cadre, table(t, file), fucheng)
		if err != nil || again.Count(list.WillAdd)+again.Count(list.WillUpdate) != 0 {
			t.Errorf("again: %+v, %v", again.Lines, err)
		}
		if _, err := h.in.Undo(cadre, b.ID); err != nil {
			t.Fatal(err)
		}
		if v := now(renamed.ID); v.Name != "一环路驿站" || len(v.OtherNames) != 0 {
			t.Errorf("undone: %s %v", v.Name, v.OtherNames)
		}
	})
}

// A station of another county is not changed by its code.
func TestCodeOfAnotherCounty(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		done, err := h.Add(sibling, "", station.Facts{Name: "甲站", Area: "510704", Address: "甲路5号"})
		if err != nil {
			t.Fatal(err)
		}
		v, err := h.Get(sibling, done.ID)
		if err != nil {
			t.Fatal(err)
		}
		r, err := h.in.DryRun(cadre, table(t, "驿站编码,区县,站点名称,详细地址\n"+v.Code+",涪城区,甲站,甲路5号\n"), fucheng)
		if err != nil || say(r.Lines[0]) != "skip(import.code_other) import.code_other" || r.Lines[0].Station != "" {
			t.Errorf("got %v, %v", r.Lines, err)
		}
	})
}

// TestLinesThatSlipped: a list of codes and names in which the names slipped by a
// row renames nothing, whether it has addresses or not; and every name that does
// change is said.
func TestLinesThatSlipped(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var codes []string
		for i, name := range []string{"一环路驿站", "南河驿站", "石塘驿站"} {
			codes = append(codes, h.added(t, cadre, station.Facts{Name: name, Area: "510703", Address: fmt.Sprintf("%s%d号", name[:9], i)}).Code)
		}
		bare := h.added(t, cadre, station.Facts{Name: "滨江驿站", Area: "510703"}) // its address is not known
		const other = "skip(import.code_other) import.code_other"
		for _, test := range []struct {
			about, row, want string
		}{
			{"no address in the list", codes[0] + ",涪城区,南河驿站,", other},
			{"no address in the list, a new name", codes[1] + ",涪城区,某某驿站,", other},
			{"no address there", bare.Code + ",涪城区,石塘驿站,石塘路9号", other},
			{"no address at all", bare.Code + ",涪城区,石塘驿站,", other},
			{"an address of signs", bare.Code + ",涪城区,石塘驿站,、", other},
			{"at its address", codes[2] + ",涪城区,某某驿站,石塘驿2号", "update import.renamed"},
			{"by another form of its name", codes[2] + ",涪城区,石塘工会驿站,", "update import.renamed"},
			{"nothing new", codes[2] + ",涪城区,石塘驿站,", "same"},
		} {
			r, err := h.in.DryRun(cadre, table(t, "驿站编码,区县,站点名称,详细地址\n"+test.row+"\n"), fucheng)
			h.must(t, err)
			if got := say(r.Lines[0]); got != test.want {
				t.Errorf("%s: got %s, %+v; want %s", test.about, got, r.Lines[0].Changes, test.want)
			}
		}
	})
}
