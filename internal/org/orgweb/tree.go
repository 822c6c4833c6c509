package orgweb

import (
	"context"
	"net/http"
	"net/url"

	"nuanxin/internal/authz"
	"nuanxin/internal/org"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// treePage is one union of the tree with those that it leads, or what was found
// below it.
type treePage struct {
	Frame ui.StaffPage
	Top   *org.Branch // nil: the tops of the reader's area, which no one union leads
	Up    *org.Org    // who leads it; nil at the top
	Rows  []org.Branch
	Names map[org.ID]string // of those that lead the rows, when words were searched for
	Words string
	Next  string
}

// tree opens the unions level by level: one page is one union, so that a province
// of thousands is as light as a street.
func (p *pages) tree(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	page := treePage{Frame: p.frame(ctx, t(ctx, "tree"), ui.Crumb{Text: t(ctx, "tree")}), Words: q.Get("q"), Names: map[org.ID]string{}}
	if err := p.top(ctx, org.ID(q.Get("under")), &page); err != nil {
		return err
	}
	f := org.Filter{Kinds: org.Unions(), Limit: pageSize + 1, Words: page.Words, After: org.Place{Area: q.Get("after_area"), ID: org.ID(q.Get("after"))}}
	switch {
	case page.Top == nil:
		f.Area = home(authz.From(ctx))
	case page.Words != "":
		f.Under = page.Top.ID
	default:
		f.Parent = page.Top.ID
	}
	var err error
	if page.Rows, err = p.Orgs.Branches(ctx, f); err != nil {
		return err
	}
	if len(page.Rows) > pageSize {
		page.Rows = page.Rows[:pageSize]
		last := page.Rows[pageSize-1].Place()
		q.Set("after", string(last.ID))
		q.Set("after_area", last.Area)
		page.Next = TreePath + "?" + q.Encode()
	}
	if err := p.leaders(ctx, &page); err != nil {
		return err
	}
	keep := []ui.Pair{}
	if page.Top != nil {
		keep = append(keep, ui.Pair{Key: "under", Text: string(page.Top.ID)})
	}
	page.Frame.Search = &ui.Search{Action: TreePath, Value: page.Words, Label: t(ctx, "search"), Placeholder: t(ctx, "search"), Keep: keep}
	return web.Show(w, r, http.StatusOK, treeView(page))
}

// top finds the union that the page is about: the one that was chosen, else that
// of the reader's area.
func (p *pages) top(ctx context.Context, under org.ID, page *treePage) error {
	f := org.Filter{IDs: []org.ID{under}}
	if under == "" {
		// An area sorts before all that it contains, so its own union comes first.
		f = org.Filter{Area: home(authz.From(ctx)), Kinds: []org.Kind{org.Local}, Limit: 1}
	} else if _, err := p.Orgs.Get(ctx, under); err != nil {
		return err
	}
	tops, err := p.Orgs.Branches(ctx, f)
	if err != nil || len(tops) == 0 {
		return err
	}
	page.Top = &tops[0]
	if page.Top.Parent == "" {
		return nil
	}
	up, err := p.Orgs.Get(ctx, page.Top.Parent)
	page.Up = &up
	return err
}

// leaders names who leads what was found by words.
func (p *pages) leaders(ctx context.Context, page *treePage) error {
	if page.Words == "" || len(page.Rows) == 0 {
		return nil
	}
	var parents []org.ID
	for _, b := range page.Rows {
		if b.Parent != "" {
			parents = append(parents, b.Parent)
		}
	}
	if parents == nil {
		return nil
	}
	os, err := p.Orgs.List(ctx, org.Filter{IDs: parents, Closed: true})
	for _, o := range os {
		page.Names[o.ID] = o.Called()
	}
	return err
}

// under is the address of the tree from a union down.
func under(id org.ID) string { return TreePath + "?under=" + url.QueryEscape(string(id)) }

// kindsPage tells which kind of union may stand where, and by which rule.
type kindsPage struct {
	Frame ui.StaffPage
	Ranks []org.Rank
}

func (p *pages) kinds(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return web.Show(w, r, http.StatusOK, kindsView(kindsPage{p.frame(ctx, t(ctx, "ranks"), ui.Crumb{Text: t(ctx, "tree"), Href: TreePath}, ui.Crumb{Text: t(ctx, "ranks")}), org.Ranks()}))
}
