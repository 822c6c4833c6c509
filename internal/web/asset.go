package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

//go:embed static
var ownFiles embed.FS

// AssetPath is where the files with hashed names lie.
const AssetPath = "/a/"

// Assets are the static files under names that carry their hash, so that a
// browser may keep them for ever.
type Assets struct {
	byName map[string]*asset // app.css
	byHash map[string]*asset // app.1f2e3d4c.css
	worker *asset
}

// asset is one file. Its packed forms are made when first asked for.
type asset struct {
	hashed string
	kind   string
	raw    []byte
	pack   sync.Once
	gz, br []byte
}

// NewAssets reads the program's static files. It panics when it cannot, since
// they are part of the program.
func NewAssets() *Assets {
	a := &Assets{byName: map[string]*asset{}, byHash: map[string]*asset{}}
	var names []string
	err := fs.WalkDir(ownFiles, "static", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		panic("web: " + err.Error())
	}
	// Style sheets last: they name images, which need their hashes first.
	slices.SortStableFunc(names, func(x, y string) int { return rank(x) - rank(y) })
	var sheet []byte // our own sheet, whose parts lie in a folder of its name
	for _, p := range names {
		raw, err := fs.ReadFile(ownFiles, p)
		if err != nil {
			panic("web: " + err.Error())
		}
		if path.Dir(p) == "static/app.css" {
			sheet = append(sheet, raw...)
		} else {
			a.add(strings.TrimPrefix(p, "static/"), raw)
		}
	}
	a.add("app.css", sheet)
	a.worker = a.makeWorker()
	return a
}

// makeWorker puts the names of the files to keep before the worker's code, so
// that a new version of any of them is a new worker.
func (a *Assets) makeWorker() *asset {
	head := "const KEEP=['" + a.URL("app.css") + "','" + a.URL("app.js") + "','" + a.URL("capture.js") + "','" + a.URL("code.js") + "'];\n"
	f := &asset{raw: append([]byte(head), a.byName["sw.js"].raw...), kind: typeOf(".js")}
	sum := sha256.Sum256(f.raw)
	f.hashed = hex.EncodeToString(sum[:8])
	return f
}

func rank(name string) int {
	if path.Ext(name) == ".css" {
		return 1
	}
	return 0
}

func (a *Assets) add(name string, raw []byte) {
	ext := path.Ext(name)
	if path.Dir(name) == "." && (ext == ".css" || ext == ".js") {
		raw = slim(raw)
	}
	if ext == ".css" {
		raw = a.rewrite(path.Dir(name), raw)
	}
	sum := sha256.Sum256(raw)
	f := &asset{raw: raw, kind: typeOf(ext)}
	f.hashed = strings.TrimSuffix(path.Base(name), ext) + "." + hex.EncodeToString(sum[:4]) + ext
	a.byName[name], a.byHash[f.hashed] = f, f
}

// slim leaves out indentation, empty lines and comments that begin a line or end
// one. It is for our own files, whose strings hold no comment marks.
func slim(src []byte) []byte {
	var out bytes.Buffer
	inside := false
	for line := range bytes.Lines(src) {
		line = bytes.TrimSpace(line)
		if inside || bytes.HasPrefix(line, []byte("/*")) {
			_, after, ended := bytes.Cut(line, []byte("*/"))
			if inside = !ended; inside {
				continue
			}
			line = bytes.TrimSpace(after)
		}
		if i := bytes.LastIndex(line, []byte(" /* ")); i >= 0 && bytes.HasSuffix(line, []byte("*/")) {
			line = bytes.TrimSpace(line[:i])
		}
		if len(line) > 0 {
			out.Write(line)
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

// rewrite points url(images/x.png) of a vendored sheet to the hashed file.
func (a *Assets) rewrite(dir string, css []byte) []byte {
	for name, f := range a.byName {
		rel := strings.TrimPrefix(name, dir+"/")
		css = bytes.ReplaceAll(css, []byte("url("+rel+")"), []byte("url("+AssetPath+f.hashed+")"))
	}
	return css
}

func typeOf(ext string) string {
	switch ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

// URL returns the address of the file called name, such as "app.css". It
// panics for a file that does not exist, which is a slip of the program.
func (a *Assets) URL(name string) string {
	f := a.byName[name]
	if f == nil {
		panic("web: no static file " + name)
	}
	return AssetPath + f.hashed
}

// Asset returns the address of a static file for the page being made.
func Asset(ctx context.Context, name string) string {
	if s := stateOf(ctx); s != nil && s.site.Assets != nil {
		return s.site.Assets.URL(name)
	}
	return AssetPath + name
}

// Routes serve the files: the hashed ones for ever, and the few with fixed
// names (manifest, service worker, icon) with a validator.
func (a *Assets) Routes() []Route {
	line := func(pattern, purpose string, h http.HandlerFunc) Route {
		return Route{Method: http.MethodGet, Pattern: pattern, Action: "web.asset", Purpose: purpose, Roles: []string{"anyone"}, Handler: h}
	}
	return []Route{
		line(AssetPath+"{name}", "static files under hashed names", a.serveHashed),
		line("/sw.js", "service worker", a.worker.fixed),
		line("/manifest.webmanifest", "what a phone needs to keep the pages as an app", a.byName["manifest.webmanifest"].fixed),
		line("/favicon.ico", "icon", a.byName["icon-192.png"].fixed),
		line("/icon-192.png", "icon", a.byName["icon-192.png"].fixed),
		line("/icon-512.png", "icon", a.byName["icon-512.png"].fixed),
	}
}

func (a *Assets) serveHashed(w http.ResponseWriter, r *http.Request) {
	f := a.byHash[r.PathValue("name")]
	if f == nil {
		fail(w, r, errMissing, false)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	f.serve(w, r)
}

// fixed serves a file whose name has no hash: the browser asks each time whether
// it has changed.
func (f *asset) fixed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	tag := `W/"` + f.hashed + `"`
	w.Header().Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	f.serve(w, r)
}

func (f *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	body := f.raw
	if compressible(f.kind) {
		f.pack.Do(f.packAll)
		switch {
		case accepts(r, "br"):
			h.Set("Content-Encoding", "br")
			body = f.br
		case accepts(r, "gzip"):
			h.Set("Content-Encoding", "gzip")
			body = f.gz
		}
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // the reader may be gone
}

func (f *asset) packAll() {
	var gz, br bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&gz, gzip.BestCompression) // the level is valid
	bw := brotli.NewWriterLevel(&br, 10)
	for _, w := range []interface {
		Write([]byte) (int, error)
		Close() error
	}{zw, bw} {
		_, _ = w.Write(f.raw) // a buffer takes all
		_ = w.Close()
	}
	f.gz, f.br = gz.Bytes(), br.Bytes()
}
