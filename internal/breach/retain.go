package breach

import (
	"context"
	"time"

	"nuanxin/internal/op"
)

// DropLists forgets who stood on lists that were taken out before a time.
func (s *Service) DropLists(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	n, err := tx.Exec(ctx, `delete from breach_list where list_id in (select l.list_id from breach_list l where l.at < $1 order by l.list_id limit $2)`, before.UnixMicro(), most)
	return int(n), err
}

// DropPersons forgets whom incidents concerned that were closed before a time; at most so
// many people. That they happened, and what was done, stays for the days of the register.
func (s *Service) DropPersons(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	n, err := tx.Exec(ctx, `delete from breach_person where (breach_id, mark) in (select p.breach_id, p.mark from breach_person p join breach b on b.breach_id = p.breach_id where b.closed_at < $1 order by p.breach_id, p.mark limit $2)`, before.UnixMicro(), most)
	return int(n), err
}

// Drop drops incidents that were closed before a time, with what was done about them; at
// most so many. One that is open stays, and so does one whose people a longer rule keeps:
// whom it concerned is nothing without what it was. It returns how many.
func (s *Service) Drop(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	const old = `select b.breach_id from breach b where b.state = 'closed' and b.closed_at < $1 and not exists (select 1 from breach_person p where p.breach_id = b.breach_id) order by b.breach_id limit $2`
	if _, err := tx.Exec(ctx, `delete from breach_step where breach_id in (`+old+`)`, before.UnixMicro(), most); err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `delete from breach where breach_id in (`+old+`)`, before.UnixMicro(), most)
	return int(n), err
}
