package fill

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/geo"
	"nuanxin/internal/member"
	"nuanxin/internal/request"
)

// draw makes the photos and voice messages of all acts, two at a time.
func (f *filler) draw(ctx context.Context) error {
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed error
	turns := make(chan struct{}, 2)
	for i, a := range f.World.Acts {
		if a.Photo == "" && a.Voice == 0 {
			continue
		}
		turns <- struct{}{}
		group.Go(func() {
			defer func() { <-turns }()
			files, err := f.make(ctx, a)
			mu.Lock()
			defer mu.Unlock()
			f.files[i] = files
			if err != nil {
				failed = err
			}
		})
	}
	group.Wait()
	return failed
}

func (f *filler) make(ctx context.Context, a world.Act) ([]request.File, error) {
	var files []request.File
	if a.Photo != "" {
		raw, err := world.Draw(a.Photo, a.Seed, a.At.In(clock.Zone).Month() > time.October || a.At.In(clock.Zone).Month() < time.April)
		if err != nil {
			return nil, err
		}
		file, err := f.Keep(ctx, request.Photo, raw)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	if a.Voice > 0 {
		file, err := f.Keep(ctx, request.Voice, world.Hum(a.Voice, a.Seed))
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// play does every act at its time. Between them, four times a working day, the
// program looks at the clocks.
func (f *filler) play(ctx context.Context) error {
	f.cases = make([]told, len(f.World.Cases))
	f.members = make([]member.ID, len(f.World.Members))
	f.asking = f.asks()
	last := f.World.Now
	for i, a := range f.World.Acts {
		if i == 0 {
			last = a.At
		}
		for last.Add(time.Hour).Before(a.At) {
			last = last.Add(time.Hour)
			if err := f.watch(ctx, last); err != nil {
				return err
			}
		}
		if err := f.join(ctx, a.At); err != nil {
			return err
		}
		if err := f.askUntil(ctx, a.At); err != nil {
			return err
		}
		f.Clock.Set(a.At)
		if err := f.do(ctx, i, a); err != nil {
			return fmt.Errorf("%s: %s by %q at %s: %w", f.World.Cases[a.Case].Key, a.Do, a.By, a.At.In(clock.Zone).Format(time.DateTime), err)
		}
	}
	return f.watch(ctx, f.World.Now)
}

// watch lets what waits happen at a moment: events, and at some hours the
// ladder of reminders.
func (f *filler) watch(ctx context.Context, at time.Time) error {
	if err := f.join(ctx, at); err != nil {
		return err
	}
	if err := f.askUntil(ctx, at); err != nil {
		return err
	}
	hour := at.In(clock.Zone).Hour()
	if hour != 9 && hour != 11 && hour != 14 && hour != 16 && !at.Equal(f.World.Now) {
		return nil
	}
	f.Clock.Set(at)
	if err := f.Deliver(ctx); err != nil {
		return err
	}
	_, err := f.Requests.Climb(program(ctx))
	return err
}

// do does one act.
func (f *filler) do(ctx context.Context, i int, a world.Act) error {
	if a.Do == world.Capture {
		return f.capture(ctx, i, a)
	}
	ref := request.Ref{ID: f.cases[a.Case].id}
	var err error
	switch a.Do {
	case world.Add, world.Reply, world.Chase, world.Solved, world.Unsolved, world.Withdraw:
		err = f.byWorker(ctx, ref, i, a)
	case world.Open, world.Sign, world.Bounce, world.Work, world.Report, world.Fixed, world.NotYet:
		err = f.byBody(f.asBody(ctx, a.By, ref.ID), ref, i, a)
	default:
		err = f.byOfficer(f.as(ctx, a.By), ref, i, a)
	}
	return err
}

// capture tells the union, in the way of the case.
func (f *filler) capture(ctx context.Context, i int, a world.Act) error {
	k := f.World.Cases[a.Case]
	d := request.Draft{Words: a.Words, Files: f.files[i], AskFirst: len(f.files[i]) > 0, What: k.What, Demo: true}
	d.Topic, _, _ = strings.Cut(k.Topic, ".") // workers name the coarse kind; staff sort it later
	if k.Spot >= 0 {
		d.Place.Station, d.Channel = string(f.stations[k.Spot]), request.ChannelStation
	} else {
		d.Place = request.Place{Text: k.Place, Area: k.Street, Point: &geo.Point{Lat: k.Lat, Lng: k.Lng}}
	}
	if k.Worker >= 0 {
		d.Name, d.Phone, d.PhoneOK = f.World.Workers[k.Worker].Name, f.World.Workers[k.Worker].Phone, true
	}
	owned := false
	switch k.Via {
	case world.ViaPage:
		owned = true
		ctx = authz.With(ctx, f.workers[k.Worker])
	case world.ViaAnonymous:
		d.Anonymous = true
	case world.ViaPhone:
		ctx, d.Channel, d.Title, d.Topic = f.as(ctx, a.By), request.ChannelPhone, k.Title, k.Topic
	case world.ViaTalk:
		ctx, d.Channel, d.Title, d.Topic, d.Source = f.as(ctx, a.By), request.ChannelTalk, k.Title, k.Topic, "骑手座谈会"
	case world.ViaVisit:
		ctx, d.Channel, d.Title, d.Topic, d.Source = f.as(ctx, a.By), request.ChannelVisit, k.Title, k.Topic, "入户走访"
	}
	r, err := f.Requests.Capture(ctx, d)
	f.cases[a.Case] = told{r.ID, owned}
	return err
}

// byWorker does what the worker does: signed in, or with the secret.
func (f *filler) byWorker(ctx context.Context, ref request.Ref, i int, a world.Act) (err error) {
	if f.cases[a.Case].owned {
		ctx = authz.With(ctx, f.workers[f.World.Cases[a.Case].Worker])
	} else {
		ref.Secret = f.Requests.Secret(ref.ID)
	}
	say := request.Say{Words: a.Words, Files: f.files[i]}
	switch a.Do {
	case world.Add:
		_, err = f.Requests.Add(ctx, ref, say)
	case world.Reply:
		_, err = f.Requests.Reply(ctx, ref, say)
	case world.Chase:
		_, err = f.Requests.Chase(ctx, ref)
	case world.Solved:
		_, err = f.Requests.Solved(ctx, ref)
	case world.Unsolved:
		_, err = f.Requests.Unsolved(ctx, ref, a.More, say)
	default:
		_, err = f.Requests.Withdraw(ctx, ref)
	}
	return err
}

// byBody does what a partner body or a host does.
func (f *filler) byBody(ctx context.Context, ref request.Ref, i int, a world.Act) (err error) {
	say := request.Message{Words: a.Words, Files: f.files[i]}
	switch a.Do {
	case world.Open:
		_, err = f.Requests.Open(ctx, ref, "")
	case world.Sign:
		_, err = f.Requests.Sign(ctx, ref, "", "")
	case world.Bounce:
		_, err = f.Requests.Bounce(ctx, ref, "", a.Words, a.More)
	case world.Work:
		_, err = f.Requests.Work(ctx, ref, "", say, a.Until)
	case world.Report:
		_, err = f.Requests.Report(ctx, ref, "", say)
	case world.Fixed:
		_, err = f.Requests.Fixed(ctx, ref, say)
	default:
		_, err = f.Requests.NotYet(ctx, ref, a.Words, a.Until)
	}
	return err
}

// byOfficer does what a cadre does.
func (f *filler) byOfficer(ctx context.Context, ref request.Ref, i int, a world.Act) (err error) {
	say := request.Message{Words: a.Words, Files: f.files[i], Followers: a.Do == world.Answer}
	switch a.Do {
	case world.Look:
		_, err = f.Requests.Look(ctx, ref)
	case world.Sort:
		_, err = f.Requests.Classify(ctx, ref, f.class(a))
	case world.Send:
		if _, err = f.Requests.Dispatch(ctx, ref, f.tasks(a)...); err == nil {
			err = f.release(ctx, ref)
		}
	case world.Tell:
		_, err = f.Requests.Tell(ctx, ref, say)
	case world.Ask:
		_, err = f.Requests.Ask(ctx, ref, say)
	case world.Answer:
		_, err = f.Requests.Answer(ctx, ref, say)
	case world.Note:
		_, err = f.Requests.Note(ctx, ref, say)
	case world.NotOurs:
		_, err = f.Requests.NotOurs(ctx, ref, a.Bodies[0], a.More, a.Words)
	case world.Raise:
		_, err = f.Requests.Raise(ctx, ref, a.Words)
	default:
		others := make([]request.ID, len(a.Others))
		for n, o := range a.Others {
			others[n] = f.cases[o].id
		}
		_, err = f.Requests.Merge(ctx, ref, a.Words, others...)
	}
	return err
}

// release lets the bodies see the photos: on a photo of a gate nobody is known.
func (f *filler) release(ctx context.Context, ref request.Ref) error {
	c, err := f.Requests.Case(ctx, ref)
	if err != nil {
		return err
	}
	for _, a := range c.Files {
		if a.Kind != request.Photo || a.Released {
			continue
		}
		if _, err := f.Requests.Release(ctx, ref, a.ID, true); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) class(a world.Act) request.Class {
	c := request.Class{Title: &a.More, Topic: &f.World.Cases[a.Case].Topic}
	if a.Words != "" {
		c.Heard = &a.Words
	}
	return c
}

func (f *filler) tasks(a world.Act) []request.Task {
	tasks := make([]request.Task, len(a.Bodies))
	for i, key := range a.Bodies {
		tasks[i] = request.Task{Body: f.orgs[key], Words: a.Words, Deadline: a.Until}
	}
	return tasks
}
