package gdal

/*
#define _LARGEFILE64_SOURCE 1 // for the struct behind VSIStatBufL

#include <stdlib.h>
#include <string.h>
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

// stat_remote asks for the size and the time of change of a file: from what GDAL knows of it, or
// the server.
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

// etag_remote asks the server for the ETag of a file. The caller frees it. NULL: it does not say.
static char *etag_remote(const char *path, char **options) {
	CPLPushErrorHandler(CPLQuietErrorHandler);
	set_options(options, 1);
	char **headers = VSIGetFileMetadata(path, "HEADERS", NULL);
	set_options(options, 0);
	CPLPopErrorHandler();
	const char *tag = CSLFetchNameValue(headers, "ETag");
	char *copy = tag == NULL ? NULL : strdup(tag);
	CSLDestroy(headers);
	return copy;
}
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/foreign"
)

// remoteDefaults are options of GDAL for remote files. Options that the user has set take
// precedence. They are set for each call and never for the process, of which this package may be a
// small part.
//
// VSI_CACHE stays off: it would hold 25 MB for each open file, although everything is read once.
var remoteDefaults = []string{
	"GDAL_DISABLE_READDIR_ON_OPEN=EMPTY_DIR",
	fmt.Sprint("GDAL_INGESTED_BYTES_AT_OPEN=", ingestedBytes), // one request for the directories of most files and their overviews
	"GDAL_HTTP_MERGE_CONSECUTIVE_RANGES=YES",
	"GDAL_HTTP_CONNECTTIMEOUT=10",
	"GDAL_HTTP_LOW_SPEED_TIME=30", // a transfer may be slow but must not stop
	"GDAL_HTTP_LOW_SPEED_LIMIT=1",
	"GDAL_HTTP_TCP_KEEPALIVE=YES",
}

// ingestedBytes is how much of a remote file is read at first.
const ingestedBytes = 32768

// UserOption returns the value of an option of GDAL for a file, if the user has set it: in the
// environment, in a configuration file or by a call.
func UserOption(name, key string) (value string, set bool) {
	cname, ckey := C.CString(name), C.CString(key)
	defer C.free(unsafe.Pointer(cname))
	defer C.free(unsafe.Pointer(ckey))
	cvalue := C.VSIGetPathSpecificOption(cname, ckey, nil)
	return C.GoString(cvalue), cvalue != nil
}

// RemoteOptions returns the options for a file that the user has not set.
func RemoteOptions(name string, p Patience) []string {
	// GDAL itself tries twice more, with short waits: only GDAL can repeat one request of many.
	// Longer waits are those of Persist, which can be interrupted.
	options := []string{
		fmt.Sprintf("GDAL_HTTP_MAX_RETRY=%d", min(p.Retries, 2)),
		fmt.Sprintf("GDAL_HTTP_RETRY_DELAY=%g", min(p.First, 250*time.Millisecond).Seconds()),
	}
	for _, o := range remoteDefaults {
		key, _, _ := strings.Cut(o, "=")
		if _, set := UserOption(name, key); !set {
			options = append(options, o)
		}
	}
	return options
}

// Patience says how often a request that failed is repeated.
type Patience struct {
	Retries int
	First   time.Duration // the wait before the first retry. Each later one is twice as long
}

// longestWait is the longest wait, unless the first one is longer.
const longestWait = 8 * time.Second

// PatienceFor returns the patience that the user has set with GDAL_HTTP_MAX_RETRY and
// GDAL_HTTP_RETRY_DELAY. The default is five retries in sixteen seconds.
func PatienceFor(name string) Patience {
	p := Patience{5, 500 * time.Millisecond}
	if text, set := UserOption(name, "GDAL_HTTP_MAX_RETRY"); set {
		if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
			p.Retries = min(max(n, 0), 1000)
		}
	}
	if text, set := UserOption(name, "GDAL_HTTP_RETRY_DELAY"); set {
		if s, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil && s >= 0 && s <= 3600 {
			p.First = time.Duration(s * float64(time.Second))
		}
	}
	return p
}

// Wait returns how long to wait before retry n, counted from 0. Half of it is random, so that
// workers that failed at the same time do not retry at the same time.
func (p Patience) Wait(n int) time.Duration {
	d := min(p.First<<min(n, 10), max(longestWait, p.First))
	return d/2 + rand.N(d/2+1)
}

// Transfer collects GDAL's messages during a call on a remote file. Often only debug messages say
// that a request failed, and how: the error for a header that was not sent is "not recognized", and
// for a dropped connection that a block is too short.
type Transfer struct {
	ctx     context.Context // bounds the call
	mu      sync.Mutex
	Options []string // of GDAL, KEY=VALUE
	trouble
	said      []Message // warnings
	headerCut bool      // a part of the header could not be read, which to GDAL is no more than a warning
}

// trouble describes requests that failed. The zero value means that none did.
type trouble struct {
	status int    // HTTP status of the last one; 0: none was answered
	curl   string // curl's message about the last one without an answer, or without a whole one
	whole  bool   // the server sends whole files instead of parts
}

// Troubles remembers the trouble of a file across calls. GDAL remembers for all threads that a
// request failed, and the next call to open the file then fails without a request and without
// messages.
type Troubles struct {
	mu   sync.Mutex
	last trouble
}

// after returns the trouble of a try that ended with err. If t has none, it is the one last
// remembered. Success clears it.
func (g *Troubles) after(t *Transfer, err error) trouble {
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

// DebugKeys is the option that makes GDAL send debug messages about requests.
const DebugKeys = "CPL_DEBUG=VSICURL,S3,GS,AZURE,ADLS,OSS,SWIFT"

// config returns the options of a call, with those for its messages. A nil transfer, of local
// files, has none.
func (t *Transfer) config() []string { return append([]string{DebugKeys}, t.Options...) }

// during makes a call to GDAL's file systems, on this thread. Nothing is printed.
func (t *Transfer) during(call func()) {
	if t == nil {
		Quietly(call)
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	options, free := cList(t.config())
	defer free()
	C.set_options(options, 1)
	defer C.set_options(options, 0)
	for _, m := range listen(call, true) {
		_ = t.hear(godal.CE_Debug, 0, m.Text)
	}
}

func (t *Transfer) openOptions() []godal.OpenOption {
	if t == nil {
		return nil
	}
	return []godal.OpenOption{godal.ErrLogger(t.hear), godal.ConfigOption(t.config()...)}
}

func (t *Transfer) bandOptions() []godal.BandIOOption {
	if t == nil {
		return nil
	}
	return []godal.BandIOOption{godal.ErrLogger(t.hear), godal.ConfigOption(t.config()...)}
}

func (t *Transfer) dataset() []godal.DatasetIOOption {
	if t == nil {
		return nil
	}
	return []godal.DatasetIOOption{godal.ErrLogger(t.hear), godal.ConfigOption(t.config()...)}
}

var (
	statusText = regexp.MustCompile(`(?:response[ _]code(?: on \S+)?|error code)[:=] ?(\d+)`)
	curlText   = regexp.MustCompile(`(?:response_code=\d+, (?:curl error )?msg=|CURL error: )(.+)`)
)

// hear is an error handler that takes note of GDAL's messages.
func (t *Transfer) hear(ec godal.ErrorCategory, _ int, msg string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m := statusText.FindStringSubmatch(msg); m != nil {
		if status, _ := strconv.Atoi(m[1]); status >= 400 {
			t.status, t.curl = status, ""
		}
	}
	if m := curlText.FindStringSubmatch(msg); m != nil && !strings.Contains(m[1], "Failed writing header") {
		t.curl = foreign.Scrub(m[1])
	}
	t.headerCut = t.headerCut || strings.Contains(msg, "IO error during reading of")
	t.whole = t.whole || strings.Contains(msg, "Range downloading not supported")
	if ec == godal.CE_Warning && len(t.said) < 20 {
		t.said = addMessage(t.said, Message{Text: msg})
	}
	if ec <= godal.CE_Warning {
		return nil
	}
	return errors.New(msg)
}

// RemoteError is a failure to read a remote file, after all tries.
type RemoteError struct {
	text  string
	err   error
	later bool
}

func (f *RemoteError) Error() string { return f.text }
func (f *RemoteError) Unwrap() error { return f.err }

// Temporary reports whether the failure may pass: the server is overloaded, or the network failed.
func (f *RemoteError) Temporary() bool { return f.later }

// explain returns an error that says what went wrong in so many tries and what to do, and whether
// another try may succeed.
func (t trouble) explain(err error, tries int) (_ error, again bool) {
	times := ""
	if tries > 1 {
		times = fmt.Sprintf(", %d times in a row", tries)
	}
	say := func(format string, args ...any) error {
		return &RemoteError{text: fmt.Sprintf(format, args...), err: err}
	}
	sayLater := func(format string, args ...any) (error, bool) {
		return &RemoteError{text: fmt.Sprintf(format, args...), err: err, later: true}, true
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
		return sayLater("its server answers %s%s: try again later", status, times)
	case t.status == http.StatusRequestedRangeNotSatisfiable:
		return say("its server answers %s: was it replaced meanwhile?", status), false
	case t.status > 0:
		return say("its server answers %s: check the address", status), false
	case t.curl != "":
		return sayLater("the transfer fails (%s)%s: check the address and the network, or try again later", strings.TrimRight(t.curl, ". "), times)
	}
	return err, tries < 3 // a response may have been cut without a message, or the file is damaged
}

// Persist calls try until it succeeds, fails for good, or has used up the retries of p. Between
// tries it makes GDAL forget the file, since GDAL remembers partial responses and failures.
func Persist(ctx context.Context, name string, p Patience, g *Troubles, try func(t *Transfer) error) error {
	options := RemoteOptions(name, p)
	for n := 0; ; n++ {
		t := &Transfer{ctx: ctx, Options: options}
		if n > 0 {
			// GDAL does not repeat requests that it sends at the same time.
			t.Options = append(slices.Clip(options), "GDAL_HTTP_MULTIRANGE=SERIAL")
		}
		err := try(t)
		if ctx.Err() != nil {
			if err == nil {
				return nil
			}
			return context.Cause(ctx) // the call may go on and write to t
		}
		heard := g.after(t, err)
		if err == nil || errors.Is(err, fault.ErrInput) {
			return err
		}
		why, again := heard.explain(err, n+1)
		Forget(name)
		if n == p.Retries || !again {
			return why
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(p.Wait(n)):
		}
	}
}

// Forget makes GDAL forget what it knows of a remote file, apart from open ones.
func Forget(name string) {
	cname := C.CString(name[max(foreign.Remote(name), 0):])
	defer C.free(unsafe.Pointer(cname))
	C.VSICurlPartialClearCache(cname)
}

// cList returns options as a list for C, and a function that frees it.
func cList(options []string) (list **C.char, free func()) {
	for _, o := range options {
		c := C.CString(o)
		list = C.CSLAddString(list, c)
		C.free(unsafe.Pointer(c))
	}
	return list, func() { C.CSLDestroy(list) }
}

// FileVersion is what a server says about a file without sending it.
type FileVersion struct {
	Size    int64 // 0: it does not say
	Changed int64 // Unix time; 0: it does not say
}

// FileVersionOf returns the version of a remote file. ok is false if the server does not answer
// before ctx ends.
func FileVersionOf(ctx context.Context, name string) (v FileVersion, ok bool) {
	v, err := unlessDone(ctx, func() (FileVersion, error) { return statRemote(name) }, func(FileVersion) {})
	return v, err == nil
}

func statRemote(name string) (FileVersion, error) {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	options, free := cList(RemoteOptions(name, PatienceFor(name)))
	defer free()
	var size, changed C.GIntBig
	if C.stat_remote(cname, options, &size, &changed) != 0 {
		return FileVersion{}, errors.New("the server does not say")
	}
	return FileVersion{int64(size), int64(changed)}, nil
}

// ETagOf returns the ETag of a remote file; "" if the server does not say before ctx ends. It sends a
// request.
func ETagOf(ctx context.Context, name string) string {
	tag, _ := unlessDone(ctx, func() (string, error) {
		cname := C.CString(name)
		defer C.free(unsafe.Pointer(cname))
		options, free := cList(RemoteOptions(name, PatienceFor(name)))
		defer free()
		tag := C.etag_remote(cname, options)
		defer C.free(unsafe.Pointer(tag))
		return C.GoString(tag), nil
	}, func(string) {})
	return tag
}
