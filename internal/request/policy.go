package request

import "nuanxin/internal/authz"

// The actions on a request.
const (
	See      authz.Action = "request.see"      // know of it at all
	Read     authz.Action = "request.read"     // as the union's staff read it
	Progress authz.Action = "request.progress" // as its worker reads it
	Handle   authz.Action = "request.matter"   // as a body reads it: the matter, not the person

	Capture  authz.Action = "request.capture"
	Register authz.Action = "request.register" // for somebody else
	Add      authz.Action = "request.add"
	Reply    authz.Action = "request.reply"
	Chase    authz.Action = "request.chase"
	Solve    authz.Action = "request.solved"
	Reopen   authz.Action = "request.unsolved"
	Withdraw authz.Action = "request.withdraw"
	Leave    authz.Action = "request.leave_phone" // by who holds a request without a name

	Look     authz.Action = "request.look"
	Assign   authz.Action = "request.assign"
	Classify authz.Action = "request.classify"
	Send     authz.Action = "request.dispatch"
	Recall   authz.Action = "request.recall"
	Tell     authz.Action = "request.tell"
	Brief    authz.Action = "request.brief" // a body
	Answer   authz.Action = "request.answer"
	Ask      authz.Action = "request.ask"
	Note     authz.Action = "request.note"
	Release  authz.Action = "request.release"
	Join     authz.Action = "request.merge"
	Part     authz.Action = "request.unmerge"
	Refer    authz.Action = "request.not_ours"
	Reveal   authz.Action = "request.reveal" // who the person is
	Raise    authz.Action = "request.raise"

	Open   authz.Action = "request.open"
	Sign   authz.Action = "request.sign"
	Bounce authz.Action = "request.bounce"
	Work   authz.Action = "request.work"
	Report authz.Action = "request.report"

	MoreTime authz.Action = "request.more_time" // asked for by a body
	GiveTime authz.Action = "request.give_time" // or refuse it
	Mend     authz.Action = "request.mend"      // a station's defect, by its host

	Remind authz.Action = "request.remind" // the ladder
	Linked authz.Action = "request.linked" // whether a body's link went out
	Mended authz.Action = "request.mended" // what a station says
	Verify authz.Action = "request.check"

	List       authz.Action = "request.list" // staff
	Mine       authz.Action = "request.mine" // a worker
	Matters    authz.Action = "request.body" // a body
	MakeExport authz.Action = "request_export.make"
	SetRule    authz.Action = "request_policy.set"
	SetWord    authz.Action = "request_phrase.set"
)

// The circles of people around a request.
var (
	person = authz.Any(authz.Owner, authz.Held)
	cadre  = authz.InArea(authz.Cadre)
	staff  = authz.InArea(authz.Cadre, authz.Leader)
	body   = authz.OfBody(authz.Partner, authz.Host)
)

// Policy says who may do them: the worker judges, the cadres of the area act,
// leaders look and direct, a body handles what it was handed.
var Policy = authz.Rules{
	See: authz.Any(person, staff, body), Read: staff, Progress: person, Handle: body,
	Capture: authz.Anyone, Register: cadre,
	Add: person, Reply: person, Chase: person, Solve: person, Reopen: person, Withdraw: person, Leave: authz.Held,
	Look: cadre, Assign: staff, Classify: cadre, Send: cadre, Recall: cadre, Tell: cadre, Brief: cadre, Answer: cadre, Ask: cadre,
	Note: staff, Release: cadre, Join: cadre, Part: cadre, Refer: cadre, Reveal: authz.Sensitive(cadre), Raise: staff,
	Open: body, Sign: body, Bounce: body, Work: body, Report: body, Mend: authz.OfBody(authz.Host), MoreTime: body, GiveTime: cadre,
	Remind: authz.Program, Linked: authz.Program, Mended: authz.Program, Verify: authz.Program,
	List: staff, Mine: authz.Owner, Matters: body,
	MakeExport: authz.Lately(authz.Sensitive(staff)), SetRule: authz.InArea(authz.Leader, authz.Admin), SetWord: authz.InArea(authz.Cadre, authz.Leader),
}
