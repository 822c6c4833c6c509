package member

import (
	"cmp"
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// Raw is what a member's row keeps of a person, nothing masked. It is for the rooms
// of this domain that put two rows together, and is shown to nobody.
type Raw struct {
	Name, Phone, Document, Born string
	Occupation                  Occupation
	Number, Person              string
}

// AskRaw returns what a row keeps of a person.
func (s *Service) AskRaw(ctx context.Context, tx *op.Tx, which ID) (r Raw, err error) {
	var sealed [4][]byte
	var key []byte
	if err := tx.One(ctx, `select data_key, name, phone, document, born, occupation, number, person_id from member where member_id = $1`, []any{string(which)},
		&key, &sealed[0], &sealed[1], &sealed[2], &sealed[3], &r.Occupation, &r.Number, db.Text(&r.Person)); err != nil {
		return r, err
	}
	box, err := s.box(key, which)
	if err != nil {
		return r, err
	}
	for i, to := range []*string{&r.Name, &r.Phone, &r.Document, &r.Born} {
		if *to, err = box.Open(sealed[i], rawColumns[i]); err != nil {
			return r, err
		}
	}
	if r.Phone == plain.Lost {
		r.Phone = ""
	}
	return r, nil
}

// boxOf returns the box of a row.
func (s *Service) boxOf(ctx context.Context, tx *op.Tx, which ID) (Box, error) {
	var key []byte
	if err := tx.One(ctx, `select data_key from member where member_id = $1`, []any{string(which)}, &key); err != nil {
		return Box{}, err
	}
	return s.box(key, which)
}

// rawColumns are the sealed columns of a [Raw], in its order.
var rawColumns = [4]string{"name", "phone", "document", "born"}

// Rewrite puts r in the place of what a row keeps of a person, with its indexes; whom
// it may be the same as is looked for soon. Guards and versions are the caller's.
func (s *Service) Rewrite(ctx context.Context, tx *op.Tx, which ID, r Raw) error {
	box, err := s.boxOf(ctx, tx, which)
	if err != nil {
		return err
	}
	var sealed [4][]byte
	for i, text := range []string{r.Name, cmp.Or(r.Phone, plain.Lost), r.Document, r.Born} {
		if sealed[i], err = box.Seal(text, rawColumns[i]); err != nil {
			return err
		}
	}
	birth, odd := "", false
	if r.Born != "" {
		birth = s.index("birth", r.Name+"|"+r.Born)
	}
	today := clock.Day(tx.Now())
	if resident, err := idcard.ParseResident(r.Document, today); err == nil {
		odd = len(DoubtsOf(resident, today)) > 0
	}
	_, err = tx.Exec(ctx, `
		update member set name = $2, phone = $3, phone_mask = $4, document = $5, doc_mask = $6, born = $7, name_index = $8, birth_index = $9, phone_index = $10, doc_index = $11,
			occupation = $12, number = $13, person_id = $14, odd = $15, sought = 0, named = 0
		where member_id = $1`,
		string(which), sealed[0], sealed[1], idcard.MaskPhone(r.Phone), blob(sealed[2]), idcard.MaskID(r.Document), blob(sealed[3]),
		s.index("name", r.Name), birth, s.index("phone", r.Phone), s.index("document", r.Document), string(r.Occupation), r.Number, db.Null(r.Person), odd)
	return err
}

// Begin ends the term that lasts and begins t now. It adds, and overwrites nothing.
func (s *Service) Begin(ctx context.Context, tx *op.Tx, which ID, t Term) error {
	return begin(ctx, tx, which, t)
}

// TakeDocument takes the identity number of a record for it, or says whose it is, as
// an approval does.
func (s *Service) TakeDocument(ctx context.Context, tx *op.Tx, which ID) error {
	return s.claimDocument(ctx, tx, which)
}

// TakePhone likewise takes a phone, by its index. It reports whether the record has it.
func (s *Service) TakePhone(ctx context.Context, tx *op.Tx, which ID, index string) (bool, error) {
	whose, err := guardPhone.claim(ctx, tx, index, which)
	return whose == which, err
}

// Reason reads why somebody decides as they do, in words that are needed.
func Reason(act authz.Action, text string) (string, error) { return reason(act, text) }

// Erased reports whether nothing tells any more whose record it was.
func (m Member) Erased() bool { return m.Name == plain.Forgotten }
