package foreign

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "",
		"ndvi 2001.tif":       "ndvi 2001.tif",
		`a\nb "c"`:            `a\nb "c"`,
		"kg m⁻²":              "kg m⁻²",
		"雪_2001.tif":          "雪_2001.tif",
		"a\x1b[2Jb":           `"a\x1b[2Jb"`,
		"a\nfit  would run":   `"a\nfit  would run"`,
		"a\tb":                `"a\tb"`,
		"a\u202eb":            `"a\u202eb"`,
		"a\u009b2J":           `"a\u009b2J"`,
		"a\u2028b":            `"a\u2028b"`,
		"a\u00a0b":            "a\u00a0b",
		"Schl\xfcchtern":      "Schl\uFFFDchtern",
		"\xff\x1b":            `"` + "\uFFFD" + `\x1b"`,
		"C:\\temp\\a\rb.tif ": `"C:\\temp\\a\rb.tif "`,
	} {
		got := Printable(text)
		if got != want {
			t.Errorf("%q is printed %s, want %s", text, got, want)
		}
		if again := Printable(got); again != got {
			t.Errorf("%q is printed %s, and that as %s", text, got, again)
		}
	}
}

func TestEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"two\n\tlines  × 3": "two\n\tlines  × 3",
		"a\x1b[31mb\r\n":    `a\x1b[31mb\r` + "\n",
		"\u009b\u202e\xff":  `\u009b\u202e` + "\uFFFD",
		"\U000e0041":        `\U000e0041`,
	} {
		if got := Escaped(text); got != want {
			t.Errorf("%q is escaped as %q, want %q", text, got, want)
		}
	}
	if got := Line("a\nb\tc\x1b é"); got != `a\nb\tc\x1b é` {
		t.Errorf("a line is escaped as %q", got)
	}
	const raw = "a\x7f\u009b\u2028\U000e0041 é\n"
	text, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	safe := EscapedJSON(string(text))
	var back string
	if err := json.Unmarshal([]byte(safe), &back); err != nil || back != raw {
		t.Errorf("%s is read as %q, %v", safe, back, err)
	}
	if Escaped(safe) != safe {
		t.Errorf("%q is not escaped", safe)
	}
}

func TestSprintf(t *testing.T) {
	for _, tt := range []struct {
		got, want string
	}{
		{Sprintf("cannot use %s: it has %d bands", "a\nb.tif", 3), `cannot use "a\nb.tif": it has 3 bands`},
		{Sprintf("the unit %q", "\x1b"), `the unit "\x1b"`},
		{Sprintf("%-6s|%6v|", "é", errors.New("a")), "é     |     a|"},
		{Sprintf("%v", errors.New("HTTP 403 at ftp://u:p@h/a?b")), "HTTP 403 at ftp://h/a"},
		{Sprintf("%v of %x", 'a', "ab"), "97 of 6162"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s, want %s", tt.got, tt.want)
		}
	}
}

// All of GDAL's file systems that send requests (the list of its manual), and others by pattern.
func TestScrub(t *testing.T) {
	const secret = "hush"
	for _, fs := range []string{"vsicurl", "vsicurl_streaming", "vsis3", "vsis3_streaming", "vsigs", "vsigs_streaming", "vsiaz", "vsiaz_streaming", "vsiadls",
		"vsioss", "vsioss_streaming", "vsiswift", "vsiswift_streaming", "vsihdfs", "vsiwebhdfs"} {
		for _, wrap := range []string{"", "/vsizip/", "/vsitar/", "/vsigzip/", "/vsisubfile/0_100,", "/vsizip/{"} {
			name := wrap + "/" + fs + "/http://me:" + secret + "@example.org/a.tif?sig=" + secret + "#" + secret
			if Remote(name) != len(wrap) {
				t.Errorf("%s is not remote", name)
			}
			if got, want := Scrub(name), wrap+"/"+fs+"/http://example.org/a.tif"; got != want {
				t.Errorf("%s is shown as %s, want %s", name, got, want)
			}
			if got := Scrub("/" + fs + "?pc_url_signing=" + secret + "&url=http%3A%2F%2Fme%3A" + secret + "%40h"); got != "/"+fs+"?…" {
				t.Errorf("parameters of %s are shown: %s", fs, got)
			}
		}
	}
	for text, want := range map[string]string{
		"`/vsicurl/http://h/a.tif?sig=x' is bad":             "`/vsicurl/http://h/a.tif' is bad",
		"HTTP error code: 503 - https://u:p@h/a?x=y":         "HTTP error code: 503 - https://h/a",
		"ftp://me:hush@example.org/a.tif does not exist":     "ftp://example.org/a.tif does not exist",
		"HDFS://me@h/a and sftp://a:b@c/d":                   "HDFS://h/a and sftp://c/d",
		`NETCDF:"/vsicurl/https://u:p@h/a.nc?sig=x":t2m`:     `NETCDF:"/vsicurl/https://h/a.nc":t2m`,
		"/vsicrypt/key_b64=aGVsbG8=,file=a.tif":              "/vsicrypt/key_b64=…,file=a.tif",
		"/vsinew/a?b=c&x-token=hush&d=e":                     "/vsinew/a?b=c&x-token=…&d=e",
		"/vsinew/me:hush@h/a?x-amz-signature=hush":           "/vsinew/h/a?x-amz-signature=…",
		"why? because a@b has key=5 in its name":             "why? because a@b has key=5 in its name",
		"/vsimem/a?b":                                        "/vsimem/a?b",
		"/data/region=5/token=7/a_2001.tif":                  "/data/region=5/token=7/a_2001.tif",
		"<!-- see http://example.org/schema#x -->":           "<!-- see http://example.org/schema -->",
		"https://example.org/a@b/c_2001.tif is not a raster": "https://example.org/a@b/c_2001.tif is not a raster",
	} {
		if got := Scrub(text); got != want {
			t.Errorf("%s is shown as %s, want %s", text, got, want)
		}
	}
	for name, want := range map[string]int{"a.tif": -1, "/data/vsis3/a.tif": -1, "/vsimem/a": -1, "/vsizip//vsis3/b/a.zip/a.tif": 8} {
		if got := Remote(name); got != want {
			t.Errorf("Remote(%s) = %d, want %d", name, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("a\x1b[2J\n\xff\u202e")
	f.Fuzz(func(t *testing.T, text string) {
		for _, got := range []string{Printable(text), Line(text)} {
			if !utf8.ValidString(got) || strings.IndexFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) }) >= 0 {
				t.Errorf("%q becomes %q", text, got)
			}
		}
	})
}
