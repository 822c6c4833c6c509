package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"nuanxin/internal/app/lockfile"
	"nuanxin/internal/authz"
	"nuanxin/internal/release"
	"nuanxin/internal/web"
)

// goodbye is how long requests that are under way may take after a stop.
const goodbye = 10 * time.Second

// Server is the program while it listens.
type Server struct {
	app      *App
	listener net.Listener
	lock     *os.File
}

// Listen opens the data and the address. What cannot be had is told before
// anybody is served. A data folder serves one process at a time.
func Listen(ctx context.Context, c Config, addr string) (*Server, error) {
	s := &Server{}
	var err error
	if c.Release.Key != "" { // before anything of ours is opened
		if _, err = release.Verify(c.Release.File, c.Release.Key); err != nil {
			return nil, err
		}
	}
	if err = c.folder(); err != nil {
		return nil, err
	}
	if s.lock, err = lockfile.Take(filepath.Join(c.Data, "serve.lock")); err != nil {
		return nil, err
	}
	if s.app, err = Open(ctx, c); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err = s.app.Finder.Refresh(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	var listen net.ListenConfig
	if s.listener, err = listen.Listen(ctx, "tcp", addr); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// URL is where the server can be reached from this machine.
func (s *Server) URL() string {
	host, port, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return "http://" + s.listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || ip.IsLoopback() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// App is the program that listens.
func (s *Server) App() *App { return s.app }

// Run serves until ctx ends, then finishes what is under way.
func (s *Server) Run(ctx context.Context) error {
	work, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() { s.app.Work(work) })
	background.Go(func() { s.app.Release.Watch(authz.AsSystem(work, "app")) })
	web.CollectLess()
	server := web.Server(s.listener.Addr().String(), s.app.Handler())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(s.listener) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		err = server.Shutdown(last)
		cancel()
	}
	stop()
	background.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, s.close())
}

func (s *Server) close() error {
	var errs []error
	if s.app != nil {
		errs = append(errs, s.app.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

func (a *App) logFailure(ctx context.Context, what string, err error) {
	slog.ErrorContext(ctx, what, "err", err)
}

// background is the context of what no request asked for.
func (a *App) background() context.Context { return authz.AsSystem(context.Background(), "app") }

// lastMessage is the last text message to a phone, for the demo's screen.
func (a *App) lastMessage(phone string) string {
	if sent := a.sent.To(phone); len(sent) > 0 {
		return sent[0].Text
	}
	return ""
}
