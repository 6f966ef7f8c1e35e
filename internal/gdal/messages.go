package gdal

/*
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <cpl_conv.h>
#include <cpl_error.h>

// heard are messages, one after another, each with the digit of its class in front and a NUL behind.
// What does not fit is left out.
typedef struct {
	int debug; // debug messages are kept, too
	size_t used;
	char text[8192];
} heard;

static void hear(heard *h, CPLErr class, const char *text) {
	if (class == CE_Debug && !h->debug) { // which the user has asked for
		fprintf(stderr, "%s\n", text);
		return;
	}
	size_t room = sizeof h->text - h->used, n = strlen(text);
	if (n > 500)
		n = 500;
	if (room < n + 2)
		return;
	h->text[h->used] = (char)('0' + class);
	memcpy(h->text + h->used + 1, text, n);
	h->text[h->used + n + 1] = 0;
	h->used += n + 2;
}

static void hear_thread(CPLErr class, CPLErrorNum number, const char *text) {
	hear(CPLGetErrorHandlerUserData(), class, text);
}

static void push_heard(heard *h) { CPLPushErrorHandlerEx(hear_thread, h); }

static void push_silence(void) { CPLPushErrorHandler(CPLQuietErrorHandler); }

// What GDAL says on threads of its own, and in calls that nobody listens to.
static heard stray;
static pthread_mutex_t stray_mutex = PTHREAD_MUTEX_INITIALIZER;

static void hear_stray(CPLErr class, CPLErrorNum number, const char *text) {
	pthread_mutex_lock(&stray_mutex);
	hear(&stray, class, text);
	pthread_mutex_unlock(&stray_mutex);
}

static void keep_strays(void) { CPLSetErrorHandler(hear_stray); }

static void take_strays(heard *to) {
	pthread_mutex_lock(&stray_mutex);
	*to = stray;
	stray.used = 0;
	pthread_mutex_unlock(&stray_mutex);
}
*/
import "C"

import (
	"regexp"
	"runtime"
	"slices"
	"strings"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// GDAL prints messages on standard error unless a handler takes them. Handlers belong to a thread,
// or to the process.

// Message is what GDAL says.
type Message struct {
	Text   string
	Failed bool // it is an error, not a warning
}

// Listen makes a call and returns what GDAL says meanwhile, on this thread, that no other handler
// takes. Nothing is printed.
func Listen(call func()) []Message { return listen(call, false) }

// listen is Listen. With debug it returns debug messages, too.
func listen(call func(), debug bool) []Message {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	h := newHeard()
	defer C.free(unsafe.Pointer(h))
	if debug {
		h.debug = 1
	}
	C.push_heard(h)
	defer C.CPLPopErrorHandler()
	call()
	return messagesIn(h)
}

// Quietly makes a call and keeps GDAL from printing what it says meanwhile on this thread.
func Quietly(call func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	C.push_silence()
	defer C.CPLPopErrorHandler()
	call()
}

// KeepStrays keeps GDAL from printing what it says on threads of its own, and in calls to which
// nobody listens, in the whole process.
func KeepStrays() { C.keep_strays() }

// Strays returns what was kept since the last call.
func Strays() []Message {
	h := newHeard()
	defer C.free(unsafe.Pointer(h))
	C.take_strays(h)
	return messagesIn(h)
}

func newHeard() *C.heard { return (*C.heard)(C.calloc(1, C.sizeof_heard)) }

// messagesIn returns the messages in h, each once.
func messagesIn(h *C.heard) (all []Message) {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&h.text)), int(h.used))
	for text := range strings.SplitSeq(strings.TrimSuffix(string(bytes), "\x00"), "\x00") {
		if text == "" {
			continue
		}
		all = addMessage(all, Message{text[1:], text[0] >= '0'+C.CE_Failure})
	}
	return all
}

// addMessage adds a message that is not there yet.
func addMessage(all []Message, m Message) []Message {
	if slices.Contains(all, m) {
		return all
	}
	return append(all, m)
}

// warnings is an error handler that adds warnings to a list. Errors fail the call.
func warnings(to *[]Message) godal.ErrorHandler {
	return func(ec godal.ErrorCategory, _ int, text string) error {
		if ec == godal.CE_Warning && len(*to) < 20 {
			*to = addMessage(*to, Message{Text: text})
		}
		return ignoreWarnings(ec, 0, text)
	}
}

var (
	internalName = regexp.MustCompile(regexp.QuoteMeta(withoutPredictorPrefix) + `[0-9]+,`)
	// functions are the names of functions that libtiff and GDAL put before a message, and within it.
	functions = regexp.MustCompile(`^(?:_?[A-Za-z][A-Za-z0-9]*_?[A-Za-z0-9]*: ?)+|: [A-Za-z_0-9]+\(\) failed\.?$`)
	noPlace   = regexp.MustCompile(` at row 4294967295, (?:tile|col|column) 4294967295|,? (?:at )?(?:row|col|column|scanline|strip|tile) 4294967295`)
	readBlock = regexp.MustCompile(`^IReadBlock failed at X offset [0-9]+, Y offset [0-9]+`)
	bandName  = regexp.MustCompile(`^,? ?band [0-9]+: `)
)

// plain returns a line of a message of GDAL about a file without the file's name, without the names
// of functions, and without secrets.
func plain(line, name string) string {
	line = internalName.ReplaceAllString(strings.TrimSpace(line), "")
	if name != "" {
		for _, with := range []string{"`" + name + "' ", "'" + name + "' ", name + ": ", name + ":", name + ", "} {
			line = strings.ReplaceAll(line, with, "")
		}
	}
	line = readBlock.ReplaceAllString(bandName.ReplaceAllString(line, ""), "a block cannot be read")
	if short := functions.ReplaceAllString(line, ""); short != "" {
		line = short
	}
	return foreign.Scrub(strings.TrimRight(noPlace.ReplaceAllString(line, ""), ". "))
}

// About returns a message about a file for people.
func (m Message) About(name string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(m.Text), "\n")
	return plain(line, name)
}
