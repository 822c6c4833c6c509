package office

import (
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Merge joins others to the request that ref names: one matter, one case, and
// each of their workers is told. The caller must have the right to each of them.
func (s *Service) Merge(ctx context.Context, ref request.Ref, words string, others ...request.ID) (request.Receipt, error) {
	return s.act(ctx, request.Join, ref, func(tx *op.Tx, m *matter) error {
		words, err := short(request.Join, "words", words, maxWords)
		if err != nil {
			return err
		}
		others = slices.Compact(slices.Sorted(slices.Values(others)))
		if len(others) == 0 || slices.Contains(others, m.ID) {
			return wrong(string(request.Join), "others", "request.merge.self")
		}
		if !m.Status.Open() {
			return fault.New(string(request.Join), fault.Conflict, "request.state").With(fault.Args{"Status": string(m.Status)})
		}
		m.looked(tx)
		for _, rid := range others {
			if err := s.absorb(ctx, tx, m, rid, words); err != nil {
				return err
			}
		}
		return nil
	})
}

// absorb joins one request to m.
func (s *Service) absorb(ctx context.Context, tx *op.Tx, m *matter, rid request.ID, words string) error {
	f, err := s.lock(ctx, tx, request.Ref{ID: rid})
	if err != nil {
		return err
	}
	if err := s.desk.Both(ctx, tx, request.Join, f.AuthzObject()); err != nil {
		return err
	}
	if err := f.Fit(request.KindMerged); err != nil {
		return err
	}
	if f.Followers > 0 {
		return fault.New(string(request.Join), fault.Conflict, "request.merge.main").With(fault.Args{"Number": f.Number})
	}
	f.looked(tx)
	f.Status, f.MergedInto = request.StatusMerged, m.ID
	f.recallAll(tx)
	f.add(tx, request.Entry{Kind: request.KindMerged, Readers: request.ToWorker | request.ToStaff, Words: words, Fact: m.Number})
	f.hideNumber()
	if err := s.save(ctx, tx, f); err != nil {
		return err
	}
	if err := s.store.Follow(ctx, tx, m.ID, rid); err != nil {
		return err
	}
	m.Followers++
	m.add(tx, request.Entry{Kind: request.KindAbsorbed, Readers: request.ToWorker | request.ToStaff, Fact: f.Number})
	m.hideNumber()
	return tx.Also(ctx, request.Join, f.AuthzObject(), request.Merged{ID: rid, Into: m.ID}, request.Told{ID: rid, Number: f.Number, Kind: request.KindMerged})
}

// recallAll takes the matter from every body that has it, and marks what was
// sent back as acted upon.
func (m *matter) recallAll(tx *op.Tx) {
	m.settleBounced(tx)
	for i := range m.ds {
		d := &m.ds[i]
		if !d.Holds() || d.State == request.DispatchReported {
			continue
		}
		d.State, d.EndedAt = request.DispatchRecalled, tx.Now()
		m.add(tx, request.Entry{Kind: request.KindRecalled, Readers: request.ToStaff, Dispatch: d.ID, Body: d.Body, BodyName: d.BodyName})
	}
}

// hideNumber keeps the other's number from the worker: the staff's timeline
// names it, the worker's says only that there is one more.
func (m *matter) hideNumber() {
	e := &m.fresh[len(m.fresh)-1]
	e.Readers = request.ToStaff
	m.Version++
	next := *e
	next.Seq, next.Readers, next.Fact = m.Version, request.ToWorker, ""
	m.fresh = append(m.fresh, next)
}

// Unmerge takes a request out of the one that it was merged into. It goes on
// where it was, with its own clocks.
func (s *Service) Unmerge(ctx context.Context, ref request.Ref, words string) (request.Receipt, error) {
	return s.act(ctx, request.Part, ref, func(tx *op.Tx, f *matter) error {
		words, err := short(request.Part, "words", words, maxWords)
		if err != nil {
			return err
		}
		if err := f.Fit(request.KindUnmerged); err != nil {
			return err
		}
		f.told(tx, request.KindUnmerged)
		return s.leave(ctx, tx, f, words)
	})
}

// leave undoes a merge, on the side of the main request too.
func (s *Service) leave(ctx context.Context, tx *op.Tx, f *matter, words string) error {
	main, err := s.lock(ctx, tx, request.Ref{ID: f.MergedInto})
	if err != nil {
		return err
	}
	if err := s.store.Unfollow(ctx, tx, main.ID, f.ID); err != nil {
		return err
	}
	main.Followers--
	main.add(tx, request.Entry{Kind: request.KindUnmerged, Readers: request.ToStaff, Fact: f.Number})
	if err := s.save(ctx, tx, main); err != nil {
		return err
	}
	f.part(tx, words)
	return tx.Also(ctx, request.Part, main.AuthzObject(), request.Merged{ID: f.ID, Into: main.ID, Undo: true})
}

// part puts a merged request back on its own feet.
func (m *matter) part(tx *op.Tx, words string) {
	m.MergedInto = ""
	if m.Status != request.StatusMerged {
		return // was answered with the others; who calls says what follows
	}
	m.add(tx, request.Entry{Kind: request.KindUnmerged, Readers: request.ToWorker | request.ToStaff, Words: words})
	m.settle()
}

// followers locks the requests that are merged into m, in the order of their ids.
func (s *Service) followers(ctx context.Context, tx *op.Tx, m *matter) ([]*matter, error) {
	if m.Followers == 0 {
		return nil, nil
	}
	ids, err := s.store.FollowerIDs(ctx, tx, m.ID)
	if err != nil {
		return nil, err
	}
	all := make([]*matter, len(ids))
	for i, rid := range ids {
		if all[i], err = s.lock(ctx, tx, request.Ref{ID: rid}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// tellFollowers puts what was said of m on the timelines of those merged into
// it. An answer is theirs to judge as much as the first worker's, and what is
// not ours with m is not ours with them. act is what the audit says was done.
func (s *Service) tellFollowers(ctx context.Context, tx *op.Tx, m *matter, act authz.Action, e request.Entry) error {
	fs, err := s.followers(ctx, tx, m)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if f.Status != request.StatusMerged && (f.Status != request.StatusAnswered || e.Fact != "") {
			continue // has judged, or is asked already
		}
		e.Readers = request.ToWorker | request.ToStaff
		f.add(tx, e)
		told := []op.Event{request.Told{ID: f.ID, Number: f.Number, Kind: e.Kind}}
		switch e.Kind {
		case request.KindAnswered:
			f.Status, f.AnsweredAt = request.StatusAnswered, tx.Now()
			if f.What != "" && e.Fact != "" { // what it reported is mended, too
				told = append(told, f.fixed())
			}
		case request.KindNotOurs:
			f.Status, f.ClosedAt = request.StatusNotOurs, tx.Now()
		}
		if err := s.save(ctx, tx, f); err != nil {
			return err
		}
		if err := tx.Also(ctx, act, f.AuthzObject(), told...); err != nil {
			return err
		}
	}
	return nil
}

// partAll sets free all who were merged into m.
func (s *Service) partAll(ctx context.Context, tx *op.Tx, m *matter) error {
	fs, err := s.followers(ctx, tx, m)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if err := s.store.Unfollow(ctx, tx, m.ID, f.ID); err != nil {
			return err
		}
		m.Followers--
		if f.Status != request.StatusMerged {
			f.MergedInto = ""
		} else {
			f.part(tx, "")
		}
		if err := s.save(ctx, tx, f); err != nil {
			return err
		}
		if err := tx.Also(ctx, request.Part, f.AuthzObject(), request.Merged{ID: f.ID, Into: m.ID, Undo: true}); err != nil {
			return err
		}
	}
	return nil
}
