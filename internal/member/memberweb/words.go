package memberweb

import (
	"context"

	"nuanxin/internal/consent"
	"nuanxin/internal/member"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// purposeWords are what a reader is told about a purpose.
func purposeWords(ctx context.Context, p consent.Purpose) consent.Words { return p.In(web.Lang(ctx)) }

// purposeName is what a purpose is called, of those that v was offered.
func (v ownView) purposeName(ctx context.Context, purpose string) string {
	for _, p := range v.offer.Purposes {
		if p.Purpose == purpose {
			return purposeWords(ctx, p).Name
		}
	}
	return purpose
}

// purposeParts tell what one agrees to: what for, who reads, how long, and how
// to take it back.
func purposeParts(ctx context.Context, p consent.Purpose) []ui.Pair {
	w := purposeWords(ctx, p)
	return []ui.Pair{{Key: t(ctx, "purpose.for"), Text: w.For}, {Key: t(ctx, "purpose.who"), Text: w.Who}, {Key: t(ctx, "purpose.long"), Text: w.Long}, {Key: t(ctx, "purpose.back"), Text: w.Back}}
}

func consentIcon(g member.Given) string {
	if g.WithdrawnAt.IsZero() {
		return "check-c"
	}
	return "x"
}

// promise says who answers and by when, as far as it is known before the form
// is sent.
func (f joinForm) promise(ctx context.Context) string {
	union := f.offer.Union
	if union.ID == "" || f.place.choose || f.choice.Any() {
		return t(ctx, "join.promise.any", "Days", f.offer.Days)
	}
	return t(ctx, "join.promise", "Who", who(ctx, union.Name, union.Officer), "By", due(ctx, f.offer.DueAt, f.offer.Days))
}

// facts are what the union keeps, as one wrote it.
func (v ownView) facts(ctx context.Context) []ui.Pair {
	all := []ui.Pair{
		{Key: t(ctx, "join.name"), Text: v.Name},
		{Key: t(ctx, "own.phone"), Text: v.Phone},
		{Key: t(ctx, "own.occupation"), Text: t(ctx, "occupation."+string(v.Occupation))},
	}
	if v.Document != "" {
		all = append(all, ui.Pair{Key: t(ctx, "join.document"), Text: v.Document})
	}
	if v.State == member.Applied || v.State == member.Refused || v.State == member.Withdrawn {
		all = append(all, ui.Pair{Key: t(ctx, "own.applied"), Text: web.When(ctx, v.AppliedAt)})
	}
	return all
}

// why heads a reason: of a refusal, of a transfer that was refused, or of an end.
func (v ownView) why(ctx context.Context) string {
	switch v.State {
	case member.Refused:
		return t(ctx, "own.why.refused")
	case member.Ended:
		return t(ctx, "own.why.ended")
	}
	return t(ctx, "own.why.transfer")
}

// withdrawTitle names what can be taken back.
func (v ownView) withdrawTitle(ctx context.Context) string {
	if v.To != "" {
		return t(ctx, "back.title")
	}
	return t(ctx, "withdraw.title")
}

// Holds reports whether there is something left to end.
func (v ownView) Holds() bool { return v.State.Holds() }

// tieLine says what sort of organisation it is, and from when to when.
func tieLine(ctx context.Context, tie member.Tie) string {
	kind := t(ctx, "tie."+string(tie.Kind))
	if tie.Until != "" {
		return t(ctx, "tie.was", "Kind", kind, "From", tie.From, "Until", tie.Until)
	}
	return t(ctx, "tie.since", "Kind", kind, "From", tie.From)
}
