package app

import (
	"context"
	"errors"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/account/wechat"
	"nuanxin/internal/idp"
	"nuanxin/internal/outbound"
	weixin "nuanxin/internal/wechat"
)

// This file connects the ways in that go by somebody else to what speaks with them.

// providers are the unions' identity providers.
type providers struct{ *idp.Client }

// Address implements oidc.Provider.
func (p providers) Address(ctx context.Context, s oidc.Site, state, nonce, verifier string) (string, error) {
	a, err := p.Client.Address(ctx, idp.Site(s), state, nonce, verifier)
	return a, providerFault(err)
}

// Claims implements oidc.Provider.
func (p providers) Claims(ctx context.Context, s oidc.Site, code, nonce, verifier string) (oidc.Claims, error) {
	c, err := p.Client.Claims(ctx, idp.Site(s), code, nonce, verifier)
	return oidc.Claims{Issuer: c.Issuer, Subject: c.Subject, Strong: append([]string{c.ACR}, c.AMR...)}, providerFault(err)
}

func providerFault(err error) error {
	if errors.Is(err, idp.ErrDown) {
		return errors.Join(oidc.ErrDown, err)
	}
	return err
}

// weChat is the sign-in by WeChat, where there is an official account and an address to
// come back to.
func (a *App) weChat() wechat.Config {
	c := wechat.Config{Ring: a.ring, Accounts: a.Accounts}
	if a.config.WeChat.AppID != "" && a.config.Origin != "" {
		c.API = official{weixin.New(weixin.Config{AppID: a.config.WeChat.AppID, Secret: a.config.WeChat.Secret}, outbound.Rule{})}
		c.Redirect = a.config.Origin + accountweb.WeChatBackPath
	}
	return c
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
