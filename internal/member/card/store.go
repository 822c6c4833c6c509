package card

import (
	"context"
	"strconv"

	"nuanxin/internal/op"
)

// claim takes a code for whoever looks at it, and returns whose it is then. The
// member's rows of codes that ran out long ago go.
func claim(ctx context.Context, tx *op.Tx, c Code) (whose string, err error) {
	old := tx.Now().Add(-2 * max(Online.Life(), Offline.Life())).UnixMicro()
	if _, err := tx.Exec(ctx, `delete from member_code where member_id = $1 and issued_at < $2`, string(c.Member), old); err != nil {
		return "", err
	}
	key := []any{string(c.Member), strconv.Itoa(int(c.Kind)), c.At.UnixMicro()}
	n, err := tx.Exec(ctx, `insert into member_code (member_id, kind, issued_at, checked_by, checked_at) values ($1, $2, $3, $4, $5)
		on conflict (member_id, kind, issued_at) do nothing`, append(key, tx.Subject.ID, tx.Now().UnixMicro())...)
	if err != nil || n == 1 {
		return tx.Subject.ID, err
	}
	err = tx.One(ctx, `select checked_by from member_code where member_id = $1 and kind = $2 and issued_at = $3`, key, &whose)
	return whose, err
}
