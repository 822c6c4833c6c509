// Package wechat asks WeChat who somebody is (网页授权 of an official account, scope
// snsapi_base): an id that means nothing elsewhere, no name and no picture. Nothing is
// asked of the person, and nothing is kept here.
//
// The protocol is that of https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html :
// the browser is sent to WeChat, comes back with a code, and the code is exchanged once.
// Faults come with status 200 and a number. A page that WeChat shows as a snapshot has an
// id made up for it (is_snapshotuser), which is nobody.
package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"nuanxin/internal/outbound"
)

var (
	// ErrCode says that the code is wrong, was used or is too old (40029, 40163, 42003).
	ErrCode = errors.New("WeChat does not know this code, or not any more")
	// ErrBusy says that WeChat wants fewer questions for now (45011, 45009).
	ErrBusy = errors.New("WeChat was asked too often")
	// ErrDown is anything else that is no answer.
	ErrDown = errors.New("WeChat does not answer")
	// ErrNobody says that the page was a snapshot, which nobody looks at.
	ErrNobody = errors.New("WeChat shows a snapshot")
)

// The addresses of WeChat.
const (
	authorize = "https://open.weixin.qq.com/connect/oauth2/authorize"
	exchange  = "https://api.weixin.qq.com/sns/oauth2/access_token"
)

// Config is an official account. API takes the place of WeChat's own address in tests.
type Config struct {
	AppID, Secret string

	API string // empty: WeChat's
}

// Client speaks with WeChat.
type Client struct {
	conf Config
	out  *outbound.Client
}

// New returns a client that goes out by rule.
func New(c Config, rule outbound.Rule) *Client {
	if c.API == "" {
		c.API = exchange
	}
	return &Client{c, outbound.New(rule)}
}

// AppID names the official account: an openid means something with it alone.
func (c *Client) AppID() string { return c.conf.AppID }

// Address is where to send the browser of somebody.
func (c *Client) Address(redirect, state string) string {
	// WeChat wants these in this order.
	return authorize + "?appid=" + url.QueryEscape(c.conf.AppID) + "&redirect_uri=" + url.QueryEscape(redirect) + "&response_type=code&scope=snsapi_base&state=" + url.QueryEscape(state) + "#wechat_redirect"
}

// OpenID exchanges the code that a browser brought.
func (c *Client) OpenID(ctx context.Context, code string) (string, error) {
	if code == "" || len(code) > 512 {
		return "", ErrCode
	}
	q := url.Values{"appid": {c.conf.AppID}, "secret": {c.conf.Secret}, "code": {code}, "grant_type": {"authorization_code"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.conf.API+"?"+q.Encode(), nil)
	if err != nil {
		return "", ErrDown // the error would name the secret
	}
	a, err := c.out.Do(r)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDown, err)
	}
	var said struct {
		OpenID   string `json:"openid"`
		Snapshot int    `json:"is_snapshotuser"`
		Code     int    `json:"errcode"`
	}
	if a.Status != http.StatusOK || a.Broken != nil || json.Unmarshal(a.Body, &said) != nil {
		return "", fmt.Errorf("%w: status %d", ErrDown, a.Status)
	}
	switch said.Code {
	case 0:
	case 40029, 40163, 42003:
		return "", fmt.Errorf("%w (%d)", ErrCode, said.Code)
	case 45009, 45011:
		return "", fmt.Errorf("%w (%d)", ErrBusy, said.Code)
	default:
		return "", fmt.Errorf("%w: fault %d", ErrDown, said.Code)
	}
	if said.Snapshot != 0 {
		return "", ErrNobody
	}
	if said.OpenID == "" || len(said.OpenID) > 128 {
		return "", fmt.Errorf("%w: no id", ErrDown)
	}
	return said.OpenID, nil
}
