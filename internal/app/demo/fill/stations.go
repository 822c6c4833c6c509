package fill

import (
	"bytes"
	"context"
	"fmt"

	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake/list"
)

// batch is how many stations are stored at once.
const batch = 2000

// county stores the stations of the county and, where they are wanted, those of
// the nation.
func (f *filler) county(ctx context.Context) error {
	ctx = program(ctx)
	facts := make([]station.Facts, len(f.World.Stations))
	for i, s := range f.World.Stations {
		facts[i] = f.facts(s)
	}
	var err error
	if f.stations, err = f.Stations.AddAll(ctx, facts, station.FromCadre); err != nil {
		return err
	}
	facts = facts[:0]
	stored := len(f.stations)
	flush := func() error {
		if len(facts) == 0 {
			return nil
		}
		_, err := f.Stations.AddAll(ctx, facts, station.FromFile)
		if stored += len(facts); stored/20_000 > (stored-len(facts))/20_000 {
			f.Say(fmt.Sprintf("%d stations", stored))
		}
		facts = facts[:0]
		return err
	}
	for s := range f.World.Nation() {
		if facts = append(facts, f.facts(s)); len(facts) == batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (f *filler) facts(s world.Station) station.Facts {
	facts := s.Facts
	if s.Host != "" {
		o := f.World.OrgOf(s.Host)
		facts.HostID, facts.HostName, facts.Phones = f.orgs[s.Host], o.Name, []string{o.Phone}
	}
	return facts
}

// album hangs drawings up as photos at the stations that stories speak of.
func (f *filler) album(ctx context.Context) error {
	ctx = f.as(ctx, "zhaoming")
	for i, s := range f.World.Stations {
		var list []station.Picture
		for n, kind := range map[string][]string{"riders-home": {"board", "cabinet", "microwave"}, "bank-centre": {"lock", "microwave"}}[s.Key] {
			raw, err := world.Draw(kind, uint64(n), true)
			if err != nil {
				return err
			}
			picture, err := f.Hang(ctx, raw)
			if err != nil {
				return err
			}
			list = append(list, picture)
		}
		if len(list) == 0 {
			continue
		}
		if _, err := f.Stations.AddPictures(ctx, f.stations[i], list...); err != nil {
			return err
		}
	}
	return nil
}

// sample imports the sample list as stations that workers are not shown.
func (f *filler) sample(ctx context.Context) error {
	if f.Sample == nil {
		return nil
	}
	ctx = f.as(ctx, "zhouquan")
	table, err := sheet.Read(bytes.NewReader(f.Sample), sheet.Auto, sheet.Limits{})
	if err != nil {
		return err
	}
	staged, err := f.Intake.Stage(ctx, table, list.Options{File: f.File, Area: world.Area})
	if err != nil {
		return err
	}
	_, err = f.Intake.Apply(ctx, staged.ID)
	return err
}

// today sets the days on which stations are closed, by the host where it has
// somebody who signs in.
func (f *filler) today(ctx context.Context) error {
	f.Clock.Set(f.World.Now)
	for i, s := range f.World.Stations {
		if s.Shut == nil {
			continue
		}
		who := f.as(ctx, "zhaoming")
		for _, p := range f.World.Staff {
			if p.Org == s.Host && p.Role == "host" {
				who = f.as(ctx, p.Login)
			}
		}
		if _, err := f.Stations.SetDay(who, f.stations[i], *s.Shut); err != nil {
			return err
		}
	}
	return f.Deliver(ctx)
}
