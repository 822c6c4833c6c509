package desk

import (
	"nuanxin/internal/authz"
	"nuanxin/internal/member"
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
	ties := HrefMembers + "/{id}/ties"
	all = append(all,
		route("GET", ties, member.Bind, "ask to which organisation beside the union a member belongs", p.askTie),
		route("POST", ties, member.Bind, "tie a member to an organisation beside the union", p.tie),
		route("GET", ties+"/{seq}", member.Bind, "ask when a tie ends", p.askUntie),
		route("POST", ties+"/{seq}", member.Bind, "end a tie", p.untie))
	for _, a := range acts() {
		at := HrefMembers + "/{id}/" + a.name
		all = append(all, route("GET", at, a.action, a.purpose+": ask once more", p.askAct(a)), route("POST", at, a.action, a.purpose, p.doAct(a)))
	}
	return all
}

func route(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: member.Policy.Roles(act),
		Look: web.LookStaff, Handler: web.HTML(h)}
}
