package raster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// server serves the files of a folder on loopback, and knows what it was asked.
type server struct {
	*httptest.Server
	dir string

	mu       sync.Mutex
	asked    []string // method, name and range of each request
	sent     int64    // bytes of files
	inFlight int
	most     int // requests at the same time

	delay time.Duration
	// fault may answer request n of those for a file, counted from 0, in its own way.
	fault func(file string, n int, w http.ResponseWriter, r *http.Request) bool
	count map[string]int
}

// served counts servers: a port may come back, and GDAL would know its files already.
var served atomic.Int64

// serve starts a server for the folder of a file. Nothing that a user has set for GDAL shows in the
// test.
func serve(t testing.TB, name string) *server {
	t.Helper()
	for _, v := range os.Environ() {
		key, _, _ := strings.Cut(v, "=")
		if upper := strings.ToUpper(key); strings.HasSuffix(upper, "_PROXY") || strings.HasPrefix(upper, "GDAL_") || strings.HasPrefix(upper, "AWS_") ||
			strings.HasPrefix(upper, "CPL_") || strings.HasPrefix(upper, "VSI_") {
			unset(t, key)
		}
	}
	s := &server{dir: filepath.Dir(name), count: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	s.URL += fmt.Sprint("/", served.Add(1))
	t.Cleanup(s.Close)
	return s
}

// unset takes a variable from the environment until the test ends.
func unset(t testing.TB, key string) {
	t.Helper()
	t.Setenv(key, "") // which puts it back
	if err := os.Unsetenv(key); err != nil {
		t.Fatal(err)
	}
}

// impatient has failed requests repeated at once, and so many times.
func impatient(t testing.TB, retries int) {
	t.Helper()
	t.Setenv("GDAL_HTTP_MAX_RETRY", fmt.Sprint(retries))
	t.Setenv("GDAL_HTTP_RETRY_DELAY", "0.001")
}

type counted struct {
	http.ResponseWriter
	server *server
}

func (c counted) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.sent += int64(n)
	return n, err
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, fmt.Sprint(r.Method, " /", filepath.Base(r.URL.Path), " ", r.Header.Get("Range")))
	s.inFlight++
	s.most = max(s.most, s.inFlight)
	file := filepath.Base(r.URL.Path)
	n := s.count[file]
	s.count[file]++
	delay, fault := s.delay, s.fault
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.inFlight--
	}()
	time.Sleep(delay)
	if fault != nil && fault(file, n, w, r) {
		return
	}
	http.ServeFile(counted{w, s}, r, filepath.Join(s.dir, file))
}

// answerBy has requests answered by fault.
func (s *server) answerBy(fault func(file string, n int, w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// seen returns what the server was asked, how much it sent of files and the most requests at the
// same time.
func (s *server) seen() (asked []string, sent int64, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked), s.sent, s.most
}

// requests returns how many there were for a file.
func (s *server) requests(file string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count[file]
}

// urls are the addresses of files, with something after each.
func (s *server) urls(names []string, query string) []string {
	var list []string
	for _, name := range names {
		list = append(list, s.URL+"/"+filepath.Base(name)+query)
	}
	return list
}

// broken sends the beginning of an answer, as long as it is, and then closes the connection: the
// last byte at least is missing.
func (s *server) broken(w http.ResponseWriter, r *http.Request, bytes int) {
	var from, to int
	file, err := os.ReadFile(filepath.Join(s.dir, filepath.Base(r.URL.Path)))
	if err != nil {
		panic(err)
	}
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); err == nil {
		to = min(to, len(file)-1)
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(file)))
		w.Header().Set("Content-Length", fmt.Sprint(to-from+1))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(file[from : from+min(bytes, to-from)])
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler) // which closes the connection
}

func sizes(t testing.TB, names []string) (sum int64) {
	t.Helper()
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	return sum
}

// Remote files give the bits of local ones, and are asked for little: what there is and its header,
// then each window, then whether it is still the same. Nothing else is asked for at all.
func TestRemoteRequests(t *testing.T) {
	const tiled = "TILED=YES BLOCKXSIZE=128 BLOCKYSIZE=128 "
	s := newPlanes(700, 600, 5, -500, 500).gappy(gap)
	for _, layout := range []string{tiled + "COMPRESS=DEFLATE PREDICTOR=3", tiled, tiled + "COMPRESS=LZW", "COMPRESS=DEFLATE BLOCKYSIZE=16", "BLOCKYSIZE=8",
		"BLOCKYSIZE=600", "BIGTIFF=YES ENDIANNESS=BIG " + tiled, "COG", "multiband", "mixed", "masked", "scenes"} {
		t.Run(layout, func(t *testing.T) {
			names := remoteLayout(t, s, layout)
			o := all()
			if layout == "scenes" {
				o.Index, o.Mask = Index{"nd", 1, 2}, Mask{Band: 3, Keep: keep(t, "0,1")}
			}
			want := fitted(t, names, o)
			srv := serve(t, names[0])
			o.Fit.Threads = 2
			job, err := Prepare(t.Context(), srv.urls(names, ""), filepath.Join(t.TempDir(), "out.tif"), o)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = job.Close() }()
			summary, err := job.Run(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := readAll(t, job.Output)
			sameBands(t, layout, want, got)
			if len(summary.Warnings) > 0 {
				t.Errorf("warnings %q", summary.Warnings)
			}
			if job.Remote != len(names) || summary.Remote != len(names) || job.FileBytes != sizes(t, names) {
				t.Errorf("%d and %d remote files of %d bytes, want %d of %d", job.Remote, summary.Remote, job.FileBytes, len(names), sizes(t, names))
			}
			heads, gets := 0, 0
			log, sent, _ := srv.seen()
			for _, asked := range log {
				method, rest, _ := strings.Cut(asked, " ")
				path, part, _ := strings.Cut(rest, " ")
				switch {
				case !slices.Contains(names, filepath.Join(srv.dir, path)):
					t.Errorf("asks for %s", asked)
				case method == "HEAD":
					heads++
				case part == "":
					t.Errorf("asks for all of %s", path)
				default:
					gets++
				}
			}
			// Each file: its size, its header, and a request or two for each window; a mask is
			// another image in the file.
			most := len(names) * (1 + 2*job.Plan.Windows)
			if layout == "masked" {
				most += 2 * len(names) * job.Plan.Windows
			}
			if heads > 2*len(names) || gets > most {
				t.Errorf("%d HEAD and %d GET requests, want at most %d and %d:\n%s", heads, gets, 2*len(names), most, strings.Join(log, "\n"))
			}
			if limit := sizes(t, names)*3/2 + int64(len(names))<<15; sent > limit {
				t.Errorf("%d bytes are sent for %d files of %d", sent, len(names), sizes(t, names))
			}
			t.Logf("%d HEAD, %d GET for %d files and %d windows; %.2f of their bytes", heads, gets, len(names), job.Plan.Windows, float64(sent)/float64(sizes(t, names)))
		})
	}
}

func remoteLayout(t *testing.T, s planes, layout string) []string {
	t.Helper()
	creation := func(_ int, m *made) { m.creation = strings.Fields(layout) }
	switch layout {
	case "COG":
		var names []string
		dir := t.TempDir()
		if err := godal.RegisterRaster(godal.DriverName("COG")); err != nil {
			t.Skip("this GDAL has no COG driver:", err)
		}
		for _, plain := range s.files(t, nil) {
			ds, err := godal.Open(plain)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, filepath.Join(dir, filepath.Base(plain)))
			cog, err := ds.Translate(names[len(names)-1], []string{"-of", "COG"}, godal.CreationOption("BLOCKSIZE=128", "COMPRESS=DEFLATE", "PREDICTOR=YES"))
			if err := errors.Join(err, ds.Close()); err != nil {
				t.Fatal(err)
			}
			if err := cog.Close(); err != nil {
				t.Fatal(err)
			}
		}
		return names
	case "multiband":
		return []string{s.multiband(t, func(m *made) {
			m.creation = []string{"INTERLEAVE=PIXEL", "COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=128"}
		})}
	case "mixed":
		layouts := []string{"", "COMPRESS=LZW", "TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64 COMPRESS=DEFLATE"}
		return s.files(t, func(i int, m *made) {
			m.creation = strings.Fields(layouts[i%3])
			m.dtype = []godal.DataType{godal.Float32, godal.Float64}[i%2]
		})
	case "scenes":
		return newScenes(s.width, s.height, len(s.dates)).files(t, func(_ int, m *made) {
			m.creation = strings.Fields("TILED=YES BLOCKXSIZE=128 BLOCKYSIZE=128 COMPRESS=DEFLATE INTERLEAVE=PIXEL")
		})
	case "masked":
		names := s.files(t, func(_ int, m *made) {
			m.creation = strings.Fields("TILED=YES BLOCKXSIZE=128 BLOCKYSIZE=128 COMPRESS=DEFLATE")
		})
		for _, name := range names {
			ds, err := godal.Open(name, godal.Update())
			if err != nil {
				t.Fatal(err)
			}
			mask, err := ds.CreateMaskBand(0x02, godal.ConfigOption("GDAL_TIFF_INTERNAL_MASK=YES"))
			if err != nil {
				t.Fatal(err)
			}
			bits := make([]byte, s.width*s.height)
			for p := range bits {
				bits[p] = byte(255 * min(p%5, 1))
			}
			if err := errors.Join(mask.Write(0, 0, bits, s.width, s.height), ds.Close()); err != nil {
				t.Fatal(err)
			}
		}
		return names
	}
	return s.files(t, creation)
}

// While one request waits, others are under way: of all workers and, in each, of several files.
func TestRemoteReadsOverlap(t *testing.T) {
	s := newPlanes(512, 512, 9, -500, 500)
	names := s.files(t, func(_ int, m *made) {
		m.creation = strings.Fields("TILED=YES BLOCKXSIZE=128 BLOCKYSIZE=128 COMPRESS=DEFLATE")
	})
	srv := serve(t, names[0])
	srv.mu.Lock()
	srv.delay = 20 * time.Millisecond
	srv.mu.Unlock()
	o := all()
	o.Fit.Threads = 2
	sameBands(t, "late answers", fitted(t, names, all()), fitted(t, srv.urls(names, ""), o))
	if _, _, most := srv.seen(); most < 6 {
		t.Errorf("%d requests at the same time, want 6 or more", most)
	}
}

// What fails and then goes well leaves no trace in the result.
func TestRemoteRetries(t *testing.T) {
	s := newPlanes(300, 290, 4, -500, 500)
	tiled := strings.Fields("TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64 COMPRESS=DEFLATE")
	plain := strings.Fields("TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64")
	type answer = func(*server, http.ResponseWriter, *http.Request)
	status := func(status int) answer {
		return func(_ *server, w http.ResponseWriter, _ *http.Request) { http.Error(w, "not now", status) }
	}
	cut := func(bytes int) answer {
		return func(s *server, w http.ResponseWriter, r *http.Request) { s.broken(w, r, bytes) }
	}
	layouts := [][]string{tiled, plain, nil}
	for _, c := range []struct {
		what  string
		fail  answer
		first []int // request: 0 is for the size, 1 for the header, then there are windows
	}{
		{"429", status(429), []int{1}}, {"500", status(500), []int{0, 2}}, {"502", status(502), []int{2}}, {"503", status(503), []int{0, 1, 2}},
		{"504", status(504), []int{2}}, {"cut off at once", cut(0), []int{0, 1, 3}}, {"cut off", cut(5000), []int{1, 2}},
		{"cut off late", cut(40000), []int{2, 3}}, {"cut off at the end", cut(1 << 30), []int{1, 2, 3}},
	} {
		for _, first := range c.first {
			t.Run(fmt.Sprint(c.what, " from request ", first), func(t *testing.T) {
				for _, creation := range layouts {
					names := s.files(t, func(_ int, m *made) { m.creation = creation })
					srv := serve(t, names[0])
					impatient(t, 5)
					srv.answerBy(func(_ string, n int, w http.ResponseWriter, r *http.Request) bool {
						if n < first || n >= first+2 {
							return false
						}
						c.fail(srv, w, r)
						return true
					})
					o := all()
					o.Fit.WindowWidth, o.Fit.WindowHeight = 150, 100
					sameBands(t, strings.Join(creation, " "), fitted(t, names, all()), fitted(t, srv.urls(names, ""), o))
				}
			})
		}
	}
	t.Run("again and again", func(t *testing.T) {
		// The last has more tiles than its header tells where they are: that is asked for by and
		// by.
		for _, creation := range append(layouts, strings.Fields("BIGTIFF=YES TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16 COMPRESS=LZW")) {
			s := s
			if len(creation) == 5 {
				s = newPlanes(1024, 800, 3, 0, 9)
			}
			names := s.files(t, func(_ int, m *made) { m.creation = creation })
			srv := serve(t, names[0])
			impatient(t, 30)
			srv.answerBy(func(_ string, n int, w http.ResponseWriter, r *http.Request) bool {
				switch n % 41 {
				case 4:
					http.Error(w, "not now", http.StatusServiceUnavailable)
				case 15:
					srv.broken(w, r, 3000)
				case 26:
					srv.broken(w, r, 20000)
				case 37:
					http.Error(w, "not now", http.StatusInternalServerError)
				default:
					return false
				}
				return true
			})
			o := all()
			o.Fit.WindowWidth, o.Fit.WindowHeight = s.width/4, s.height/4
			sameBands(t, strings.Join(creation, " "), fitted(t, names, all()), fitted(t, srv.urls(names, ""), o))
		}
	})
}

const secret = "hush-hush"

// What keeps failing ends in a sentence that names the file, without what gives access to it.
func TestRemoteGivesUp(t *testing.T) {
	s := newPlanes(300, 290, 3, -500, 500)
	names := s.files(t, func(_ int, m *made) {
		m.creation = strings.Fields("TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64 COMPRESS=DEFLATE")
	})
	for _, c := range []struct {
		name  string
		first int // of file 1, from which on it fails
		fail  func(w http.ResponseWriter, r *http.Request) bool
		words string
		most  int // requests for the file
	}{
		{"500 at open", 0, nil, "500 Internal Server Error, 3 times in a row|try again later", 12},
		{"500 for the header", 1, nil, "500 Internal Server Error, 3 times in a row|try again later", 60},
		{"500 for a window", 3, nil, "500 Internal Server Error, 3 times in a row|try again later|row", 60},
		{"503 at open", 0, status(503), "503 Service Unavailable, 3 times in a row|try again later", 12},
		{"404 at open", 0, status(404), "404 Not Found|check the address", 1},
		{"404 for the header", 1, status(404), "404 Not Found|check the address", 4},
		{"404 for a window", 2, status(404), "404 Not Found|check the address", 20},
		{"403 at open", 0, status(403), "403 Forbidden|credentials", 1},
		{"401 at open", 0, status(401), "401 Unauthorized|credentials", 3},
		{"cut off", 1, nil, "the transfer fails|3 times in a row", 60},
		{"no parts", 0, func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("Range"); return false }, "does not send parts of files", 40},
		{"no parts of late", 3, func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("Range"); return false }, "does not send parts of files", 40},
		{"a page", 0, func(w http.ResponseWriter, r *http.Request) bool {
			http.ServeContent(w, r, "x.html", time.Time{}, strings.NewReader(strings.Repeat("<p>Welcome</p>", 5000)))
			return true
		}, "not a GeoTIFF", 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, names[0])
			impatient(t, 2)
			switch {
			case c.name == "cut off":
				c.fail = func(w http.ResponseWriter, r *http.Request) bool { srv.broken(w, r, 300); return true }
			case c.fail == nil:
				c.fail = status(500)
			}
			srv.answerBy(func(file string, n int, w http.ResponseWriter, r *http.Request) bool {
				return file == "y_2002.tif" && n >= c.first && c.fail(w, r)
			})
			o := all()
			o.Fit.WindowWidth, o.Fit.WindowHeight = 150, 100
			inputs := srv.urls(names, "?sig="+secret)
			output := filepath.Join(t.TempDir(), "out.tif")
			_, err := FitFiles(t.Context(), inputs, output, o)
			checkError(t, err, fault.ErrInput, append(strings.Split(c.words, "|"), srv.URL+"/y_2002.tif")...)
			if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "/vsi")) {
				t.Errorf("%q holds more than the address", err)
			}
			if left := listing(filepath.Dir(output)); left != "[]" {
				t.Errorf("left behind: %s", left)
			}
			if n := srv.requests("y_2002.tif"); n > c.most+c.first {
				t.Errorf("%d requests, want at most %d", n, c.most+c.first)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		srv := serve(t, names[0])
		impatient(t, 1)
		inputs := srv.urls(names, "")
		srv.Close()
		fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, srv.URL+"/y_2001.tif", "2 times in a row", "check the address and the network")
	})
	t.Run("damaged", func(t *testing.T) {
		damaged := s.files(t, func(_ int, m *made) { m.creation = []string{"COMPRESS=DEFLATE", "BLOCKYSIZE=100"} })
		scribble(t, damaged[1], 0.5)
		srv := serve(t, damaged[0])
		impatient(t, 9)
		fails(t, srv.urls(damaged, ""), filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, srv.URL+"/y_2002.tif", "damaged")
	})
}

func status(code int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool { http.Error(w, "no", code); return true }
}

// Each request may be answered from another file than the one before.
func TestRemoteFilesThatChange(t *testing.T) {
	s := newPlanes(300, 290, 3, -500, 500)
	tiled := strings.Fields("TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64")
	files := func(s planes, creation []string) []string {
		return s.files(t, func(_ int, m *made) { m.creation = creation })
	}
	names := files(s, tiled)
	later := newPlanes(300, 290, 3, 0, 9)
	for _, c := range []struct {
		name string
		new  []string
	}{
		{"compressed", files(later, append(tiled, "COMPRESS=DEFLATE"))},
		{"larger", files(later, append(tiled, "BIGTIFF=YES"))},
		{"other pixels", files(newPlanes(200, 200, 3, 0, 9), tiled)},
	} {
		for _, first := range []int{2, 3, 5} {
			t.Run(fmt.Sprint(c.name, " from request ", first), func(t *testing.T) {
				srv := serve(t, names[0])
				impatient(t, 2)
				srv.answerBy(func(file string, n int, w http.ResponseWriter, r *http.Request) bool {
					if file != "y_2002.tif" || n < first {
						return false
					}
					http.ServeFile(w, r, c.new[1])
					return true
				})
				o := all()
				o.Fit.WindowWidth, o.Fit.WindowHeight = 150, 100
				fails(t, srv.urls(names, ""), filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, srv.URL+"/y_2002.tif")
			})
		}
	}
	t.Run("touched", func(t *testing.T) {
		srv := serve(t, names[0])
		srv.answerBy(func(file string, n int, w http.ResponseWriter, r *http.Request) bool {
			if file == "y_2002.tif" && n > 1 && r.Method == "HEAD" {
				later := time.Now().Add(time.Hour)
				if err := os.Chtimes(filepath.Join(srv.dir, file), later, later); err != nil {
					t.Error(err)
				}
			}
			return false
		})
		summary, err := FitFiles(t.Context(), srv.urls(names, ""), filepath.Join(t.TempDir(), "out.tif"), all())
		if err != nil || len(summary.Warnings) != 1 || !strings.Contains(summary.Warnings[0], srv.URL+"/y_2002.tif may have been replaced") {
			t.Errorf("%v, warnings %q", err, summary.Warnings)
		}
	})
}

// A run that waits to try again ends when it is asked to.
func TestRemoteInterrupted(t *testing.T) {
	s := newPlanes(300, 290, 3, -500, 500)
	names := s.files(t, nil)
	srv := serve(t, names[0])
	t.Setenv("GDAL_HTTP_MAX_RETRY", "1000")
	t.Setenv("GDAL_HTTP_RETRY_DELAY", "3000")
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	var once sync.Once
	srv.answerBy(func(_ string, n int, w http.ResponseWriter, r *http.Request) bool {
		if n >= 2 {
			once.Do(func() { time.AfterFunc(time.Second, func() { cancel(why) }) })
			srv.broken(w, r, 10)
		}
		return false
	})
	output := filepath.Join(t.TempDir(), "out.tif")
	start := time.Now()
	if _, err := FitFiles(ctx, srv.urls(names, ""), output, all()); !errors.Is(err, why) {
		t.Errorf("%v, want %v", err, why)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("ended after %v", took)
	}
	if left := listing(filepath.Dir(output)); left != "[]" {
		t.Errorf("left behind: %s", left)
	}
}

// Queries hold signatures: they reach the server and nobody else. Dates stand before them.
func TestRemoteSecrets(t *testing.T) {
	s := newPlanes(40, 30, 3, -500, 500)
	names := s.files(t, nil)
	srv := serve(t, names[0])
	var queries, users sync.Map
	srv.answerBy(func(_ string, _ int, _ http.ResponseWriter, r *http.Request) bool {
		queries.Store(r.URL.RawQuery, true)
		user, password, _ := r.BasicAuth()
		users.Store(user+":"+password, true)
		return false
	})
	const query = "?expires=1999-12-31/x&sig=" + secret
	var inputs []string
	for _, address := range srv.urls(names, query) {
		inputs = append(inputs, strings.Replace(address, "http://", "http://me:"+secret+"@", 1))
	}
	o := all()
	job, err := Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	if want := srv.urls(names, ""); !slices.Equal(job.Inputs, want) {
		t.Errorf("inputs %q, want %q", job.Inputs, want)
	}
	if _, err := job.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	got, _ := readAll(t, job.Output)
	sameBands(t, "signed", fitted(t, names, all()), got)
	text, err := os.ReadFile(job.Output)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), secret) || !strings.Contains(string(text), srv.URL+"/y_2001.tif") {
		t.Error("the output's metadata holds a secret, or not the address")
	}
	if _, ok := queries.Load(query[1:]); !ok {
		t.Error("the server has not seen the query")
	}
	if _, ok := users.Load("me:" + secret); !ok {
		t.Error("the server has not seen the password")
	}
}

// What the user has set is left to him, and what this package sets is gone after each call: a
// program that it is part of has remote files of its own.
func TestRemoteOptions(t *testing.T) {
	s := newPlanes(400, 300, 2, -500, 500)
	names := s.files(t, nil)
	srv := serve(t, names[0])
	t.Setenv("GDAL_INGESTED_BYTES_AT_OPEN", "50000")
	fitted(t, srv.urls(names, ""), all())
	if log, _, _ := srv.seen(); !slices.Contains(log, "GET /y_2001.tif bytes=0-65535") {
		t.Errorf("GDAL_INGESTED_BYTES_AT_OPEN does not show:\n%s", strings.Join(log, "\n"))
	}
	for _, o := range append(gdal.RemoteOptions("/vsicurl/x", gdal.Patience{}), gdal.DebugKeys, "GTIFF_DIRECT_IO=") {
		key, _, _ := strings.Cut(o, "=")
		if value, set := gdal.UserOption("/vsicurl/x", key); set && key != "GDAL_INGESTED_BYTES_AT_OPEN" {
			t.Errorf("%s is %s after the run", key, value)
		}
	}
}

// Buckets need the same, at another address.
func TestRemoteBuckets(t *testing.T) {
	s := newPlanes(300, 290, 3, -500, 500)
	names := s.files(t, func(_ int, m *made) {
		m.creation = strings.Fields("TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64 COMPRESS=DEFLATE")
	})
	want := fitted(t, names, all())
	for _, c := range []struct {
		prefix string
		env    map[string]string
	}{
		{"/vsis3/bucket/", map[string]string{"AWS_S3_ENDPOINT": "%", "AWS_HTTPS": "NO", "AWS_VIRTUAL_HOSTING": "FALSE", "AWS_NO_SIGN_REQUEST": "YES"}},
		{"/vsis3/bucket/", map[string]string{"AWS_S3_ENDPOINT": "%", "AWS_HTTPS": "NO", "AWS_VIRTUAL_HOSTING": "FALSE", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "eu-central-1"}},
		{"/vsigs/bucket/", map[string]string{"CPL_GS_ENDPOINT": "http://%/", "GS_NO_SIGN_REQUEST": "YES"}},
		{"/vsiaz/bucket/", map[string]string{"AZURE_STORAGE_CONNECTION_STRING": "AccountName=me;AccountKey=aHVzaA==;BlobEndpoint=http://%/"}},
	} {
		t.Run(c.prefix+" "+strings.Join(slices.Sorted(maps.Keys(c.env)), " "), func(t *testing.T) {
			srv := serve(t, names[0])
			impatient(t, 2)
			for key, value := range c.env {
				t.Setenv(key, strings.ReplaceAll(value, "%", strings.TrimPrefix(srv.URL, "http://")))
			}
			var inputs []string
			for _, name := range names {
				inputs = append(inputs, c.prefix+filepath.Base(name))
			}
			srv.answerBy(func(_ string, n int, w http.ResponseWriter, r *http.Request) bool {
				return n == 1 && status(503)(w, r)
			})
			t.Cleanup(func() {
				for _, name := range inputs {
					gdal.Forget(name) // the next server has another address and the same names
				}
			})
			got := fitted(t, inputs, all())
			sameBands(t, c.prefix, want, got)
			log, _, _ := srv.seen()
			for _, asked := range log {
				if !strings.Contains(asked, ".tif ") || strings.Contains(asked, ".aux") {
					t.Errorf("asks for %s", asked)
				}
			}
			if n, most := len(log), len(names)*14; n > most {
				t.Errorf("%d requests, want at most %d:\n%s", n, most, strings.Join(log, "\n"))
			}
		})
	}
}

// URLs stand wherever names do.
func TestRemoteNames(t *testing.T) {
	const a, b = "https://example.org/a_2001.tif?x=*&y=[", "http://example.org//b.tif"
	list := filepath.Join(t.TempDir(), "list.txt")
	put(t, list, "# scenes\n"+a+"\n/vsis3/bucket/c.tif\n")
	got, _, err := Expand(t.Context(), []string{"HTTP" + b[4:], "@" + list}, OpenOptions{})
	if want := []string{"/vsicurl/" + b, "/vsicurl/" + a, "/vsis3/bucket/c.tif"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	_, _, err = Expand(t.Context(), []string{a, "/vsicurl/" + a}, OpenOptions{})
	checkError(t, err, fault.ErrInput, "https://example.org/a_2001.tif is given twice")
	if strings.Contains(err.Error(), "x=*") {
		t.Errorf("%q holds the query", err)
	}

	// beside local ones, with dates from anywhere
	s := newPlanes(40, 30, 4, -500, 500)
	names := s.files(t, nil)
	srv := serve(t, names[0])
	inputs := srv.urls(names, "?v=1999")
	inputs[1] = names[1]
	sameBands(t, "beside local files", fitted(t, names, all()), fitted(t, inputs, all()))
	csv := filepath.Join(t.TempDir(), "dates.csv")
	put(t, csv, "path,date\n"+srv.URL+"/y_2001.tif,2011\n"+names[1]+",2012\ny_2003.tif,2013\ny_2004.tif,2014\n")
	o := all()
	o.Dates = dates(t, "@"+csv)
	sameSlopes(t, fitted(t, names, all()), fitted(t, inputs, o))
}

// sameSlopes compares the first band, which does not depend on when the years are.
func sameSlopes(t *testing.T, want, got [][]float64) {
	t.Helper()
	for p := range want[0] {
		if math.Float64bits(want[0][p]) != math.Float64bits(got[0][p]) {
			t.Fatalf("slope of pixel %d is %v, want %v", p, got[0][p], want[0][p])
		}
	}
}

// Windows of remote files are large, but as the memory allows, and never cut through blocks for it.
func TestRemoteWindows(t *testing.T) {
	s := newPlanes(1024, 1024, 3, 0, 9)
	names := s.files(t, func(_ int, m *made) {
		m.creation = strings.Fields("TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64 COMPRESS=DEFLATE")
	})
	srv := serve(t, names[0])
	for _, memory := range []int64{16 << 20, 32 << 20, 512 << 20} {
		o := Options{Memory: memory, Fit: pixtrend.Options{Threads: 2}}
		job, err := Prepare(t.Context(), srv.urls(names, ""), filepath.Join(t.TempDir(), "out.tif"), o)
		if err != nil {
			t.Fatal(err)
		}
		p := job.Plan
		if p.WindowWidth%64 != 0 || p.WindowHeight%64 != 0 || p.Windows < 8 || p.TileMemory > memory/2 {
			t.Errorf("%d windows of %d × %d in %d bytes", p.Windows, p.WindowWidth, p.WindowHeight, p.TileMemory)
		}
		if memory == 512<<20 && p.Windows != 8 {
			t.Errorf("%d windows with much memory, want 8", p.Windows)
		}
		if err := job.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A process that fits the same addresses again sees what has been replaced in between.
func TestRemoteFittedAgain(t *testing.T) {
	dir := t.TempDir()
	fresh := func(width int) []string {
		var names []string
		for i, name := range newPlanes(width, 90, 3, -500, 500).files(t, nil) {
			names = append(names, filepath.Join(dir, fmt.Sprintf("y_%d.tif", 2001+i)))
			if err := os.Rename(name, names[i]); err != nil {
				t.Fatal(err)
			}
		}
		return names
	}
	names := fresh(120)
	srv := serve(t, names[0])
	sameBands(t, "first", fitted(t, names, all()), fitted(t, srv.urls(names, ""), all()))
	names = fresh(70)
	sameBands(t, "replaced", fitted(t, names, all()), fitted(t, srv.urls(names, ""), all()))
}

// Masks in files of their own are on the server as well, and any of their requests may fail and be
// repeated.
func TestRemoteMasks(t *testing.T) {
	s := newScenes(300, 200, 6)
	dir := t.TempDir()
	var data, masks []string
	for i := range s.a.dates {
		data, masks = append(data, fmt.Sprintf("y_%d.tif", 2001+i)), append(masks, fmt.Sprintf("qa_%d.tif", 2001+i))
	}
	s.a.save(t, dir, data, godal.Int16, ptr(-9999.0))
	s.mask.save(t, dir, masks, godal.Byte, nil)
	for _, names := range [][]string{data, masks} {
		for i := range names {
			names[i] = filepath.Join(dir, names[i])
		}
	}
	want := fitted(t, s.clear(s.a).files(t, nil), all())
	srv := serve(t, data[0])
	o := all()
	o.Fit.Threads = 2
	o.Mask = Mask{From: srv.urls(masks, ""), Keep: keep(t, "0,1")}
	sameBands(t, "both on a server", want, fitted(t, srv.urls(data, ""), o))
	sameBands(t, "masks on a server", want, fitted(t, data, o))
	o.Mask.From = masks
	sameBands(t, "masks beside it", want, fitted(t, srv.urls(data, ""), o))
}
