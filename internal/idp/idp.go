// Package idp speaks with the identity provider of a union (OpenID Connect Core 1.0,
// authorization code flow with PKCE, RFC 7636): where to send a browser, and who came
// back. It keeps nothing.
//
// The provider's description and keys are asked for at each sign-in: there are few, a
// changed key holds at once, and nothing old is believed. All requests go through
// [outbound.Client]. Signatures that need no key, or a shared one, are refused: only
// the algorithms of [signatures] count.
package idp

import (
	"context"
	"errors"
	"fmt"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"nuanxin/internal/clock"
	"nuanxin/internal/outbound"
)

// ErrDown says that the provider did not answer, or not as one.
var ErrDown = errors.New("the identity provider does not answer")

// ErrRefused says that what came back does not hold.
var ErrRefused = errors.New("what the identity provider said does not hold")

// signatures are the algorithms that a provider's word may be signed by.
var signatures = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

// Site is this program as one provider knows it.
type Site struct {
	Issuer   string
	ClientID string
	Secret   string
	Redirect string // where browsers come back to, exactly
}

// Claims are what a provider says of somebody. Names and addresses are not asked for.
type Claims struct {
	Issuer  string
	Subject string
	ACR     string   // how surely they were recognised
	AMR     []string // by what
}

// Client speaks with providers.
type Client struct {
	out   *outbound.Client
	clock clock.Clock
}

// New returns a client that goes out by rule. A clock of nil is the machine's.
func New(rule outbound.Rule, c clock.Clock) *Client {
	if c == nil {
		c = clock.System
	}
	return &Client{outbound.New(rule), c}
}

// Check reports whether an issuer may be asked at all, without asking.
func (c *Client) Check(issuer string) error {
	_, err := c.out.Target(issuer)
	return err
}

func (c *Client) provider(ctx context.Context, s Site) (*oidc.Provider, *oauth2.Config, error) {
	p, err := oidc.NewProvider(ctx, s.Issuer)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrDown, err)
	}
	return p, &oauth2.Config{ClientID: s.ClientID, ClientSecret: s.Secret, Endpoint: p.Endpoint(), RedirectURL: s.Redirect, Scopes: []string{oidc.ScopeOpenID}}, nil
}

// Address is where to send the browser of somebody who signs in.
func (c *Client) Address(ctx context.Context, s Site, state, nonce, verifier string) (string, error) {
	ctx = oidc.ClientContext(ctx, c.out.HTTP())
	_, conf, err := c.provider(ctx, s)
	if err != nil {
		return "", err
	}
	if _, err := c.out.Target(conf.Endpoint.AuthURL); err != nil { // nobody is sent elsewhere than by https
		return "", fmt.Errorf("%w: %w", ErrDown, err)
	}
	return conf.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// Claims exchanges the code that a browser brought for the provider's signed word on who
// it is. The word must be for this site, fresh, and for the nonce.
func (c *Client) Claims(ctx context.Context, s Site, code, nonce, verifier string) (Claims, error) {
	ctx = oidc.ClientContext(ctx, c.out.HTTP())
	p, conf, err := c.provider(ctx, s)
	if err != nil {
		return Claims{}, err
	}
	token, err := conf.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		var said *oauth2.RetrieveError
		if errors.As(err, &said) && said.Response.StatusCode < 500 {
			return Claims{}, fmt.Errorf("%w: the code was refused", ErrRefused)
		}
		return Claims{}, fmt.Errorf("%w: the code could not be exchanged", ErrDown)
	}
	raw, _ := token.Extra("id_token").(string)
	word, err := p.VerifierContext(ctx, &oidc.Config{ClientID: s.ClientID, SupportedSigningAlgs: signatures, Now: c.clock.Now}).Verify(ctx, raw)
	if err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	var more struct {
		ACR string   `json:"acr"`
		AMR []string `json:"amr"`
		AZP string   `json:"azp"`
	}
	if err := word.Claims(&more); err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	switch {
	case word.Nonce != nonce || nonce == "":
		return Claims{}, fmt.Errorf("%w: the nonce is another", ErrRefused)
	case word.Subject == "" || len(word.Subject) > 255:
		return Claims{}, fmt.Errorf("%w: it names nobody", ErrRefused)
	case more.AZP != "" && more.AZP != s.ClientID, len(word.Audience) > 1 && more.AZP == "":
		return Claims{}, fmt.Errorf("%w: it was made for another", ErrRefused)
	}
	return Claims{Issuer: word.Issuer, Subject: word.Subject, ACR: more.ACR, AMR: more.AMR}, nil
}
