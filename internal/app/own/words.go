package own

import (
	"context"
	"strings"

	"nuanxin/internal/account/phone"
	"nuanxin/internal/breach"
	"nuanxin/internal/consent"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/rights"
	"nuanxin/internal/station"
	"nuanxin/internal/web"
)

// vocabulary is what the codes of one field of the copy are called.
type vocabulary struct {
	codes []string // all that there are
	key   string   // words are under key+code
	word  func(ctx context.Context, code string) string
}

func coded[T ~string](key string, codes ...T) vocabulary {
	v := vocabulary{key: key}
	for _, c := range codes {
		v.codes = append(v.codes, string(c))
	}
	return v
}

// words are the vocabularies by the tag word of the fields of the copy.
func words() map[string]vocabulary {
	topics := vocabulary{word: show.Topic}
	for _, t := range append(request.Topics(), request.Finer("")...) {
		topics.codes = append(topics.codes, t.Code)
	}
	happened := coded("", did()...)
	happened.word = func(ctx context.Context, code string) string {
		return web.T(ctx, "request.did."+code, "Who", t(ctx, "print.union"), "Body", t(ctx, "print.body"))
	}
	return map[string]vocabulary{
		"way":        coded("own.word.way.", phone.BySelf, phone.AtDesk),
		"change":     coded("own.word.change.", phone.Waiting, phone.Done, phone.Objected, phone.Revoked, phone.Failed),
		"check":      coded("accountphone.check.", phone.Checks()...),
		"channel":    coded("own.word.channel.", append(request.Channels(), request.ChannelPage, request.ChannelStation)...),
		"status":     coded("request.status.", request.Statuses()...),
		"topic":      topics,
		"what":       coded("request.what.", station.Whats()...),
		"did":        happened,
		"by":         coded("own.word.by.", request.ByWorker, request.ByStaff, request.ByBody, request.BySystem),
		"fact":       {codes: []string{"page", "phone", "talk", "visit", "station", "fixed", "main_solved", "same", "half", "promise", "other"}, word: fact},
		"file":       coded("own.word.file.", request.Photo, request.Voice),
		"member":     coded("member.own.state.", member.States()...),
		"occupation": coded("member.occupation.", member.Occupations()...),
		"came":       coded("own.word.came.", append(member.Channels(), member.ByList)...),
		"realname":   coded("own.word.realname.", verify.Due, verify.Match, verify.Mismatch, verify.NoRecord, verify.Seen),
		"term":       coded("own.word.term.", member.Join, member.Transfer, member.Keep, member.Resume, member.Leave, member.End, member.Merge, member.Part),
		"work":       coded("own.word.work.", "firm", "station"),
		"tie":        coded("member.tie.", member.TieKinds()...),
		"data":       coded("breach.kind.", breach.Kinds()...),
		"decided":    coded("own.word.decided.", consent.AtJoining, consent.OnPage, consent.AtMerger),
		"ask":        coded("rights.kind.", rights.Kinds()...),
		"askway":     coded("rights.channel.", rights.OnPage, rights.AtCounter, rights.ByPhone),
		"answer":     coded("rights.state.", rights.Open, rights.Done, rights.Refused, rights.Taken),
		"field":      coded("rights.field.", "account.name", "member.name", "member.occupation", "member.works"),
		"relation":   coded("consent.relation.", consent.Relations()...),
		"evidence":   coded("consent.evidence.", consent.Evidences()...),
		"held":       coded("own.word.held.", hold.Kinds()...),
		"shared":     coded("own.word.shared.", request.ShareForm, request.SharePage, request.ShareTold),
		"sharekind":  coded("own.word.sharekind.", request.ShareKinds()...),
		"look":       coded("own.seen.what.", "request", "member", "person", "code", "rights", "ward"),
	}
}

// did are the kinds of entries.
func did() []request.Kind {
	return []request.Kind{request.KindCaptured, request.KindAdded, request.KindReplied, request.KindChased, request.KindSolved, request.KindUnsolved, request.KindWithdrawn, request.KindLeft,
		request.KindSeen, request.KindAssigned, request.KindClassified, request.KindDispatched, request.KindRecalled, request.KindTold, request.KindBriefed, request.KindAnswered, request.KindAsked,
		request.KindNoted, request.KindReleased, request.KindMerged, request.KindAbsorbed, request.KindUnmerged, request.KindNotOurs, request.KindRaised, request.KindOpened, request.KindSigned,
		request.KindBounced, request.KindWorking, request.KindReported, request.KindMoreTime, request.KindGranted, request.KindRefused, request.KindMended, request.KindLinked, request.KindReminded,
		request.KindOwned, request.KindQuiet, request.KindDated}
}

// fact tells what stands beside an entry: a code where it is one, else it is a name, a
// number or a phone already.
func fact(ctx context.Context, code string) string {
	for _, key := range []string{"own.word.channel.", "own.word.fact.", "request.reason."} {
		if web.HasText(ctx, key+code) {
			return web.T(ctx, key+code)
		}
	}
	return code
}

// in says a code in the reader's words. A code that the program no longer knows is told
// as it stands: it is what is kept.
func (v vocabulary) in(ctx context.Context, code string) string {
	switch {
	case code == "":
		return ""
	case v.word != nil:
		return v.word(ctx, code)
	case web.HasText(ctx, v.key+code):
		return strings.TrimSpace(web.T(ctx, v.key+code))
	}
	return code
}
