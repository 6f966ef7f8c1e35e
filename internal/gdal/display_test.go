package gdal

import (
	"net/url"
	"testing"
	"time"
)

func TestDisplayName(t *testing.T) {
	for name, want := range map[string]string{
		"a.tif":                 "a.tif",
		"a\x1b[2J\n_2001.tif":   `"a\x1b[2J\n_2001.tif"`,
		"Schl\xfcchtern.tif":    "Schl\uFFFDchtern.tif",
		"ftp://u:p@h/a.tif?b=c": "ftp://h/a.tif",
		"/vsicurl_streaming/http://u:p@h/a.tif?sig=x":                                    "/vsicurl_streaming/http://h/a.tif",
		"/vsizip/{/vsicurl/ftp://u:p@h/a.zip}/a.tif":                                     "/vsizip/{/vsicurl/ftp://h/a.zip}/a.tif",
		"PG:host=h user=u password=hush mode=2":                                          "PG:host=h user=u password=… mode=2",
		`NETCDF:"/vsis3_streaming/b/a.nc?sig=x":t2m`:                                     `NETCDF:"/vsis3_streaming/b/a.nc":t2m`,
		"/vsicurl/https://example.org/a%20b_2001.tif?sig=x#y":                            "https://example.org/a%20b_2001.tif",
		"/vsicurl/https://u:p@example.org/a.tif":                                         "https://example.org/a.tif",
		"/vsicurl?max_retry=2&url=" + url.QueryEscape("https://u@example.org/a.tif?b=c"): "https://example.org/a.tif",
		"/vsicurl?max_retry=2":                                                           "/vsicurl?…",
		"/vsis3/bucket/a_2001.tif":                                                       "/vsis3/bucket/a_2001.tif",
		"/vsizip//vsicurl/https://example.org/a.zip?b/c.tif":                             "/vsizip//vsicurl/https://example.org/a.zip",
		"/vsimem/a?b": "/vsimem/a?b",
	} {
		if got := DisplayName(name); got != want {
			t.Errorf("DisplayName(%q) = %q, want %q", name, got, want)
		}
	}
	if got := DatedName("/vsicurl/https://example.org/a%202001.tif?b=1999"); got != "https://example.org/a 2001.tif" {
		t.Errorf("dates are read from %q", got)
	}
}

func TestFromURL(t *testing.T) {
	for name, want := range map[string]string{
		"http://h/a.tif": "/vsicurl/http://h/a.tif", "HTTPS://h/A.tif": "/vsicurl/https://h/A.tif", "/vsicurl/HTTP://h/a.tif": "/vsicurl/http://h/a.tif",
		"S3://b/a.tif": "/vsis3/b/a.tif", "gs://b/a": "/vsigs/b/a", "az://b/a": "/vsiaz/b/a", "/vsis3/b/A": "/vsis3/b/A", "A.tif": "A.tif",
	} {
		if got := FromURL(name); got != want {
			t.Errorf("FromURL(%q) = %q, want %q", name, got, want)
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
