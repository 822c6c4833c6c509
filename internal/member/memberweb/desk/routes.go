package desk

import (
	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/web"
)

// Where the pages are.
const (
	HrefMembers = "/desk/members"
	hrefApprove = HrefMembers + "/approve"
	hrefExport  = HrefMembers + "/export"
	hrefPoster  = HrefMembers + "/poster"
	hrefLists   = "/desk/member-lists" // of package imports
	hrefTwins   = "/desk/member-twins" // of package twins
	hrefGaps    = "/desk/member-gaps"
	hrefFound   = "/desk/foundings/new" // where a union is asked to be founded; takes ?parent=
)

// Href is the page of a member.
func Href(id member.ID) string { return HrefMembers + "/" + string(id) }

// hrefTwo is the page of two records side by side.
func hrefTwo(a, b member.ID) string { return hrefTwins + "/" + string(a) + "/" + string(b) }

// Routes lists the union's pages of members.
func Routes(c Config) []web.Route {
	p := &pages{c}
	all := []web.Route{
		route("GET", HrefMembers, member.List, "who waits, with the doubtful on top; the members; all", p.list),
		route("POST", HrefMembers, member.List, "search for a person, who goes into no address", p.search),
		route("POST", hrefApprove, member.Approve, "approve several; those that are clear only after a second question", p.approve),
		route("GET", hrefExport, member.Export, "ask for the reason of an export", p.askExport),
		route("POST", hrefExport, member.Export, "take the list along with masked phones", p.export),
		route("GET", hrefPoster, member.List, "the poster and the link by which workers join", p.poster),
		route("GET", HrefMembers+"/{id}", member.See, "one member with doubts, history and consents", p.show),
		route("GET", HrefMembers+"/{id}/peek", member.See, "look at a member beside the list", p.peek),
		route("GET", HrefMembers+"/{id}/full", member.Open, "ask for the reason of looking at the numbers", p.askFull),
		route("POST", HrefMembers+"/{id}/full", member.Open, "show phone and identity number once", p.full),
	}
	all = append(all,
		route("GET", hrefGaps, member.List, "the counties without a union, and who waits there", p.gaps),
		route("GET", hrefGaps+"/{county}", gap.HandOver, "ask before people are handed over to a county's own union", p.askHand),
		route("POST", hrefGaps+"/{county}", gap.HandOver, "hand people over to a county's own union", p.hand),
		route("GET", HrefMembers+"/{id}/place", gap.Place, "ask which union an application goes to, where the county has none", p.askPlace),
		route("POST", HrefMembers+"/{id}/place", gap.Place, "give an application to a union, or keep it", p.place))
	ties := HrefMembers + "/{id}/ties"
	all = append(all,
		route("GET", ties, member.Bind, "ask to which organisation beside the union a member belongs", p.askTie),
		route("POST", ties, member.Bind, "tie a member to an organisation beside the union", p.tie),
		route("GET", ties+"/{seq}", member.Bind, "ask when a tie ends", p.askUntie),
		route("POST", ties+"/{seq}", member.Bind, "end a tie", p.untie))
	works := HrefMembers + "/{id}/works"
	all = append(all,
		route("GET", works, member.Employ, "ask where a member works, too", p.askWork),
		route("POST", works, member.Employ, "add where a member works", p.work),
		route("GET", works+"/{seq}", member.Employ, "change the station there, end it, or put it right", p.askWork),
		route("POST", works+"/{seq}", member.Employ, "change the station, end it, or put it right", p.work))
	for _, a := range acts() {
		at := HrefMembers + "/{id}/" + a.name
		all = append(all, route("GET", at, a.action, a.purpose+": ask once more", p.askAct(a)), route("POST", at, a.action, a.purpose, p.doAct(a)))
	}
	return all
}

func route(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: policy.Roles(act),
		Look: web.LookStaff, Handler: web.HTML(h)}
}
