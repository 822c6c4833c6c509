// Package ways connects the ways in that go by somebody else, a union's identity provider
// and WeChat, to the adapters that speak with them.
package ways

import (
	"context"
	"errors"

	"nuanxin/internal/account/oidc"
	"nuanxin/internal/account/wechat"
	"nuanxin/internal/idp"
	"nuanxin/internal/outbound"
	weixin "nuanxin/internal/wechat"
)

// Providers are the unions' identity providers.
type Providers struct{ *idp.Client }

// Address implements oidc.Provider.
func (p Providers) Address(ctx context.Context, s oidc.Site, state, nonce, verifier string) (string, error) {
	a, err := p.Client.Address(ctx, idp.Site(s), state, nonce, verifier)
	return a, providerFault(err)
}

// Claims implements oidc.Provider.
func (p Providers) Claims(ctx context.Context, s oidc.Site, code, nonce, verifier string) (oidc.Claims, error) {
	c, err := p.Client.Claims(ctx, idp.Site(s), code, nonce, verifier)
	return oidc.Claims{Issuer: c.Issuer, Subject: c.Subject, Strong: append([]string{c.ACR}, c.AMR...)}, providerFault(err)
}

func providerFault(err error) error {
	if errors.Is(err, idp.ErrDown) {
		return errors.Join(oidc.ErrDown, err)
	}
	return err
}

// Official returns our official account at WeChat.
func Official(appID, secret string) wechat.API {
	return official{weixin.New(weixin.Config{AppID: appID, Secret: secret}, outbound.Rule{})}
}

// official is our official account at WeChat.
type official struct{ *weixin.Client }

// OpenID implements wechat.API.
func (o official) OpenID(ctx context.Context, code string) (string, error) {
	id, err := o.Client.OpenID(ctx, code)
	switch {
	case errors.Is(err, weixin.ErrCode), errors.Is(err, weixin.ErrNobody):
		err = errors.Join(wechat.ErrCode, err)
	case errors.Is(err, weixin.ErrBusy):
		err = errors.Join(wechat.ErrBusy, err)
	}
	return id, err
}
