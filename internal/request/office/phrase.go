package office

import (
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// Phrases returns the texts for one use in an area: the union's own and those
// of the unions above first, then the program's.
func (s *Service) Phrases(ctx context.Context, area string, k request.Kind) ([]request.Phrase, error) {
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, _ op.Scope) ([]request.Phrase, error) {
		if k := tx.Subject.Kind; k != authz.Staff && k != authz.System {
			return nil, fault.New(string(request.List), fault.Denied, "fault.denied")
		}
		var args db.Args
		q := `select phrase_id, area, kind, zh, en from request_phrase where area in ` + db.In(&args, prefixes(area)) + ` and kind = ` + args.Add(k) + ` order by length(area) desc, phrase_id`
		var all []request.Phrase
		err := tx.Each(ctx, q, args, func(r db.Row) error {
			var p request.Phrase
			err := r.Scan(&p.ID, &p.Area, &p.Kind, &p.ZH, &p.EN)
			all = append(all, p)
			return err
		})
		return append(all, request.BuiltinPhrases(k)...), err
	})
}

// SavePhrase adds a phrase for an area and returns its id.
func (s *Service) SavePhrase(ctx context.Context, p request.Phrase) (string, error) {
	p.ID = id.New[string]()
	find := func(tx *op.Tx) (areaTarget, error) { return s.areaTarget(ctx, tx, "request_phrase", p.Area) }
	return op.Write(ctx, s.desk, request.SetWord, find, func(tx *op.Tx, _ areaTarget) (string, error) {
		zh, err := need(request.SetWord, "zh", p.ZH, maxShort)
		if err != nil {
			return "", err
		}
		en, err := short(request.SetWord, "en", p.EN, 2*maxShort)
		if err != nil {
			return "", err
		}
		if !slices.Contains(request.PhraseKinds(), p.Kind) {
			return "", wrong(string(request.SetWord), "kind", "request.phrase.kind")
		}
		_, err = tx.Exec(ctx, `insert into request_phrase (phrase_id, area, kind, zh, en, at, by_id) values ($1, $2, $3, $4, $5, $6, $7)`,
			p.ID, p.Area, p.Kind, zh, en, tx.Now().UnixMicro(), tx.Subject.ID)
		return p.ID, err
	})
}

// DropPhrase removes a phrase.
func (s *Service) DropPhrase(ctx context.Context, pid string) error {
	find := func(tx *op.Tx) (areaTarget, error) {
		var area string
		if !id.Valid(pid) {
			return areaTarget{}, fault.New(string(request.SetWord), fault.Missing, "fault.missing")
		}
		if err := tx.One(ctx, `select area from request_phrase where phrase_id = $1`, []any{pid}, &area); err != nil {
			return areaTarget{}, record.Missing(err)
		}
		return s.areaTarget(ctx, tx, "request_phrase", area)
	}
	_, err := op.Write(ctx, s.desk, request.SetWord, find, func(tx *op.Tx, _ areaTarget) (bool, error) {
		n, err := tx.Exec(ctx, `delete from request_phrase where phrase_id = $1`, pid)
		return n == 1, err
	})
	return err
}
