// Package scan asks a malware scanner about what people send, before it is kept. The
// scanner is ClamAV's daemon on the same machine (command INSTREAM of clamd(8)), reached
// through its Unix socket: nothing leaves the machine. Domains know only a func.
//
// What passes is no proof of harmlessness: photos and voice are made anew after it,
// lists are read as text, and none is served as it came.
//
// # Faults
//
// A file that the scanner knows: fault.Invalid with scan.found. A scanner that does not
// answer, or could not look at the file: fault.Invalid with scan.silent, so that the form
// comes back with everything else; a file that nobody looked at is never kept.
package scan

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"nuanxin/internal/fault"
)

const (
	patience = 20 * time.Second // for one file; a photo takes some milliseconds
	piece    = 64 << 10         // bytes at a time; clamd takes up to its StreamMaxLength in all
)

// Clamd is a ClamAV daemon.
type Clamd struct{ Socket string }

// Look returns nil for a file in which the daemon finds nothing.
func (c Clamd) Look(ctx context.Context, file []byte) error {
	answer, err := c.ask(ctx, file)
	switch known, found := strings.CutSuffix(strings.TrimPrefix(answer, "stream: "), " FOUND"); {
	case err != nil:
		slog.ErrorContext(ctx, "the malware scanner does not answer", "error", err)
		return fault.New("scan", fault.Invalid, "scan.silent").Because(err)
	case found:
		slog.WarnContext(ctx, "an upload held malware and was refused", "known_as", known)
		return fault.New("scan", fault.Invalid, "scan.found")
	case answer == "stream: OK":
		return nil
	}
	slog.ErrorContext(ctx, "the malware scanner could not look at a file", "answer", answer)
	return fault.New("scan", fault.Invalid, "scan.silent").Because(fmt.Errorf("clamd: %q", answer))
}

// ask sends the file and returns what the daemon says of it.
func (c Clamd) ask(ctx context.Context, file []byte) (answer string, err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", c.Socket)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()                         // the answer is there, or its fault
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // ends what waits
	if err := send(conn, file); err != nil {
		// A daemon that refuses a file that is too large says so and hangs up.
		if said, _ := read(conn); said != "" {
			return said, nil
		}
		return "", err
	}
	return read(conn)
}

// send writes the command and the file in pieces, each after its length; an empty one ends it.
func send(to io.Writer, file []byte) error {
	text := []byte("zINSTREAM\x00")
	for len(file) > 0 {
		n := min(piece, len(file))
		text = append(binary.BigEndian.AppendUint32(text, uint32(n)), file[:n]...)
		if _, err := to.Write(text); err != nil {
			return err
		}
		file, text = file[n:], text[:0]
	}
	_, err := to.Write(append(text, 0, 0, 0, 0))
	return err
}

func read(from io.Reader) (string, error) {
	said, err := io.ReadAll(io.LimitReader(from, 1<<10))
	text, _, whole := bytes.Cut(said, []byte{0})
	if err == nil && !whole {
		err = errors.New("clamd hung up in the middle of its answer")
	}
	return string(text), err
}
