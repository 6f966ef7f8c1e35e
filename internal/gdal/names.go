package gdal

import (
	"net/url"
	"regexp"
	"strings"
)

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

func IsRemote(name string) bool { return remoteAt(name) >= 0 }

var HTTPURL = regexp.MustCompile(`(?i)^https?://`)

// FromURL turns a URL into the name that GDAL has for it, and leaves other names.
func FromURL(name string) string {
	if HTTPURL.MatchString(name) {
		return "/vsicurl/" + name
	}
	return name
}

// DisplayName is the name of a file as people may see it. Queries and passwords in a URL give access to whoever has
// them: they belong neither into messages nor into the metadata of an output.
func DisplayName(name string) string {
	if !IsRemote(name) {
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
	return stripAddress(name)
}

var (
	urlSecrets  = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://)[^/?#\s'"]*@`)
	urlQueries  = regexp.MustCompile(`[?#][^\s'"]*`)
	urlInString = regexp.MustCompile(`(?i)(/vsi[a-z0-9]+[/?]|https?://)[^\s'"]*`)
)

func stripAddress(address string) string {
	return urlQueries.ReplaceAllString(urlSecrets.ReplaceAllString(address, "$1"), "")
}

// WithoutSecrets is a message of GDAL without what shown leaves out.
func WithoutSecrets(message string) string {
	return urlInString.ReplaceAllStringFunc(message, func(address string) string {
		if strings.HasPrefix(address, "/vsicurl?") {
			return "/vsicurl?…"
		}
		return stripAddress(address)
	})
}

// DatedName is the name of a file for finding its date: the digits in %20 are no part of one.
func DatedName(name string) string {
	if !IsRemote(name) {
		return name
	}
	name = DisplayName(name)
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}
