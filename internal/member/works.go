package member

import (
	"context"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// This part is what is done about where a member works: by themselves, or by a cadre.

// first is before the first day on which anybody can have begun.
const first = "1949-10-01"

// names are the names among what somebody says.
func names(said []work.Said) []string {
	var all []string
	for _, s := range said {
		if s.Name != "" {
			all = append(all, s.Name)
		}
	}
	return all
}

// called finds companies by their name, in an area; nil where none is known.
func (s *Service) called(ctx context.Context, tx *op.Tx, area string) func(string) (work.Firm, error) {
	if s.firms == nil {
		return nil
	}
	return func(name string) (work.Firm, error) { return s.firms.Called(ctx, tx, name, area) }
}

// Called is [work.Firms.Called] for the rooms of this domain.
func (s *Service) Called(ctx context.Context, tx *op.Tx, area string) func(string) (work.Firm, error) {
	return s.called(ctx, tx, area)
}

// Around returns the platforms that are known where a member may work.
func (s *Service) Around(ctx context.Context, which ID) ([]work.Firm, error) {
	var all []work.Firm
	_, err := op.Read(ctx, s.desk, See, func(tx *op.Tx) (Member, error) {
		m, err := s.get(ctx, tx, which)
		if err == nil && s.firms != nil {
			all, err = s.firms.Around(ctx, tx, m.Area)
		}
		return m, err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// near are the stations of ours that a member of an area may name.
func (s *Service) near(ctx context.Context, tx *op.Tx, area string) ([]work.Post, error) {
	if s.posts == nil || area == "" {
		return nil, nil
	}
	return s.posts.Near(ctx, tx, area)
}

// Near is [work.Posts.Near] for the rooms of this domain.
func (s *Service) Near(ctx context.Context, tx *op.Tx, area string) ([]work.Post, error) {
	return s.near(ctx, tx, area)
}

// PostsOf is [work.PostsOf] for the rooms of this domain.
func (s *Service) PostsOf(ctx context.Context, tx *op.Tx, members []Member) (map[string]string, error) {
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = string(m.ID)
	}
	return work.PostsOf(ctx, tx, s.posts, ids)
}

// PostsNear returns the stations of ours that a member may name.
func (s *Service) PostsNear(ctx context.Context, which ID) (all []work.Post, err error) {
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (Member, error) {
		m, err := s.get(ctx, tx, which)
		if err == nil {
			all, err = s.near(ctx, tx, m.Area)
		}
		return m, err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// known refuses a station that is none of ours, or that is closed or not shown to workers.
func (s *Service) known(ctx context.Context, tx *op.Tx, f *fault.Form, said ...work.Said) error {
	for _, one := range said {
		if one.Post == "" {
			continue
		}
		ok := s.posts != nil && id.Valid(one.Post)
		if ok {
			found, err := s.posts.Some(ctx, tx, []string{one.Post})
			if err != nil {
				return err
			}
			ok = len(found) == 1 && found[0].Open
		}
		if !ok {
			f.Add("post", "member.post.closed", nil)
		}
	}
	return nil
}

// posted is [Service.known] of an application.
func (s *Service) posted(ctx context.Context, tx *op.Tx, said []work.Said) error {
	var f fault.Form
	if err := s.known(ctx, tx, &f, said...); err != nil {
		return err
	}
	return f.Err(string(Apply))
}

// Work adds where a member works, from a day on: what they work for already is left out,
// and where that is all of it, that is fault.Conflict "member.works.there".
func (s *Service) Work(ctx context.Context, which ID, said []work.Said, from string) error {
	return s.working(ctx, Employ, which, func(tx *op.Tx, m Member) error {
		said = work.Clean(said)
		var f fault.Form
		if len(said) == 0 {
			f.Add("works", "member.works.needed", nil)
		}
		if field, msg, limit := work.Check(said); field != "" {
			f.Add(field, msg, fault.Args{"Limit": limit})
		}
		if err := s.known(ctx, tx, &f, said...); err != nil {
			return err
		}
		day(&f, "from", from, first, clock.Day(tx.Now()))
		if err := f.Err(string(Employ)); err != nil {
			return err
		}
		return work.Begin(ctx, tx, Employ, string(m.ID), from, said, s.called(ctx, tx, m.Area))
	})
}

// StopWork ends one of them on a day.
func (s *Service) StopWork(ctx context.Context, which ID, seq int64, until string) error {
	return s.workOf(ctx, Employ, which, seq, func(tx *op.Tx, m Member, w work.Work) error {
		var f fault.Form
		day(&f, "until", until, w.From, clock.Day(tx.Now()))
		if err := f.Err(string(Employ)); err != nil {
			return err
		}
		return work.End(ctx, tx, Employ, string(m.ID), w, until, false)
	})
}

// MoveStation changes the station there from a day on: what was stays in the history. Of a
// row at a station of ours, it is the id of the other one.
func (s *Service) MoveStation(ctx context.Context, which ID, seq int64, station, from string) error {
	return s.workOf(ctx, Employ, which, seq, func(tx *op.Tx, m Member, w work.Work) error {
		var f fault.Form
		station = plain.Line(station)
		if err := s.other(ctx, tx, &f, w, station); err != nil {
			return err
		}
		day(&f, "from", from, w.From, clock.Day(tx.Now()))
		if err := f.Err(string(Employ)); err != nil {
			return err
		}
		if err := work.End(ctx, tx, Employ, string(m.ID), w, from, false); err != nil {
			return err
		}
		w.From = from
		if w.Post != "" {
			return work.Begin(ctx, tx, Employ, string(m.ID), from, []work.Said{{Post: station}}, nil)
		}
		w.Station = station
		return work.Follow(ctx, tx, string(m.ID), w)
	})
}

// other checks the station that somebody goes to.
func (s *Service) other(ctx context.Context, tx *op.Tx, f *fault.Form, w work.Work, station string) error {
	if w.Post != "" {
		if station == w.Post || station == "" {
			f.Add("post", "member.station.same", nil)
			return nil
		}
		return s.known(ctx, tx, f, work.Said{Post: station})
	}
	if utf8.RuneCountInString(station) > work.MaxStation {
		f.Add("station", "member.works.length", fault.Args{"Limit": work.MaxStation})
	}
	if station == w.Station {
		f.Add("station", "member.station.same", nil)
	}
	return nil
}

// MendWork puts right what a cadre knows to be wrong: the row stays and says so, and one
// that is right follows it, from the same day or another. Without a name none follows.
func (s *Service) MendWork(ctx context.Context, which ID, seq int64, said work.Said, from string) error {
	return s.workOf(ctx, Mend, which, seq, func(tx *op.Tx, m Member, w work.Work) error {
		said.Name, said.Station = plain.Line(said.Name), plain.Line(said.Station)
		var f fault.Form
		if err := s.known(ctx, tx, &f, said); err != nil {
			return err
		}
		if field, msg, limit := work.Check([]work.Said{said}); field != "" {
			f.Add(field, msg, fault.Args{"Limit": limit})
		}
		today := clock.Day(tx.Now())
		day(&f, "from", from, first, today)
		if err := f.Err(string(Mend)); err != nil {
			return err
		}
		if err := work.End(ctx, tx, Mend, string(m.ID), w, max(today, w.From), true); err != nil || said.Name+said.Post == "" {
			return err
		}
		if w.Post == "" && said.Name == w.Name { // the same company, with another station or day
			w.Station, w.From = said.Station, from
			return work.Follow(ctx, tx, string(m.ID), w)
		}
		return work.Begin(ctx, tx, Mend, string(m.ID), from, []work.Said{said}, s.called(ctx, tx, m.Area))
	})
}

// working runs an act on where a member works. Whose record is over works for nobody.
func (s *Service) working(ctx context.Context, act authz.Action, which ID, do func(*op.Tx, Member) error) error {
	_, err := op.Write(ctx, s.desk, act, s.finder(ctx, which), func(tx *op.Tx, m Member) (bool, error) {
		if !m.State.Holds() {
			return false, fault.New(string(act), fault.Conflict, "member.changed")
		}
		return true, do(tx, m)
	})
	return err
}

func (s *Service) workOf(ctx context.Context, act authz.Action, which ID, seq int64, do func(*op.Tx, Member, work.Work) error) error {
	return s.working(ctx, act, which, func(tx *op.Tx, m Member) error {
		w, err := work.Find(ctx, tx, act, string(m.ID), seq)
		if err != nil {
			return err
		}
		return do(tx, m, w)
	})
}
