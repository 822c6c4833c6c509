package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/web"
)

// most is how many are approved by one form.
const most = 100

// choice writes a member as the form saw it.
func choice(m member.Member) string {
	return string(m.ID) + "." + strconv.FormatInt(m.Version, 10)
}

// choices reads members as a form saw them; what is none is left out.
func choices(all []string) []member.Choice {
	var out []member.Choice
	for _, s := range all {
		which, version, _ := strings.Cut(s, ".")
		rid, err := id.Parse[member.ID](which)
		n, err2 := strconv.ParseInt(version, 10, 64)
		if err == nil && err2 == nil && !slices.ContainsFunc(out, func(c member.Choice) bool { return c.ID == rid }) {
			out = append(out, member.Choice{ID: rid, Version: n})
		}
	}
	return out
}

func idsOf(all []member.Choice) []member.ID {
	ids := make([]member.ID, 0, len(all))
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids
}

// asked is the second question before several are approved.
type asked struct {
	rows  []roll.Row
	moved int // that are not as the list showed them any more
	reqID string
}

// outcome is what became of one of several.
type outcome struct {
	member.Member
	why string // empty: approved
}

// result is what became of several.
type result struct {
	done, not []outcome
	lost      int // that the reader does not see any more
}

// approve approves those that were ticked. For all that nothing stands against
// it asks once more, with their names. The answer is the page itself and not a
// redirect, for it names people; reloading it sends the same req_id and shows
// the same answer.
func (p *pages) approve(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !isStaff(ctx) {
		return missing()
	}
	if !isCadre(ctx) {
		return fault.New(string(member.Approve), fault.Denied, "fault.denied")
	}
	if err := readForm(r); err != nil {
		return err
	}
	if r.PostForm.Get("do") == "clear" {
		return p.askClear(w, r, choices(r.PostForm["clear"]))
	}
	all := choices(r.PostForm["who"])
	if len(all) == 0 || len(all) > most {
		web.SetFlash(w, r, "memberdesk.flash.none", "Most", most)
		return web.See(w, r, HrefMembers)
	}
	told := p.Members.ApproveAll(web.Named(r), all)
	if accidents(ctx, told) == len(told) {
		return told[0].Err // nothing was done
	}
	now, err := p.Roll.List(ctx, roll.Filter{IDs: idsOf(all), Limit: len(all)})
	if err != nil {
		return err
	}
	var res result
	for _, one := range told {
		i := slices.IndexFunc(now.Rows, func(r roll.Row) bool { return r.ID == one.ID })
		switch {
		case i < 0:
			res.lost++
		case one.Err == nil:
			res.done = append(res.done, outcome{now.Rows[i].Member, ""})
		default:
			res.not = append(res.not, outcome{now.Rows[i].Member, whyNot(ctx, now.Rows[i].Member, one.Err)})
		}
	}
	shut(w)
	return web.Show(w, r, http.StatusOK, resultPage(p.below(ctx, t(ctx, "result")), res))
}

// accidents puts what went wrong into the log, and counts it. Each row is told
// its own on the page.
func accidents(ctx context.Context, told []member.Told) (n int) {
	for _, one := range told {
		if err := one.Accident(); err != nil {
			web.Accident(ctx, err)
			n++
		}
	}
	return n
}

// askClear asks once more, with the names of those that are still as the list
// showed them and still without a doubt.
func (p *pages) askClear(w http.ResponseWriter, r *http.Request, all []member.Choice) error {
	ctx := r.Context()
	all = all[:min(len(all), most)]
	now, err := p.Roll.List(ctx, roll.Filter{IDs: idsOf(all), Limit: most})
	if err != nil {
		return err
	}
	a := asked{reqID: web.NewReqID()}
	for _, c := range all {
		i := slices.IndexFunc(now.Rows, func(r roll.Row) bool { return r.ID == c.ID })
		if i < 0 || now.Rows[i].Version != c.Version || len(now.Rows[i].Doubts) > 0 || !pickable(ctx, now.Rows[i]) {
			a.moved++
			continue
		}
		a.rows = append(a.rows, now.Rows[i])
	}
	if len(a.rows) == 0 {
		web.SetFlash(w, r, "memberdesk.flash.moved")
		return web.See(w, r, HrefMembers)
	}
	shut(w)
	return web.Show(w, r, http.StatusOK, askedPage(p.below(ctx, t(ctx, "ask.title")), a))
}
