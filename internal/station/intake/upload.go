package intake

import (
	"bytes"
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake/list"
)

// MaxBytes is the largest file that a page takes; the command takes larger ones.
const MaxBytes = 10 << 20

var limits = sheet.Limits{Bytes: MaxBytes}

// Upload takes a file in. A short list is read and judged at once; a long one is
// kept, and read in the background. Either way the import is there: its Work
// tells how far it has come.
func (s *Service) Upload(ctx context.Context, raw []byte, o list.Options) (ID, error) {
	if s.Scan != nil {
		if err := s.Scan(ctx, raw); err != nil {
			return "", err
		}
	}
	if short(raw, s.direct) {
		t, err := sheet.Read(bytes.NewReader(raw), o.Encoding, limits)
		if err != nil {
			return "", err
		}
		if len(t.Rows) <= s.direct {
			b, err := s.Stage(ctx, t, o)
			return b.ID, err
		}
	}
	if _, err := s.ownArea(authz.From(ctx), o); err != nil {
		return "", err
	}
	file := id.New[string]()
	if err := s.files.Put(ctx, file, raw); err != nil {
		return "", err
	}
	return op.Write(ctx, s.desk, station.Import, s.propose(o, list.Report{}), func(tx *op.Tx, b Batch) (ID, error) {
		if err := insertHead(ctx, tx, b); err != nil {
			return "", err
		}
		return b.ID, putWork(ctx, tx, b.ID, Work{Kind: Reading, beside: true, subject: tx.Subject, file: file})
	})
}

// short reports whether a file is surely read in a moment: a text of few lines,
// or a workbook too small to hold many.
func short(raw []byte, most int) bool {
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
		return len(raw) <= 128<<10
	}
	return bytes.Count(raw, []byte("\n")) <= most
}

// Stage reads the table, says row by row what would become of it, and keeps
// that, so that somebody can look at it and apply it.
func (s *Service) Stage(ctx context.Context, t sheet.Table, o list.Options) (Batch, error) {
	report, err := list.Read(t, o)
	if err != nil {
		return Batch{}, err
	}
	if _, err := s.ownArea(authz.From(ctx), o); err != nil {
		return Batch{}, err
	}
	if err := s.look(ctx, report.Lines, list.NewSeen()); err != nil {
		return Batch{}, err
	}
	done, err := op.Write(ctx, s.desk, station.Import, s.propose(o, report), func(tx *op.Tx, b Batch) (ID, error) {
		if err := insertHead(ctx, tx, b); err != nil {
			return "", err
		}
		if len(b.Lines) <= s.direct {
			return b.ID, insertLines(ctx, tx, b.ID, 0, b.Lines)
		}
		return b.ID, putWork(ctx, tx, b.ID, Work{Kind: Reading, Total: len(b.Lines), subject: tx.Subject})
	})
	if err != nil {
		return Batch{}, err
	}
	if err := s.storeLines(op.With(ctx, op.Call{}), done, report); err != nil {
		return Batch{}, err
	}
	return s.Staged(ctx, done)
}

// storeLines keeps the lines of a long list, step by step, where they are not
// kept yet.
func (s *Service) storeLines(ctx context.Context, id ID, r list.Report) error {
	b, err := s.Head(ctx, id)
	if err != nil || b.Work == nil {
		return err
	}
	for from := b.Work.Done; from < len(r.Lines); from = b.Work.Done {
		if err := s.storePiece(ctx, b, r, from, r.Lines[from:min(from+s.piece, len(r.Lines))]); err != nil {
			return err
		}
	}
	return nil
}

// storePiece keeps some lines; the last of them make the import whole.
func (s *Service) storePiece(ctx context.Context, b Batch, r list.Report, from int, some []list.Line) error {
	to := from + len(some)
	return s.step(ctx, b, to, func(tx *op.Tx) error {
		if err := insertLines(ctx, tx, b.ID, from, some); err != nil || to < b.Work.Total {
			return err
		}
		b.Report = r
		if err := updateHead(ctx, tx, b); err != nil {
			return err
		}
		return dropWork(ctx, tx, b.ID)
	})
}

// readOn reads the file of an import, from where that stopped.
func (s *Service) readOn(ctx context.Context, b Batch) error {
	if b.Work.file == "" { // the lines are gone with whoever brought them
		return s.Cancel(ctx, b.ID)
	}
	raw, err := s.files.Get(ctx, b.Work.file)
	if err != nil {
		return err
	}
	t, err := sheet.Read(bytes.NewReader(raw), b.Options.Encoding, limits)
	if err != nil {
		return err
	}
	r, report, err := list.Open(t, b.Options)
	if err != nil {
		return err
	}
	if b.Work.Total == 0 {
		b.Work.Total = r.Rows()
		if err := s.step(ctx, b, 0, func(*op.Tx) error { return nil }); err != nil {
			return err
		}
	}
	before, lines := list.NewSeen(), make([]list.Line, 0, r.Rows()) // never grown: before points into it
	for from := 0; from < r.Rows(); from = len(lines) {
		for i := from; i < min(from+s.piece, r.Rows()); i++ {
			lines = append(lines, r.Line(i))
		}
		if _, err := s.glance(ctx, lines[from:], before); err != nil {
			return err
		}
		if len(lines) <= b.Work.Done {
			continue // kept already; it was read because what follows may repeat it
		}
		if err := s.storePiece(ctx, b, report, from, lines[from:]); err != nil {
			return err
		}
	}
	return nil
}
