package app

import (
	"context"
	"io"
	"path/filepath"

	"nuanxin/internal/app/lockfile"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/sms"
	"nuanxin/internal/station"
)

// This file is what the demo and the tests need to fill a database through the
// services, and to read the messages that went out.

// Lock makes the data folder and keeps servers out of it until it is closed.
func Lock(c Config) (io.Closer, error) {
	if err := c.folder(); err != nil {
		return nil, err
	}
	return lockfile.Take(filepath.Join(c.Data, "serve.lock"))
}

// Keep makes a photo or a voice message safe and keeps it, as the pages do with
// what people send.
func (a *App) Keep(ctx context.Context, kind request.FileKind, raw []byte) (request.File, error) {
	input := upload.PhotoInput
	if kind == request.Voice {
		input = upload.VoiceInput
	}
	return a.files.Take(ctx, input, raw)
}

// Hang makes a photo safe and keeps it for a page that everybody sees.
func (a *App) Hang(ctx context.Context, raw []byte) (station.Picture, error) {
	file, thumb, err := a.album().Take(ctx, raw)
	return station.Picture{File: file, Thumb: thumb}, err
}

// Deliver hands the events that wait to their handlers, until none is left that
// is due.
func (a *App) Deliver(ctx context.Context) error {
	for {
		n, err := a.worker.Deliver(ctx)
		if n == 0 || err != nil {
			return err
		}
	}
}

// CodeTo returns the last code that was sent to a phone, where messages are only
// kept for the demo to show.
func (a *App) CodeTo(phone string) string {
	if a.sent == nil {
		return ""
	}
	for _, m := range a.sent.To(phone) {
		if code := m.Params["code"]; code != "" {
			return code
		}
	}
	return ""
}

// Messages returns the text messages that were sent, the newest first, under
// the same condition.
func (a *App) Messages() []sms.Sent {
	if a.sent == nil {
		return nil
	}
	return a.sent.To("")
}
