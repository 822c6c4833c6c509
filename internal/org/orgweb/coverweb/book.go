package coverweb

import (
	"context"
	"strconv"

	"nuanxin/internal/org/cover"
	"nuanxin/internal/sheet"
	"nuanxin/internal/web"
)

// write writes the area and those within it as a workbook: what leaves the house tells
// no small number of members.
func (v view) write(ctx context.Context, out *sheet.Book) error {
	lines := v.Rows
	if v.all {
		lines = append([]cover.Row{v.Own}, lines...)
	}
	whats := append([]cover.What{cover.Unions, cover.Grass, cover.Stations, cover.With, cover.Without}, open()...)
	var heads []string
	for _, what := range whats {
		heads = append(heads, t(ctx, string(what)))
	}
	err := v.sheet(ctx, out, "areas", heads, lines, func(i int) (cells []string) {
		for _, what := range whats {
			cells = append(cells, strconv.FormatInt(lines[i].N[what], 10))
		}
		return cells
	})
	if err != nil {
		return err
	}
	if err := out.Write(web.Watermark(ctx, t(ctx, "as_of", "When", web.When(ctx, v.At)))); err != nil {
		return err
	}
	occupations := []string{t(ctx, "members")}
	for _, o := range v.occupations {
		occupations = append(occupations, o.Text)
	}
	byOccupation, byFirm := make([][]int64, len(lines)), make([][]int64, len(lines))
	names, firms := v.allFirms(lines)
	for i, r := range lines {
		byOccupation[i] = append(byOccupation[i], r.N[cover.Members])
		for _, o := range v.occupations {
			byOccupation[i] = append(byOccupation[i], r.Occupations[o.Value])
		}
		for _, f := range firms {
			byFirm[i] = append(byFirm[i], r.Firms[f])
		}
	}
	if err := v.numbers(ctx, out, "occupations", occupations, lines, byOccupation); err != nil {
		return err
	}
	if err := v.numbers(ctx, out, "firms", names, lines, byFirm); err != nil {
		return err
	}
	return out.Close()
}

// sheet writes a sheet of which each line is an area.
func (v view) sheet(ctx context.Context, out *sheet.Book, name string, heads []string, lines []cover.Row, cells func(i int) []string) error {
	if err := out.Sheet(t(ctx, "sheet."+name)); err != nil {
		return err
	}
	err := out.Write(append([]string{t(ctx, "code"), t(ctx, "area")}, heads...)...)
	for i, r := range lines {
		if err == nil {
			err = out.Write(append([]string{r.Area, areaWords(ctx, r.Area)}, cells(i)...)...)
		}
	}
	return err
}

// numbers writes a sheet of numbers of members.
func (v view) numbers(ctx context.Context, out *sheet.Book, name string, heads []string, lines []cover.Row, table [][]int64) error {
	hidden := cover.Hide(table)
	return v.sheet(ctx, out, name, heads, lines, func(i int) (cells []string) {
		for j, n := range table[i] {
			text := strconv.FormatInt(n, 10)
			switch {
			case hidden[i][j] && n < cover.Least:
				text = t(ctx, "few")
			case hidden[i][j]:
				text = t(ctx, "hidden")
			}
			cells = append(cells, text)
		}
		return cells
	})
}
