package oidc

import (
	"context"
	"errors"

	"nuanxin/internal/op"
)

// Provider speaks with identity providers. It is never called in a transaction.
type Provider interface {
	// Address is where to send a browser.
	Address(ctx context.Context, s Site, state, nonce, verifier string) (string, error)
	// Claims exchanges a code for the provider's word, which holds for site and nonce.
	Claims(ctx context.Context, s Site, code, nonce, verifier string) (Claims, error)
	// Check reports whether the issuer is one that may be asked at all.
	Check(issuer string) error
}

// ErrDown is what a Provider returns when it does not answer.
var ErrDown = errors.New("the identity provider does not answer")

// Site is this program as one provider knows it.
type Site struct {
	Issuer, ClientID, Secret string

	Redirect string // where browsers come back to, exactly
}

// Claims are what a provider says of somebody.
type Claims struct {
	Issuer, Subject string

	Strong []string // the words on how they were recognised: acr and amr
}

// Orgs tells about unions, inside an operation.
type Orgs interface {
	Area(ctx context.Context, tx *op.Tx, id string) (string, error)
	Names(ctx context.Context, tx *op.Tx, ids []string) (map[string]string, error)
}
