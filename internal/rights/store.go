package rights

import (
	"context"
	"embed"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

const columns = `r.ask_id, r.person_id, r.union_id, r.union_name, r.area, r.kind, r.state, r.channel, r.words, r.name, r.phone_mask, r.taken_by,
	r.asked_at, r.answered_at, r.answered_by, r.answer, r.data_key, r.version, r.field, r.wanted, r.was, r.proof`

// ByColumns are the columns that decide about a row.
var ByColumns = authz.Columns{ID: "r.ask_id", Area: "r.area", Owner: "r.person_id"}

// vault seals what a row keeps, under the row's own data key.
type vault struct{ ring *seal.Ring }

func keyPlace(row ID) []byte { return seal.Place("rights_ask", "data_key", string(row)) }

// box is what the values of one row are sealed in.
type box struct {
	seal.Box
	row ID
}

func (v vault) box(key []byte, row ID) (box, error) {
	b, err := v.ring.Box(key, keyPlace(row))
	return box{b, row}, err
}

// fresh returns a box with a new key, and the key to be kept.
func (v vault) fresh(row ID) (box, []byte, error) {
	b, key, err := v.ring.NewBox(keyPlace(row))
	return box{b, row}, key, err
}

// seal returns plain sealed for a column; of nothing it is NULL.
func (b box) seal(plain, column string) (any, error) {
	if plain == "" {
		return nil, nil //nolint:nilnil // NULL
	}
	return b.Seal([]byte(plain), seal.Place("rights_ask", column, string(b.row)))
}

func (b box) open(sealed []byte, column string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := b.Open(sealed, seal.Place("rights_ask", column, string(b.row)))
	return string(plain), err
}

func (v vault) scan(r db.Row) (Ask, error) {
	var a Ask
	var words, name, answer, wanted, was []byte
	err := r.Scan(&a.ID, db.Text(&a.Person), &a.Union, &a.UnionName, &a.Area, &a.Kind, &a.State, &a.Channel, &words, &name, &a.Phone, &a.TakenBy,
		db.Time(&a.AskedAt), db.Time(&a.AnsweredAt), &a.AnsweredBy, &answer, &a.key, &a.Version, &a.Field, &wanted, &was, &a.Proof)
	if err != nil {
		return a, err
	}
	b, err := v.box(a.key, a.ID)
	if err != nil {
		return a, err
	}
	if a.Words, err = b.open(words, "words"); err != nil {
		return a, err
	}
	if a.Name, err = b.open(name, "name"); err != nil {
		return a, err
	}
	if a.Answer, err = b.open(answer, "answer"); err != nil {
		return a, err
	}
	if a.Wanted, err = b.open(wanted, "wanted"); err != nil {
		return a, err
	}
	a.Was, err = b.open(was, "was")
	return a, err
}

func (v vault) some(ctx context.Context, tx *op.Tx, where string, args db.Args) ([]Ask, error) {
	var all []Ask
	err := tx.Each(ctx, `select `+columns+` from rights_ask r where `+where, args, func(r db.Row) error {
		a, err := v.scan(r)
		all = append(all, a)
		return err
	})
	return all, err
}

// orMark is what somebody wrote, or a dash where a form needed no words.
func orMark(words string) string {
	if words == "" {
		return "—"
	}
	return words
}

// insert stores an ask; phone is the whole number.
func (v vault) insert(ctx context.Context, tx *op.Tx, a Ask, phone string) error {
	b, key, err := v.fresh(a.ID)
	if err != nil {
		return err
	}
	sealed := map[string]any{}
	for column, plain := range map[string]string{"words": orMark(a.Words), "name": a.Name, "phone": phone, "wanted": a.Wanted} {
		if sealed[column], err = b.seal(plain, column); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		insert into rights_ask (ask_id, person_id, union_id, union_name, area, kind, state, channel, words, name, phone, phone_mask, taken_by,
			asked_at, answered_at, answered_by, answer, data_key, version, field, wanted, proof, phone_index)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, null, '', null, $15, 1, $16, $17, $18, $19)`,
		string(a.ID), db.Null(a.Person), a.Union, a.UnionName, a.Area, string(a.Kind), string(a.State), string(a.Channel),
		sealed["words"], sealed["name"], sealed["phone"], a.Phone, a.TakenBy, a.AskedAt.UnixMicro(), key, a.Field, sealed["wanted"], a.Proof, v.phoneIndex(phone))
	return err
}

// close ends an ask that is open and has the version that was read.
func (v vault) close(ctx context.Context, tx *op.Tx, a Ask) error {
	b, err := v.box(a.key, a.ID)
	if err != nil {
		return err
	}
	sealed, err := b.seal(a.Answer, "answer")
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `update rights_ask set state = $2, answered_at = $3, answered_by = $4, answer = $5, version = version + 1
		where ask_id = $1 and state = 'open' and version = $6`, string(a.ID), string(a.State), tx.Now().UnixMicro(), a.AnsweredBy, sealed, a.Version)
	if err == nil && n == 0 {
		err = fault.New("rights.close", fault.Conflict, "rights.closed")
	}
	return err
}

// Rule is the value of a rule of this domain that counted on a day.
func Rule(ctx context.Context, tx *op.Tx, name, day string) (value int64, err error) {
	err = tx.One(ctx, `select value from rights_rule where name = $1 and since <= $2 order by since desc limit 1`, []any{name, day}, &value)
	return value, err
}

func today(tx *op.Tx) string { return clock.Day(tx.Now()) }

// get reads one ask with its day.
func (s *Service) get(ctx context.Context, tx *op.Tx, which ID) (Ask, error) {
	missing := fault.New("rights.get", fault.Missing, "fault.missing")
	if !id.Valid(string(which)) {
		return Ask{}, missing
	}
	all, err := s.some(ctx, tx, `r.ask_id = $1`, db.Args{string(which)})
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		return Ask{}, err
	}
	return all[0], s.date(ctx, tx, all)
}
