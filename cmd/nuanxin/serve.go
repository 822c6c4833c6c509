package main

import (
	"fmt"
	"net/netip"

	"nuanxin/internal/app"
	"nuanxin/internal/app/ways"
	"nuanxin/internal/release"
)

// serveCmd starts the server.
type serveCmd struct {
	where
	Addr     string         `help:"Where to listen." default:"localhost:8080" placeholder:"HOST:PORT"`
	Origin   string         `help:"The public address, such as https://nuanxin.example.org." placeholder:"URL"`
	HomeArea string         `help:"Division code of the union that hears what nobody said the place of." placeholder:"CODE"`
	Proxy    []netip.Prefix `help:"Networks of our own proxies, whose X-Forwarded-For is believed, such as 127.0.0.1/32." placeholder:"CIDR"`
	Inside   []netip.Prefix `name:"idp-network" help:"Networks of the house in which unions' identity providers are, such as 10.1.0.0/16." placeholder:"CIDR"`

	Powers     []netip.Prefix `name:"powers-network" help:"Networks from which alone administrators, security administrators and auditors may work, such as 10.0.0.0/8." placeholder:"CIDR"`
	ReleaseKey string         `name:"release-key" help:"Public key by which releases are signed: the program starts only as the file that was signed, and looks at it every hour." placeholder:"KEY"`
	Scanner    string         `help:"Socket of a ClamAV daemon that looks at every upload, such as /run/clamav/clamd.ctl." type:"path" placeholder:"FILE"`

	WeChatApp    string `name:"wechat-app" help:"Id (AppID) of the WeChat official account by which workers sign in." placeholder:"ID"`
	WeChatSecret string `name:"wechat-secret" help:"Its secret (AppSecret)." placeholder:"SECRET"`
	identity
	sms
}

// identity are the flags of the service that checks names and identity numbers.
type identity struct {
	RealnameURL  string         `name:"realname-url" help:"HTTPS address of the identity service that checks names and identity numbers." placeholder:"URL"`
	RealnameApp  string         `name:"realname-app" help:"Name by which that service knows us." placeholder:"NAME"`
	RealnameKey  string         `name:"realname-key" help:"Key of the signatures, 16 bytes or more." placeholder:"KEY"`
	RealnameHash string         `name:"realname-hash" help:"Hash of the signatures." enum:"sha256,sm3" default:"sha256" placeholder:"sha256|sm3"`
	RealnameName string         `name:"realname-name" help:"What officers and members read of who answered." placeholder:"TEXT"`
	RealnameCA   string         `name:"realname-ca" help:"PEM file with the certificates that vouch for it, where the machine's own do not." type:"path" placeholder:"FILE"`
	RealnameNet  []netip.Prefix `name:"realname-network" help:"Networks of the house or the government in which it is, such as 10.8.0.0/16." placeholder:"CIDR"`
}

func (i identity) config() ways.Realname {
	return ways.Realname{URL: i.RealnameURL, App: i.RealnameApp, Key: i.RealnameKey, Hash: i.RealnameHash, Name: i.RealnameName, CA: i.RealnameCA, Nets: i.RealnameNet}
}

// sms are the flags of the text message gateway.
type sms struct {
	SMSURL    string `name:"sms-url" help:"HTTPS address of the text message gateway." placeholder:"URL"`
	SMSBody   string `name:"sms-body" help:"Body of a request to it, with {to}, {text} and {id}." placeholder:"TEMPLATE"`
	SMSHeader string `name:"sms-header" help:"A header that it needs, such as 'Authorization: Bearer …'." placeholder:"HEADER"`
	SMSSecret string `name:"sms-secret" help:"Key that signs the body with HMAC-SHA256." placeholder:"KEY"`
}

func (s sms) config() app.SMSConfig {
	return app.SMSConfig{URL: s.SMSURL, Body: s.SMSBody, Header: s.SMSHeader, Secret: s.SMSSecret}
}

// Run implements the subcommand.
func (c *serveCmd) Run(e *env) error {
	config := c.where.config()
	config.Origin, config.SMS, config.HomeArea = c.Origin, c.sms.config(), c.HomeArea
	if c.ReleaseKey != "" {
		file, err := self()
		if err != nil {
			return err
		}
		config.Release = release.Config{File: file, Key: c.ReleaseKey}
	}
	config.Scanner, config.Realname = c.Scanner, c.identity.config()
	config.WeChat = app.WeChatConfig{AppID: c.WeChatApp, Secret: c.WeChatSecret}
	config.Proxies, config.Inside, config.Powers = c.Proxy, c.Inside, c.Powers
	if c.SMSURL == "" {
		fmt.Fprintln(e.stderr, "nuanxin: without --sms-url no codes, news or links go out by text message")
	}
	server, err := app.Listen(e.ctx, config, c.Addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "nuanxin: listening on %s\n", server.URL())
	return server.Run(e.ctx)
}
