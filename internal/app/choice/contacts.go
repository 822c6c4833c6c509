package choice

import (
	"context"

	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/request/share"
)

// Contacts are the public contacts of bodies. It implements [share.Orgs].
type Contacts struct{ Orgs *org.Service }

// Contact implements share.Orgs. The whole name is told, and not how a list calls it.
func (c Contacts) Contact(ctx context.Context, tx *op.Tx, body string) (share.Contact, error) {
	o, err := c.Orgs.Ask(ctx, tx, org.ID(body))
	return share.Contact{Name: o.Name, Phone: o.Phone, Address: o.Address}, err
}
