package intake

import (
	"context"

	"nuanxin/internal/op"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake/list"
)

// takeover is how what was prepared becomes what is.
type takeover struct {
	state State                                // of the import afterwards
	late  func(*op.Tx) (map[int]string, error) // rows that came too late, and why
	left  func(seq int, why string) doneRow    // what is kept of such a row
}

// publish takes all that was prepared over in one transaction of a few
// statements, so that readers see either nothing of it or all, and other
// writers wait no longer than these take.
func (s *Service) publish(ctx context.Context, b Batch, t takeover) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, err := op.Write(ctx, s.desk, station.Import, s.head(ctx, b.ID), func(tx *op.Tx, now Batch) (struct{}, error) {
		p := publisher{service: s, tx: tx, batch: now, takeover: t}
		return struct{}{}, p.run(ctx, b)
	})
	return err
}

type publisher struct {
	service *Service
	tx      *op.Tx
	batch   Batch
	takeover
	rows  map[station.ID]nextRow
	tally Tally
}

func (p *publisher) run(ctx context.Context, b Batch) (err error) {
	if err := p.tx.Lock(ctx, "station.import"); err != nil {
		return err
	}
	if err := moveWork(ctx, p.tx, b.ID, *b.Work, b.Work.Total); err != nil {
		return err
	}
	late, err := p.late(p.tx)
	if err != nil {
		return err
	}
	for seq, why := range late {
		if err := p.leave(ctx, seq, why); err != nil {
			return err
		}
	}
	if p.rows, err = nextRows(ctx, p.tx, b.ID); err != nil {
		return err
	}
	redrawn, err := p.codes(ctx)
	if err != nil {
		return err
	}
	taken, err := takeNext(ctx, p.tx, b.ID)
	if err != nil {
		return err
	}
	if err := p.count(ctx, taken); err != nil {
		return err
	}
	for _, id := range redrawn {
		if err := p.index(ctx, id); err != nil {
			return err
		}
	}
	return p.close(ctx, b, taken)
}

// leave takes a row out of what is taken over, and says why.
func (p *publisher) leave(ctx context.Context, seq int, why string) error {
	ids, err := dropNext(ctx, p.tx, p.batch.ID, seq)
	if err == nil {
		err = p.service.reindex(ctx, p.tx, ids)
	}
	if err != nil {
		return err
	}
	return saveOutcome(ctx, p.tx, p.batch.ID, seq, p.left(seq, why))
}

// codes gives the new stations the codes that were drawn for them, and others
// where somebody has them by now.
func (p *publisher) codes(ctx context.Context) ([]station.ID, error) {
	taken, err := takeCodes(ctx, p.tx, p.batch.ID)
	for _, id := range taken {
		code, err := p.service.tables.Code(ctx, p.tx, id)
		if err != nil {
			return nil, err
		}
		if _, err := p.tx.Exec(ctx, `update station_next set code = $1 where import_id = $2 and seq = $3`, code, p.batch.ID, p.rows[id].seq); err != nil {
			return nil, err
		}
	}
	return taken, err
}

// index finds a station anew by a code that was not the one first drawn.
func (p *publisher) index(ctx context.Context, id station.ID) error {
	all, err := p.service.tables.Many(ctx, p.tx, []station.ID{id})
	if err != nil {
		return err
	}
	return p.service.tables.Index(ctx, p.tx, all[id])
}

// count sums up what was taken over, and leaves alone those rows whose station
// has another version by now.
func (p *publisher) count(ctx context.Context, taken []station.ID) error {
	for _, id := range taken {
		if r := p.rows[id]; r.first || r.closes {
			p.tally.Added++
		} else {
			p.tally.Updated++
		}
		delete(p.rows, id)
	}
	for _, r := range p.rows {
		if err := p.leave(ctx, r.seq, "import.changed_meanwhile"); err != nil {
			return err
		}
	}
	return p.tx.One(ctx, `select count(*) from station_import_row where import_id = $1 and left_alone`, []any{p.batch.ID}, &p.tally.Left)
}

// close ends the work: the changes are numbered and then each station's audit
// row is written, in this order, as with every other change; two that wait for
// each other would be an accident.
func (p *publisher) close(ctx context.Context, b Batch, taken []station.ID) error {
	if p.batch.State = p.state; p.state == Applied {
		p.batch.Done = p.tally
		p.tx.Emit(Imported{Import: string(b.ID), Added: p.tally.Added, Updated: p.tally.Updated})
	} else {
		p.batch.Undone = p.tally
	}
	if err := updateHead(ctx, p.tx, p.batch); err != nil {
		return err
	}
	if _, err := p.tx.Exec(ctx, `delete from station_next where import_id = $1`, b.ID); err != nil {
		return err
	}
	work := Work{Kind: Tidying, Total: p.tally.Updated, beside: b.Work.beside, subject: b.Work.subject}
	if err := putWork(ctx, p.tx, b.ID, work); err != nil {
		return err
	}
	if len(taken) == 0 {
		return nil
	}
	if err := p.service.tables.Touch(ctx, p.tx, taken...); err != nil {
		return err
	}
	ids := make([]string, len(taken))
	for i, id := range taken {
		ids[i] = string(id)
	}
	return p.tx.AlsoAll(ctx, station.Import, "station", ids)
}

// tidy forgets under which words changed stations were found before. Until
// then they are found under the old ones and the new.
func (s *Service) tidy(ctx context.Context, b Batch) error {
	rows, err := s.rows(ctx, b.ID)
	if err != nil {
		return err
	}
	var ids []station.ID
	for _, d := range rows {
		if d.Action == list.WillUpdate {
			ids = append(ids, d.Station)
		}
	}
	for from := min(b.Work.Done, len(ids)); ; from = b.Work.Done {
		to := min(from+s.few/3, len(ids))
		err := s.step(ctx, b, to, func(tx *op.Tx) error {
			if to == len(ids) {
				if err := dropWork(ctx, tx, b.ID); err != nil {
					return err
				}
			}
			return s.reindex(ctx, tx, ids[from:to])
		})
		if err != nil || to == len(ids) {
			return err
		}
	}
}

// reindex makes what stations are found by what it should be; of one that is
// not there nothing is kept.
func (s *Service) reindex(ctx context.Context, tx *op.Tx, ids []station.ID) error {
	all, err := s.tables.Many(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if st, ok := all[id]; ok {
			err = s.tables.Index(ctx, tx, st)
		} else {
			err = forgetWords(ctx, tx, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// clear takes away what stopped work had prepared, step by step.
func (s *Service) clear(ctx context.Context, b Batch) error {
	for more := true; more; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		left, err := op.Write(ctx, s.desk, station.Import, s.head(ctx, b.ID), func(tx *op.Tx, now Batch) (bool, error) {
			if now.Work == nil || !now.Work.Stop {
				return false, errMoved
			}
			if now.Work.Kind == Reading {
				return forgetLines(ctx, tx, now, s.piece)
			}
			return s.forgetNext(ctx, tx, now)
		})
		if err != nil {
			return err
		}
		more = left
	}
	return nil
}

// forgetNext forgets some of the prepared records, and at last the work; more
// says that there are others.
func (s *Service) forgetNext(ctx context.Context, tx *op.Tx, b Batch) (more bool, err error) {
	ids, err := someNext(ctx, tx, b.ID, s.few)
	if err != nil {
		return false, err
	}
	if len(ids) > 0 {
		return true, s.reindex(ctx, tx, ids)
	}
	if err := forgetOutcomes(ctx, tx, b.ID, b.Work.Kind); err != nil {
		return false, err
	}
	return false, dropWork(ctx, tx, b.ID)
}
