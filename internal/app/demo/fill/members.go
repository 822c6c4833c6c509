package fill

import (
	"context"
	"fmt"
	"time"

	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
)

// join does what members and cadres did up to a moment, each at its time.
func (f *filler) join(ctx context.Context, until time.Time) error {
	for ; f.joined < len(f.World.Steps) && !f.World.Steps[f.joined].At.After(until); f.joined++ {
		s := f.World.Steps[f.joined]
		f.Clock.Set(s.At)
		if err := f.step(ctx, s); err != nil {
			return fmt.Errorf("member %d: %s by %q at %s: %w", s.Member, s.Do, s.By, s.At.In(clock.Zone).Format(time.DateTime), err)
		}
	}
	return nil
}

// step does one step: by a cadre where one is named, else by the member.
func (f *filler) step(ctx context.Context, s world.Step) error {
	which := f.members[s.Member]
	if s.By == "" {
		return f.byMember(authz.With(ctx, f.workers[f.World.Members[s.Member].Worker]), which, s)
	}
	ctx = f.as(ctx, s.By)
	file, err := f.Roll.Get(ctx, which)
	if err != nil {
		return err
	}
	switch s.Do {
	case world.Approve:
		return f.Members.Approve(ctx, which, file.Version)
	case world.Refuse:
		return f.Members.Refuse(ctx, which, file.Version, s.Words)
	case world.Pause:
		return f.Members.Keep(ctx, which, file.Version, s.Words)
	case world.Resume:
		return f.Members.Resume(ctx, which, file.Version, s.Words)
	}
	return f.Members.Finish(ctx, which, file.Version, s.Words)
}

func (f *filler) byMember(ctx context.Context, which member.ID, s world.Step) (err error) {
	switch s.Do {
	case world.Apply:
		f.members[s.Member], err = f.apply(ctx, f.World.Members[s.Member])
	case world.Move:
		_, err = f.Members.AskTransfer(ctx, which, s.Words)
	case world.TakeBack:
		err = f.Members.Withdraw(ctx, which)
	default:
		err = f.Members.Quit(ctx, which)
	}
	return err
}

// apply sends an application, with a tick for each purpose that it needs.
func (f *filler) apply(ctx context.Context, m world.Member) (member.ID, error) {
	offer, err := f.Members.Offer(ctx, m.Area)
	if err != nil {
		return "", err
	}
	said, _ := work.Say(work.Split(m.Works), work.Split(m.Station))
	a := member.Application{Name: m.Name, Document: m.Document, Occupation: member.Occupation(m.Occupation), Works: said, Area: m.Area, Channel: member.Channel(m.Channel)}
	for _, p := range offer.Purposes {
		if p.Required || (p.Purpose == "document" || p.Purpose == "realname") && m.Document != "" || p.Purpose == "news" && m.News {
			a.Consents = append(a.Consents, member.Consent{Purpose: p.Purpose, Version: p.Version})
		}
	}
	r, err := f.Members.Apply(ctx, a)
	return r.ID, err
}
