package raster

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// lie answers a request for a file otherwise than a server should.
type lie func(s *server, file []byte, w http.ResponseWriter, r *http.Request) bool

// part returns the bytes that a request asks for.
func part(file []byte, r *http.Request) (from int, bytes []byte) {
	to := len(file) - 1
	if n, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); n < 1 || err != nil && n < 1 || from >= len(file) {
		return 0, file
	}
	return from, file[from : min(to, len(file)-1)+1]
}

// send answers with a part of a file that claims to be another.
func send(w http.ResponseWriter, status, claimed int, contentRange string, bytes []byte) bool {
	if contentRange != "" {
		w.Header().Set("Content-Range", contentRange)
	}
	w.Header().Set("Content-Length", fmt.Sprint(claimed))
	w.WriteHeader(status)
	_, _ = w.Write(bytes)
	return true
}

// lies are the ways in which the server misbehaves. What some of them send is true nevertheless.
var lies = []struct {
	name string
	lie  lie
}{
	{"other range", func(_ *server, f []byte, w http.ResponseWriter, r *http.Request) bool {
		_, b := part(f, r)
		return r.Method == "GET" && send(w, 206, len(b), fmt.Sprintf("bytes %d-%d/%d", 7, 6+len(b), len(f)), b)
	}},
	{"no range", func(_ *server, f []byte, w http.ResponseWriter, r *http.Request) bool {
		_, b := part(f, r)
		return r.Method == "GET" && send(w, 206, len(b), "", b)
	}},
	{"malformed range", func(_ *server, f []byte, w http.ResponseWriter, r *http.Request) bool {
		_, b := part(f, r)
		return r.Method == "GET" && send(w, 206, len(b), "bytes x-y/z", b)
	}},
	{"shorter", func(_ *server, f []byte, w http.ResponseWriter, r *http.Request) bool {
		from, b := part(f, r)
		b = b[:len(b)/2]
		return r.Method == "GET" && send(w, 206, len(b), fmt.Sprintf("bytes %d-%d/%d", from, from+len(b)-1, len(f)), b)
	}},
	{"longer", func(_ *server, f []byte, w http.ResponseWriter, r *http.Request) bool {
		from, b := part(f, r)
		more := append(bytes.Clone(b), make([]byte, 5000)...)
		return r.Method == "GET" && send(w, 206, len(more), fmt.Sprintf("bytes %d-%d/%d", from, from+len(b)-1, len(f)), more)
	}},
	{"empty", func(_ *server, _ []byte, w http.ResponseWriter, r *http.Request) bool {
		return r.Method == "GET" && send(w, 206, 0, "", nil)
	}},
	{"no content", func(_ *server, _ []byte, w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusNoContent)
		return true
	}},
	{"enormous size", func(_ *server, _ []byte, w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "HEAD" {
			w.Header().Set("Content-Length", "9223372036854775807")
		}
		return r.Method == "HEAD"
	}},
	{"no size", func(_ *server, _ []byte, w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "HEAD" {
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
		return r.Method == "HEAD"
	}},
	{"redirects to itself", func(_ *server, _ []byte, w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
		return true
	}},
	{"redirects to a file", func(s *server, _ []byte, w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Location", "file://"+filepath.Join(s.dir, filepath.Base(r.URL.Path)))
		w.WriteHeader(http.StatusFound)
		return true
	}},
	{"a page", func(_ *server, _ []byte, w http.ResponseWriter, _ *http.Request) bool {
		_, _ = io.WriteString(w, "<html><p>Welcome\x1b[2J</p></html>")
		return true
	}},
	{"gzip", func(_ *server, f []byte, w http.ResponseWriter, r *http.Request) bool {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		from, p := part(f, r)
		_, _ = z.Write(p)
		_ = z.Close()
		w.Header().Set("Content-Encoding", "gzip")
		return r.Method == "GET" && send(w, 206, b.Len(), fmt.Sprintf("bytes %d-%d/%d", from, from+len(p)-1, len(f)), b.Bytes())
	}},
	{"zeros", func(_ *server, f []byte, w http.ResponseWriter, r *http.Request) bool {
		from, b := part(f, r)
		return r.Method == "GET" && from > 0 && send(w, 206, len(b), fmt.Sprintf("bytes %d-%d/%d", from, from+len(b)-1, len(f)), make([]byte, len(b)))
	}},
	{"many headers", func(_ *server, _ []byte, w http.ResponseWriter, _ *http.Request) bool {
		for i := range 500 {
			w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 100))
		}
		return false
	}},
	{"no answer", func(_ *server, _ []byte, _ http.ResponseWriter, _ *http.Request) bool { panic(http.ErrAbortHandler) }},
	{"stops", func(_ *server, f []byte, w http.ResponseWriter, r *http.Request) bool {
		from, b := part(f, r)
		if r.Method != "GET" {
			return false
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, from+len(b)-1, len(f)))
		w.Header().Set("Content-Length", fmt.Sprint(len(b)))
		w.WriteHeader(206)
		_, _ = w.Write(b[:len(b)/2])
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
		return true
	}},
}

// A server may do what it likes: a fit gives the values of its files, or is refused in one sentence,
// and ends.
func TestServersThatMisbehave(t *testing.T) {
	s := newPlanes(300, 290, 3, -500, 500)
	names := s.files(t, func(_ int, m *made) {
		m.creation = strings.Fields("TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64 COMPRESS=DEFLATE")
	})
	want := fitted(t, names, all())
	for _, l := range lies {
		if os.Getenv("PIXTREND_LONG") == "" && l.name == "stops" {
			continue // which takes half a minute
		}
		t.Run(l.name, func(t *testing.T) {
			srv := serve(t, names[0])
			impatient(t, 1)
			t.Setenv("GDAL_HTTP_LOW_SPEED_TIME", "1")
			srv.answerBy(func(file string, _ int, w http.ResponseWriter, r *http.Request) bool {
				if file != "y_2002.tif" {
					return false
				}
				text, err := os.ReadFile(filepath.Join(srv.dir, file))
				if err != nil {
					panic(err)
				}
				return l.lie(srv, text, w, r)
			})
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
			defer cancel()
			output := filepath.Join(t.TempDir(), "out.tif")
			_, err := FitFiles(ctx, srv.urls(names, "?sig="+secret), output, all())
			switch {
			case errors.Is(err, context.DeadlineExceeded):
				t.Error("the fit does not end")
			case err != nil:
				checkError(t, err, fault.ErrInput, "y_2002.tif")
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q holds the query", err)
				}
			default:
				got, _ := readAll(t, output)
				sameBands(t, l.name, want, got)
			}
		})
	}
}
