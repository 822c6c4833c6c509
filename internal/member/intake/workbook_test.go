package intake_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"nuanxin/internal/member/intake"
	"nuanxin/internal/sheet"
)

// A workbook is judged row by row as the same list is as CSV.
func TestWorkbook(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		text := list(3) + "同名,13800000001,,,\n"
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		w.must(err)
		var file strings.Builder
		book := sheet.NewBook(&file)
		w.must(book.Sheet("会员名单"))
		for _, r := range rows {
			w.must(book.Write(r...))
		}
		w.must(book.Close())
		plain, worked := w.rows(w.upload(cadre, text)), w.rows(w.upload(cadre, file.String()))
		if plain != worked || !strings.Contains(worked, "2 ") {
			t.Errorf("as CSV %s, as a workbook %s", plain, worked)
		}
		which := w.upload(cadre, file.String())
		w.must(w.Start(cadre, which, false))
		if n := w.count("member"); n != 4 || w.state(which).State != intake.Applied {
			t.Errorf("taken in: %d members, %s", n, w.state(which).State)
		}
	})
}
