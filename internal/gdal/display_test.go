package gdal

import (
	"net/url"
	"testing"
	"time"
)

func TestDisplayName(t *testing.T) {
	for name, want := range map[string]string{
		"a.tif": "a.tif",
		"/vsicurl/https://example.org/a%20b_2001.tif?sig=x#y":                            "https://example.org/a%20b_2001.tif",
		"/vsicurl/https://u:p@example.org/a.tif":                                         "https://example.org/a.tif",
		"/vsicurl?max_retry=2&url=" + url.QueryEscape("https://u@example.org/a.tif?b=c"): "https://example.org/a.tif",
		"/vsicurl?max_retry=2":                               "/vsicurl?…",
		"/vsis3/bucket/a_2001.tif":                           "/vsis3/bucket/a_2001.tif",
		"/vsizip//vsicurl/https://example.org/a.zip?b/c.tif": "/vsizip//vsicurl/https://example.org/a.zip",
		"/vsimem/a?b":                                        "/vsimem/a?b",
	} {
		if got := DisplayName(name); got != want {
			t.Errorf("DisplayName(%q) = %q, want %q", name, got, want)
		}
	}
	if got := DatedName("/vsicurl/https://example.org/a%202001.tif?b=1999"); got != "https://example.org/a 2001.tif" {
		t.Errorf("dates are read from %q", got)
	}
	for message, want := range map[string]string{
		"`/vsicurl/http://h/a.tif?sig=x' is bad":     "`/vsicurl/http://h/a.tif' is bad",
		"HTTP error code: 503 - https://u:p@h/a?x=y": "HTTP error code: 503 - https://h/a",
		"why? because": "why? because",
	} {
		if got := withoutSecrets(message); got != want {
			t.Errorf("withoutSecrets(%q) = %q, want %q", message, got, want)
		}
	}
}

func TestPatience(t *testing.T) {
	t.Setenv("GDAL_HTTP_MAX_RETRY", "7")
	t.Setenv("GDAL_HTTP_RETRY_DELAY", "2.5")
	if got, want := PatienceFor("/vsicurl/x"), (Patience{Retries: 7, First: 2500 * time.Millisecond}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	for _, p := range []Patience{{Retries: 5, First: time.Second}, {Retries: 5}, {Retries: 1000, First: time.Hour}} {
		for n := range 100 {
			if w := p.Wait(n); w < 0 || w > max(p.First, longestWait) {
				t.Errorf("%v waits %v after try %d", p, w, n)
			}
		}
	}
}
