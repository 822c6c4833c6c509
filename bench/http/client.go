package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"nuanxin/bench/internal/measure"
)

const connections = 64

// request is a request as bytes, with what a phone's browser sends.
func request(path, cookie, addr string, gzip bool) []byte {
	more := ""
	if gzip {
		more = "Accept-Encoding: gzip\r\n"
	}
	if cookie != "" {
		more += "Cookie: " + cookie + "\r\n"
	}
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nAccept: text/html,application/json\r\nAccept-Language: zh-CN,zh;q=0.9\r\n%s\r\n", path, addr, more)
}

// client is one connection that is kept. It does as little as it can, since it
// takes its time from the server.
type client struct {
	net.Conn
	r    *bufio.Reader
	body []byte
}

func dial(ctx context.Context, addr string) (*client, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{Conn: c, r: bufio.NewReaderSize(c, 64<<10)}, nil
}

// ask sends the request and reads the whole answer.
func (c *client) ask(request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	length, err := c.head()
	if err != nil {
		return err
	}
	c.body = c.body[:0]
	if length >= 0 {
		return c.read(length)
	}
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return err
		}
		if err := c.read(int(n)); err != nil {
			return err
		}
		if _, err := c.r.Discard(2); err != nil || n == 0 {
			return err
		}
	}
}

// head reads the head of an answer; -1 is an answer in chunks.
func (c *client) head() (length int, err error) {
	length = -1
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 200")) {
		return 0, fmt.Errorf("answered %q", line)
	}
	for {
		if line, err = c.r.ReadSlice('\n'); err != nil || len(line) <= 2 {
			return length, err
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
}

func (c *client) read(n int) error {
	from := len(c.body)
	if cap(c.body) < from+n {
		c.body = append(make([]byte, 0, 2*(from+n)), c.body...)
	}
	c.body = c.body[:from+n]
	_, err := io.ReadFull(c.r, c.body[from:])
	return err
}

// once returns the body of one answer.
func once(ctx context.Context, addr string, ask []byte) ([]byte, error) {
	c, err := dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }() // everything was read
	err = c.ask(ask)
	return c.body, err
}

// load asks from all connections for about the given time.
func load(ctx context.Context, addr string, asks [][]byte, long time.Duration) (measure.Rate, error) {
	clients := make([]*client, connections)
	for i := range clients {
		var err error
		if clients[i], err = dial(ctx, addr); err != nil {
			return measure.Rate{}, err
		}
		defer func() { _ = clients[i].Close() }() // everything was read
	}
	var failed error
	var once sync.Once
	rate := measure.Run(connections, long, func(w, i int) {
		if err := clients[w].ask(asks[(i+w*37)%len(asks)]); err != nil {
			once.Do(func() { failed = err })
		}
	})
	return rate, failed
}
