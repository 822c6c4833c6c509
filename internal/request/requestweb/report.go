package requestweb

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
)

// Reports takes what workers find wrong at a station. App hands it to the pages
// of stations.
type Reports struct{ Office *office.Service }

// Report makes a request about a station and returns its number and, unless it
// belongs to the account of who reports, the secret to hold it by (see
// [Config.Hold]). what is the station's code of the defect. The context
// carries the call with its client-made id: reported the same twice, it is one.
func (p Reports) Report(ctx context.Context, station, what, words string) (number, secret string, err error) {
	d := request.Draft{What: what, Words: words, Place: request.Place{Station: station}, Channel: request.ChannelStation}
	receipt, err := p.Office.Capture(ctx, d)
	if err != nil {
		return "", "", err
	}
	if authz.From(ctx).Kind != authz.Worker {
		secret = p.Office.Secret(receipt.ID)
	}
	return receipt.Number, secret, nil
}
