package server

import (
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"net/http"

	"rfc6455/web"
)

// pagePolicy lets the page run and load what it came with, and talk to this
// server alone: a text that became markup by mistake could still do nothing.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageHandler serves the embedded page. Its files are kept by browsers, and asked
// for each time (RFC 9111 §5.2.2.4): a new server's page must not run with an old
// one's scripts.
func pageHandler() (http.Handler, error) {
	tags, err := entityTags(web.Files)
	if err != nil {
		return nil, err
	}
	files := http.FileServerFS(web.Files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
			return
		}
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		if tag := tags[r.URL.Path]; tag != "" {
			h.Set("ETag", tag)
		}
		files.ServeHTTP(w, r)
	}), nil
}

// entityTags gives the strong entity tag (RFC 9110 §8.8.3) of each path that a file
// answers: a hash of what is in it.
func entityTags(files fs.FS) (map[string]string, error) {
	tags := map[string]string{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		p, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		path := "/" + name
		if name == "index.html" {
			path = "/" // where http.FileServer has it
		}
		sum := sha256.Sum256(p)
		tags[path] = `"` + base64.RawURLEncoding.EncodeToString(sum[:]) + `"`
		return nil
	})
	return tags, err
}
