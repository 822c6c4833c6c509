package twins

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// tab is a part of the list. Its words are "tab."+tab.
type tab string

// The tabs: all, what the reader's colleagues handed up, and by what speaks for it.
const (
	tabAll    tab = "all"
	tabHanded tab = "handed"
	tabSure   tab = "sure"
	tabName   tab = "name"
)

func tabs() []tab { return []tab{tabAll, tabHanded, tabSure, tabName} }

func (b tab) filter(after string) merge.Filter {
	f := merge.Filter{After: after, Handed: b == tabHanded}
	switch b {
	case tabSure:
		f.Whys = []twin.Why{twin.SameDocument, twin.SamePhone}
	case tabName:
		f.Whys = []twin.Why{twin.SameNameBirth, twin.SameNameArea}
	}
	return f
}

func (b tab) href(after string) string {
	v := url.Values{}
	if b != tabAll {
		v.Set("tab", string(b))
	}
	if after != "" {
		v.Set("after", after)
	}
	if len(v) == 0 {
		return Href
	}
	return Href + "?" + v.Encode()
}

// view is the list as it is shown.
type view struct {
	merge.Page
	tab   tab
	after string
	count int
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, q := r.Context(), r.URL.Query()
	if !isStaff(ctx) {
		return missing()
	}
	v := view{tab: tab(q.Get("tab")), after: q.Get("after")}
	if !slices.Contains(tabs(), v.tab) {
		v.tab = tabAll
	}
	if v.Page, err = p.Twins.Pairs(ctx, v.tab.filter(v.after)); err != nil {
		return err
	}
	if v.count, err = p.Twins.Count(ctx); err != nil {
		return err
	}
	shut(w)
	return web.Show(w, r, http.StatusOK, listPage(p.frame(ctx, t(ctx, "title"), ui.Crumb{Text: t(ctx, "title")}), v))
}

func (v view) filters(ctx context.Context) (all []ui.Filter) {
	for _, b := range tabs() {
		f := ui.Filter{Text: t(ctx, "tab."+string(b)), Href: b.href(""), On: v.tab == b}
		if b == tabAll {
			f.Count = web.Count(int64(v.count))
		}
		all = append(all, f)
	}
	return all
}

// next and top are where the list goes on and where it begins, or "".
func (v view) next() string {
	if v.Next == "" {
		return ""
	}
	return v.tab.href(v.Next)
}

func (v view) top() string {
	if v.after == "" {
		return ""
	}
	return v.tab.href("")
}

// row is a pair in the list.
func (v view) row(ctx context.Context, l merge.Line) ui.RowProps {
	row := ui.RowProps{Href: HrefTwo(l.A.ID, l.B.ID), Icon: "people", Tile: true, Tone: ui.Ice, Title: l.A.Name, Sub: line(ctx, l.A), Chevron: true, Chip: chips(l.Pair)}
	if l.Certain() {
		row.Tone = ui.Amber
	}
	if l.Beyond {
		row.Title, row.More = t(ctx, "with", "A", l.A.Name, "B", t(ctx, "beyond")), t(ctx, "beyond.sub")
		return row
	}
	row.Title, row.More = t(ctx, "with", "A", l.A.Name, "B", l.B.Name), line(ctx, l.B)
	return row
}
