package raster

/*
#define _LARGEFILE64_SOURCE 1 // for the struct behind VSIStatBufL

#include <stdlib.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

static void set_options(char **options, int set) {
	for (; *options != NULL; options++) {
		char *key = NULL;
		const char *value = CPLParseNameValue(*options, &key);
		if (key != NULL)
			CPLSetThreadLocalConfigOption(key, set ? value : NULL);
		CPLFree(key);
	}
}

// stat_remote asks for the size and the time of change of a file: from what GDAL knows of it, or the server.
static int stat_remote(const char *path, char **options, GIntBig *size, GIntBig *changed) {
	VSIStatBufL st;
	CPLPushErrorHandler(CPLQuietErrorHandler);
	set_options(options, 1);
	int failed = VSIStatExL(path, &st, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG | VSI_STAT_SIZE_FLAG);
	set_options(options, 0);
	CPLPopErrorHandler();
	if (failed != 0)
		return failed;
	*size = st.st_size;
	*changed = st.st_mtime;
	return 0;
}
*/
import "C"

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// Remote files are read through GDAL's file systems over HTTP. What they need differs from local files: a
// request costs as much as the decoding of many blocks, so that there should be few and many at a
// time, and any of them may fail and succeed a second later.

// remotePrefixes begin the names of the file systems that send HTTP requests.
var remotePrefixes = []string{"/vsicurl/", "/vsicurl?", "/vsis3/", "/vsigs/", "/vsiaz/", "/vsiadls/", "/vsioss/", "/vsiswift/"}

// remoteAt returns where the name of a remote file begins in name, which may also be one in an archive,
// such as /vsizip//vsicurl/…; -1 if it is local.
func remoteAt(name string) int {
	if !strings.HasPrefix(name, "/vsi") {
		return -1
	}
	for _, prefix := range remotePrefixes {
		if at := strings.Index(name, prefix); at >= 0 {
			return at
		}
	}
	return -1
}

func isRemote(name string) bool { return remoteAt(name) >= 0 }

var httpURL = regexp.MustCompile(`(?i)^https?://`)

// fromURL turns a URL into the name that GDAL has for it, and leaves other names.
func fromURL(name string) string {
	if httpURL.MatchString(name) {
		return "/vsicurl/" + name
	}
	return name
}

// shown is the name of a file as people may see it. Queries and passwords in a URL give access to whoever has
// them: they belong neither into messages nor into the metadata of an output.
func shown(name string) string {
	if !isRemote(name) {
		return name
	}
	if options, ok := strings.CutPrefix(name, "/vsicurl?"); ok {
		query, _ := url.ParseQuery(options)
		name = query.Get("url")
		if name == "" {
			return "/vsicurl?…"
		}
	}
	if address, ok := strings.CutPrefix(name, "/vsicurl/"); ok {
		name = address
	}
	return withoutSecrets(name)
}

var (
	urlSecrets  = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://)[^/?#\s'"]*@`)
	urlQueries  = regexp.MustCompile(`[?#][^\s'"]*`)
	urlInString = regexp.MustCompile(`(?i)(/vsi[a-z0-9]+[/?]|https?://)[^\s'"]*`)
)

func withoutSecrets(address string) string {
	return urlQueries.ReplaceAllString(urlSecrets.ReplaceAllString(address, "$1"), "")
}

// scrubbed is a message of GDAL without what shown leaves out.
func scrubbed(message string) string {
	return urlInString.ReplaceAllStringFunc(message, func(address string) string {
		if strings.HasPrefix(address, "/vsicurl?") {
			return "/vsicurl?…"
		}
		return withoutSecrets(address)
	})
}

// datedName is the name of a file for finding its date: the digits in %20 are no part of one.
func datedName(name string) string {
	if !isRemote(name) {
		return name
	}
	name = shown(name)
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// remoteDefaults are GDAL's options for remote files, where the user has not set the same one. They
// are given to each call and never to the process, of which this package may be a small part.
//
// VSI_CACHE stays off: it would hold 25 MB for each open file, of what is read once.
var remoteDefaults = []string{
	"GDAL_DISABLE_READDIR_ON_OPEN=EMPTY_DIR",
	"GDAL_INGESTED_BYTES_AT_OPEN=32768", // in one request: the directories of most files, and of theirs overviews
	"GDAL_HTTP_MERGE_CONSECUTIVE_RANGES=YES",
	"GDAL_HTTP_CONNECTTIMEOUT=10",
	"GDAL_HTTP_LOW_SPEED_TIME=30", // a transfer may be slow but not stand still
	"GDAL_HTTP_LOW_SPEED_LIMIT=1",
	"GDAL_HTTP_TCP_KEEPALIVE=YES",
}

// userOption returns what the user has set an option of GDAL to, for a file: in the environment, in a
// configuration file or by a call.
func userOption(name, key string) (value string, set bool) {
	cname, ckey := C.CString(name), C.CString(key)
	defer C.free(unsafe.Pointer(cname))
	defer C.free(unsafe.Pointer(ckey))
	cvalue := C.VSIGetPathSpecificOption(cname, ckey, nil)
	return C.GoString(cvalue), cvalue != nil
}

// remoteOptions returns the options for a file that the user has not set.
func remoteOptions(name string, p patience) []string {
	// GDAL itself tries twice more, in a moment that is short enough to wait for it: it alone can repeat one
	// request of many. It gives up where this package begins, which sleeps so that a run can be
	// interrupted.
	options := []string{
		fmt.Sprintf("GDAL_HTTP_MAX_RETRY=%d", min(p.retries, 2)),
		fmt.Sprintf("GDAL_HTTP_RETRY_DELAY=%g", min(p.first, 250*time.Millisecond).Seconds()),
	}
	for _, o := range remoteDefaults {
		key, _, _ := strings.Cut(o, "=")
		if _, set := userOption(name, key); !set {
			options = append(options, o)
		}
	}
	return options
}

// patience says how often a request that failed is repeated, and how long to wait before: first, then
// twice as long each time.
type patience struct {
	retries int
	first   time.Duration
}

const longestWait = 8 * time.Second

// patienceFor returns what the user asks of GDAL with GDAL_HTTP_MAX_RETRY and GDAL_HTTP_RETRY_DELAY, or
// five times in sixteen seconds.
func patienceFor(name string) patience {
	p := patience{5, 500 * time.Millisecond}
	if text, set := userOption(name, "GDAL_HTTP_MAX_RETRY"); set {
		if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
			p.retries = min(max(n, 0), 1000)
		}
	}
	if text, set := userOption(name, "GDAL_HTTP_RETRY_DELAY"); set {
		if s, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil && s >= 0 && s <= 3600 {
			p.first = time.Duration(s * float64(time.Second))
		}
	}
	return p
}

// wait returns how long to wait before retry n, counted from 0. Half of it is left to chance, so that
// workers that failed together do not come back together.
func (p patience) wait(n int) time.Duration {
	d := min(p.first<<min(n, 10), max(longestWait, p.first))
	return d/2 + rand.N(d/2+1)
}

// transfer hears what GDAL says during a call on a remote file. That a request failed, and how, is often
// only in its debug messages: a file whose header is not given is "not recognized", a dropped
// connection a block that is too short.
type transfer struct {
	mu      sync.Mutex
	options []string
	trouble
}

// trouble is what was heard of requests that failed; the zero trouble, that none did.
type trouble struct {
	status int    // HTTP status of the last one; 0: none was answered
	curl   string // what curl says about the last one that had no answer, or not all of it
	whole  bool   // the server sends all of a file where a part is asked for
}

// lastTrouble passes on what was heard of a file. GDAL remembers for all threads that a request failed, and says
// to the next who opens the file that there is none, without a request that could be heard.
type lastTrouble struct {
	mu   sync.Mutex
	last trouble
}

// after returns what t heard in a try that ended with err, or else what was last heard in another place. What goes well ends it.
func (g *lastTrouble) after(t *transfer, err error) trouble {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case err == nil:
		g.last = trouble{}
	case t.trouble != trouble{}:
		g.last = t.trouble
	}
	return g.last
}

// debugKeys are the categories of messages about requests.
const debugKeys = "CPL_DEBUG=VSICURL,S3,GS,AZURE,ADLS,OSS,SWIFT"

// config is the options of a call, and those by which t hears it. The nil transfer, of local files, has none.
func (t *transfer) config() []string { return append([]string{debugKeys}, t.options...) }

func (t *transfer) open() []godal.OpenOption {
	if t == nil {
		return nil
	}
	return []godal.OpenOption{godal.ErrLogger(t.hear), godal.ConfigOption(t.config()...)}
}

func (t *transfer) band() []godal.BandIOOption {
	if t == nil {
		return nil
	}
	return []godal.BandIOOption{godal.ErrLogger(t.hear), godal.ConfigOption(t.config()...)}
}

func (t *transfer) dataset() []godal.DatasetIOOption {
	if t == nil {
		return nil
	}
	return []godal.DatasetIOOption{godal.ErrLogger(t.hear), godal.ConfigOption(t.config()...)}
}

var (
	statusText = regexp.MustCompile(`(?:response[ _]code(?: on \S+)?|error code)[:=] ?(\d+)`)
	curlText   = regexp.MustCompile(`(?:response_code=\d+, (?:curl error )?msg=|CURL error: )(.+)`)
)

func (t *transfer) hear(ec godal.ErrorCategory, _ int, msg string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m := statusText.FindStringSubmatch(msg); m != nil {
		if status, _ := strconv.Atoi(m[1]); status >= 400 {
			t.status, t.curl = status, ""
		}
	}
	if m := curlText.FindStringSubmatch(msg); m != nil && !strings.Contains(m[1], "Failed writing header") {
		t.curl = scrubbed(m[1])
	}
	t.whole = t.whole || strings.Contains(msg, "Range downloading not supported")
	if ec <= godal.CE_Warning {
		return nil
	}
	return errors.New(msg)
}

// failed is a failure to read a remote file, after all tries.
type failed struct {
	text string
	err  error
}

func (f *failed) Error() string { return f.text }
func (f *failed) Unwrap() error { return f.err }

// explain says what went wrong after so many tries, what to do, and whether it may go better soon.
func (t trouble) explain(err error, tries int) (_ error, again bool) {
	times := ""
	if tries > 1 {
		times = fmt.Sprintf(", %d times in a row", tries)
	}
	say := func(format string, args ...any) error {
		return &failed{fmt.Sprintf(format, args...), err}
	}
	status := strconv.Itoa(t.status)
	if text := http.StatusText(t.status); text != "" {
		status += " " + text
	}
	switch {
	case t.whole:
		return say("its server does not send parts of files: download it first"), false
	case t.status == http.StatusUnauthorized || t.status == http.StatusForbidden:
		return say("its server answers %s: check the address, and the credentials that GDAL finds", status), false
	case t.status >= 500 || t.status == http.StatusTooManyRequests || t.status == http.StatusRequestTimeout:
		return say("its server answers %s%s: try again later", status, times), true
	case t.status == http.StatusRequestedRangeNotSatisfiable:
		return say("its server answers %s: was it replaced meanwhile?", status), false
	case t.status > 0:
		return say("its server answers %s: check the address", status), false
	case t.curl != "":
		return say("the transfer fails (%s)%s: check the address and the network, or try again later", strings.TrimRight(t.curl, ". "), times), true
	}
	return err, tries < 3 // a response may have been cut without a word; or the file is damaged
}

// persist calls try until it succeeds, its failure will stay, or patience is at its end. Between tries it
// forgets what GDAL holds of the file, which may be the beginning of a response or that there is none.
func persist(ctx context.Context, name string, p patience, g *lastTrouble, try func(t *transfer) error) error {
	options := remoteOptions(name, p)
	for n := 0; ; n++ {
		t := &transfer{options: options}
		if n > 0 {
			// Of requests at the same time GDAL repeats none, and each more is one more that may fail.
			t.options = append(slices.Clip(options), "GDAL_HTTP_MULTIRANGE=SERIAL")
		}
		err := try(t)
		heard := g.after(t, err)
		if err == nil || errors.Is(err, ErrInput) {
			return err
		}
		why, again := heard.explain(err, n+1)
		forget(name)
		if n == p.retries || !again {
			return why
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(p.wait(n)):
		}
	}
}

// forget drops what GDAL holds of a remote file beside its handles.
func forget(name string) {
	cname := C.CString(name[max(remoteAt(name), 0):])
	defer C.free(unsafe.Pointer(cname))
	C.VSICurlPartialClearCache(cname)
}

// openFirst opens a raster for the first time, with as many tries as it takes.
func openFirst(name string, drivers []string) (ds *godal.Dataset, err error) {
	if !isRemote(name) {
		return open(name, drivers)
	}
	if err := register(); err != nil { // which reads the user's configuration file
		return nil, err
	}
	forget(name) // it may have changed since this process read it last
	err = persist(context.Background(), name, patienceFor(name), &lastTrouble{}, func(t *transfer) (err error) {
		ds, err = open(name, drivers, t.open()...)
		return err
	})
	return ds, err
}

// cList is options as C takes them.
func cList(options []string) (list **C.char, free func()) {
	for _, o := range options {
		c := C.CString(o)
		list = C.CSLAddString(list, c)
		C.free(unsafe.Pointer(c))
	}
	return list, func() { C.CSLDestroy(list) }
}

// version is what a server says of a file without sending it.
type version struct {
	size    int64 // 0: it does not say
	changed int64 // Unix time; 0: it does not say
}

// versionOf asks for the version of a remote file.
func versionOf(name string) (version, bool) {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	options, free := cList(remoteOptions(name, patienceFor(name)))
	defer free()
	var size, changed C.GIntBig
	if C.stat_remote(cname, options, &size, &changed) != 0 {
		return version{}, false
	}
	return version{int64(size), int64(changed)}, true
}

// remoteStack is what a Stack holds of its remote files.
type remoteStack struct {
	versions map[int]version // by file, when it was first opened
	lanes    int             // files that a worker reads at the same time
	heard    sync.Map        // by file, its *lastTrouble
}

func (r *remoteStack) trouble(file int) *lastTrouble {
	g, _ := r.heard.LoadOrStore(file, &lastTrouble{})
	return g.(*lastTrouble)
}

// opensAtOnce is how many remote files are opened at the same time, and the most that all workers together
// read from: one server may have all of them.
const (
	opensAtOnce = 8
	readsAtOnce = 64
	lanesMost   = 8 // of a worker
)

// look returns a function that describes file i. Remote files are described beforehand, many at a time; of
// several errors the first file's is kept.
func (s *Stack) look(o OpenOptions) func(i int) ([]plane, geo, error) {
	type description struct {
		planes []plane
		geo    geo
		err    error
	}
	found := map[int]description{}
	s.remote.versions = map[int]version{}
	var mu sync.Mutex
	broken := len(s.sources)
	beyond := func(i int) bool {
		mu.Lock()
		defer mu.Unlock()
		return i >= broken
	}
	s.eachRemote(beyond, func(i int) {
		var d description
		var v version
		if d.planes, d.geo, d.err = describe(s.sources[i], len(s.sources), o); d.err == nil {
			v, _ = versionOf(s.sources[i])
		}
		mu.Lock()
		defer mu.Unlock()
		found[i], s.remote.versions[i] = d, v
		if d.err != nil {
			broken = min(broken, i)
		}
	})
	return func(i int) ([]plane, geo, error) {
		if d, ok := found[i]; ok {
			return d.planes, d.geo, d.err
		}
		var d description
		onThread(func() { d.planes, d.geo, d.err = describe(s.sources[i], len(s.sources), o) })
		return d.planes, d.geo, d.err
	}
}

// eachRemote calls do for the remote files, in their order but several at the same time, until stop holds
// for a file, remote or not. Both are called by several goroutines.
func (s *Stack) eachRemote(stop func(file int) bool, do func(file int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(opensAtOnce, len(s.sources)) {
		wg.Go(func() {
			for {
				file := int(next.Add(1)) - 1
				if file >= len(s.sources) || stop(file) {
					return
				}
				if isRemote(s.sources[file]) {
					do(file)
				}
			}
		})
	}
	wg.Wait()
}

// RemoteFiles returns how many of the input files are on servers.
func (s *Stack) RemoteFiles() int { return len(s.remote.versions) }

// newPlan plans the fit. Where files are remote, windows are larger than caches would have them: a
// request takes a while however little it asks for.
func (s *Stack) newPlan(o pixtrend.Options) (pixtrend.StreamPlan, error) {
	g := s.Grid()
	plan, err := pixtrend.NewStreamPlan(g, o)
	if err != nil || s.RemoteFiles() == 0 || o.WindowWidth > 0 ||
		plan.WindowWidth < min(g.BlockWidth, g.Width) || plan.WindowHeight < min(g.BlockHeight, g.Height) {
		return plan, err
	}
	const enough = 2 << 20 // bytes of a date, before compression
	for plan.WindowWidth < g.Width || plan.WindowHeight < g.Height {
		o.WindowWidth, o.WindowHeight = plan.WindowWidth, plan.WindowHeight
		if o.WindowWidth < g.Width {
			o.WindowWidth *= 2
		} else {
			o.WindowHeight *= 2
		}
		if int64(o.WindowWidth)*int64(o.WindowHeight) > int64(enough/g.Type.Size()) {
			break
		}
		larger, err := pixtrend.NewStreamPlan(g, o)
		// Four windows a worker at least, so that none waits long for the last of another.
		if err != nil || larger.Windows < 4*len(plan.Workers) {
			break
		}
		plan = larger
	}
	return plan, nil
}

// transferMemory is what remote files take off the tiles' share of the memory: GDAL keeps 16 MB of what was
// transferred, and each thread that sent requests a connection and a heap.
func (s *Stack) transferMemory(memory int64) int64 {
	if s.RemoteFiles() == 0 {
		return 0
	}
	return min(memory/8, 32<<20)
}

// spread settles how many files a worker reads at the same time, and returns how many readers there are
// then. Each takes memory: the window as it is transferred, up to three times in GDAL, and a block.
func (s *Stack) spread(memory int64, plan pixtrend.StreamPlan) (readers int) {
	workers := len(plan.Workers)
	if s.RemoteFiles() == 0 {
		return workers
	}
	each := int64(plan.WindowWidth)*int64(plan.WindowHeight)*int64(3*s.grid.Type.Size()+s.grid.ScratchBytes) + s.largest((*plane).heldBytes)
	most := min(lanesMost, len(s.files), readsAtOnce/workers, int(min(memory/2/each/int64(workers), lanesMost)))
	s.remote.lanes = max(1, most)
	return workers * s.remote.lanes
}

// readRemote is Read where files are remote: several at a time, each in a lane of its own, which
// has its handles.
func (s *Stack) readRemote(ctx context.Context, worker int, w pixtrend.Window, first int, dst kernel.Tile) error {
	lanes := min(max(1, s.remote.lanes), len(s.files))
	together := s.multi && s.uniform
	if together {
		r := s.readers.of(worker * lanes)
		err := s.readLane(ctx, r, 0, w, func() error {
			return r.with(s, 0, s.sources[0], func(h *handle) error { return s.readDates(h.ds, w, first, dst, r.heard.dataset()...) })
		})
		if err != nil {
			return err
		}
	}
	planes := s.planes[first : first+dst.Dates]
	errs := make([]error, len(planes))
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	lane := func(n int) {
		r := s.readers.of(worker*lanes + n)
		for i, p := range planes {
			if p.file%lanes != n || stop.Err() != nil {
				continue
			}
			errs[i] = s.readLane(stop, r, p.file, w, func() error { return s.readDate(r, &p, w, i, dst, together) })
			if errs[i] == nil && p.maskedFrom() {
				errs[i] = s.readLane(stop, r, p.mask.file, w, func() error { return s.readMask(r, &p, w, i, dst) })
			}
			if errs[i] != nil && stop.Err() != nil {
				errs[i] = nil // another has failed, and this one has only stopped trying
			}
			if errs[i] != nil {
				cancel()
			}
		}
	}
	var wg sync.WaitGroup
	for n := 1; n < lanes; n++ {
		wg.Go(func() { lane(n) })
	}
	lane(0)
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := cmp.Or(errs...); err != nil {
		return err
	}
	s.countHidden(dst)
	return nil
}

// readLane reads from a file with as many tries as it takes.
func (s *Stack) readLane(ctx context.Context, r *reader, file int, w pixtrend.Window, read func() error) error {
	name := s.sources[file]
	if !isRemote(name) {
		if err := read(); err != nil {
			return readError(s.files[file], w, err)
		}
		return nil
	}
	defer func() { r.heard = nil }()
	err := persist(ctx, name, patienceFor(name), s.remote.trouble(file), func(t *transfer) error {
		if !s.direct(file) {
			// GDAL asks for all blocks of a window at once, which it does not do when it expects to
			// read samples past its cache.
			t.options = append(slices.Clip(t.options), "GTIFF_DIRECT_IO=NO")
		}
		r.heard = t
		err := read()
		if err != nil {
			err = errors.Join(err, r.drop(s, file))
		}
		return err
	})
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return readError(s.files[file], w, err)
}

// direct reports whether samples of a remote file go past GDAL's cache, row by row: where a block is too
// large to be transferred for a part of it.
func (s *Stack) direct(file int) bool {
	return slices.ContainsFunc(s.bands, func(p *plane) bool { return p.file == file && p.direct && p.blockBytes > 1<<20 })
}

// drop closes the handle of a file, so that it is opened anew.
func (r *reader) drop(s *Stack, file int) error {
	h := r.kept[s.sources[file]]
	if h == nil {
		return nil
	}
	delete(r.kept, s.sources[file])
	s.readers.open.Add(-1)
	return h.ds.Close()
}

// sameSize reports whether a file that is opened again has the size that it had at first. GDAL has just
// asked for it.
func (s *Stack) sameSize(file int) bool {
	before, remote := s.remote.versions[file]
	if !remote {
		return true
	}
	now, ok := versionOf(s.sources[file])
	return !ok || before.size == 0 || now.size == 0 || now.size == before.size
}

// unchanged asks whether the remote files are still those that were opened: a local file that is open
// stays what it is, but every request may be answered from another one. A new size is an error; what may
// have happened without harm is a warning.
func (s *Stack) unchanged(ctx context.Context) (warnings []string, err error) {
	var mu sync.Mutex
	var replaced, touched, silent []int
	s.eachRemote(func(int) bool { return ctx.Err() != nil }, func(file int) {
		before := s.remote.versions[file]
		forget(s.sources[file])
		now, ok := versionOf(s.sources[file])
		mu.Lock()
		defer mu.Unlock()
		switch {
		case !ok || before.size == 0 || now.size == 0:
			silent = append(silent, file)
		case now.size != before.size:
			replaced = append(replaced, file)
		case now.changed != before.changed:
			touched = append(touched, file)
		}
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(replaced) > 0 {
		return nil, inputErrorf("%s is no longer the file that was checked: run again when nothing writes to it", s.files[slices.Min(replaced)])
	}
	for _, w := range []struct {
		files []int
		what  string
	}{
		{touched, "may have been replaced while it was read: its server gives another time of change than at the start; what was read is used"},
		{silent, "could not be checked at the end: its server no longer says its size; it is taken for unchanged"},
	} {
		if len(w.files) > 0 {
			warnings = append(warnings, fmt.Sprintf("%s%s %s", s.files[slices.Min(w.files)], others(len(w.files)-1), w.what))
		}
	}
	return warnings, nil
}

func others(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", n)
}
