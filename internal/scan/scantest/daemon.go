// Package scantest is a ClamAV daemon for tests, which knows one file.
package scantest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// EICAR is the standard test file of the anti-virus industry, which every
// scanner knows; in two parts, so that no scanner takes this source for it.
var EICAR = []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`)

// Daemon listens on the socket that it returns and speaks clamd's protocol as its
// manual has it, up to limit bytes of a stream.
func Daemon(t testing.TB, limit int) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "clamd") // short: a socket's path holds about 100 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket = filepath.Join(dir, "ctl")
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.WriteString(conn, judge(conn, limit))
				_ = conn.Close()
			}()
		}
	}()
	return socket
}

func judge(conn io.Reader, limit int) string {
	in := bufio.NewReader(conn)
	if command, err := in.ReadString(0); err != nil || command != "zINSTREAM\x00" {
		return "UNKNOWN COMMAND\x00"
	}
	var stream []byte
	for {
		var n uint32
		if binary.Read(in, binary.BigEndian, &n) != nil {
			return "" // cut off
		}
		if n == 0 {
			break
		}
		if len(stream)+int(n) > limit {
			return "INSTREAM size limit exceeded. ERROR\x00"
		}
		part := make([]byte, n)
		if _, err := io.ReadFull(in, part); err != nil {
			return ""
		}
		stream = append(stream, part...)
	}
	switch {
	case bytes.Contains(stream, EICAR):
		return "stream: Win.Test.EICAR_HDB-1 FOUND\x00"
	case bytes.Equal(stream, []byte("cut")):
		return "stream: O"
	}
	return "stream: OK\x00"
}
