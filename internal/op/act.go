package op

import (
	"context"
	"encoding/json"
	"errors"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
)

// Reused is the message of the conflict that meets a call whose id stood for
// another act or another input before.
const Reused = "failure.reused.text"

// Outcome is what became of a write that a client named.
type Outcome struct {
	ClientID string
	State    string // "done", "refused" or "unknown"
	Action   string
	Code     string     // of a refusal: the fault kind's stable name
	Msg      string     // of a refusal: the message key
	Args     fault.Args // of a refusal
}

// OutcomeOf tells what became of the write with the given client id. A write
// that never arrived, or whose transaction never committed, is "unknown".
func (d *Desk) OutcomeOf(ctx context.Context, clientID string) (Outcome, error) {
	o := Outcome{ClientID: clientID, State: "unknown"}
	err := d.db.View(ctx, func(tx *db.Tx) error {
		var detail string
		err := tx.One(ctx, `select outcome, action, code, msg, detail from act where client_id = $1`,
			[]any{clientID}, &o.State, &o.Action, &o.Code, &o.Msg, &detail)
		if err != nil {
			return err
		}
		var r refused
		err = json.Unmarshal([]byte(detail), &r)
		o.Args = r.Args
		return err
	})
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return o, fault.Wrap("act.outcome", err)
}

// refused is the part of a refusal that is kept beside its code and message.
type refused struct {
	Args   fault.Args    `json:"args,omitempty"`
	Fields []fault.Field `json:"fields,omitempty"`
}

// recall answers a repeated call from the outcome of the first: known says that
// there was one, and err is its refusal.
func recall(ctx context.Context, tx *db.Tx, act authz.Action, result any) (known bool, err error) {
	call := CallOf(ctx)
	if call.ClientID == "" {
		return false, nil
	}
	var subject, action, digest, outcome, kept, code, msg, detail string
	err = tx.One(ctx, `select subject, action, digest, outcome, result, code, msg, detail from act where client_id = $1`,
		[]any{call.ClientID}, &subject, &action, &digest, &outcome, &kept, &code, &msg, &detail)
	switch {
	case errors.Is(err, db.ErrNone):
		return false, nil
	case err != nil:
		return false, err
	case subject != authz.From(ctx).ID || action != string(act) || digest != call.Digest:
		return true, fault.New(string(act), fault.Conflict, Reused)
	case outcome == "done":
		return true, json.Unmarshal([]byte(kept), result)
	}
	var r refused
	if err := json.Unmarshal([]byte(detail), &r); err != nil {
		return true, err
	}
	return true, &fault.Error{Op: string(act), Kind: fault.KindOfCode(code), Msg: msg, Args: r.Args, Fields: r.Fields}
}

// remember stores the outcome of a call that a client named.
func remember(ctx context.Context, tx *Tx, act authz.Action, root string, result any, refusal error) error {
	call := CallOf(ctx)
	if call.ClientID == "" {
		return nil
	}
	outcome, code, msg := "done", "", ""
	var r refused
	if refusal != nil {
		f := fault.Of(refusal)
		outcome, code, msg, result = "refused", f.Kind.Code(), f.Msg, nil
		r = refused{f.Args, f.Fields}
	}
	kept, err := json.Marshal(result)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into act (client_id, at, subject, action, root_id, digest, outcome, result, code, msg, detail)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		call.ClientID, tx.Now().UnixMicro(), tx.Subject.ID, string(act), root, call.Digest, outcome, string(kept), code, msg, string(detail))
	return err
}
