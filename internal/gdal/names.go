package gdal

import (
	"net/url"
	"regexp"
	"strings"
)

// remotePrefixes begin the names of the file systems that send HTTP requests.
var remotePrefixes = []string{"/vsicurl/", "/vsicurl?", "/vsis3/", "/vsigs/", "/vsiaz/", "/vsiadls/", "/vsioss/", "/vsiswift/"}

// remoteAt returns where the name of a remote file begins in name, which may also be one in an
// archive, such as /vsizip//vsicurl/…; -1 if it is local.
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

// IsRemote reports whether GDAL reads a file through HTTP requests.
func IsRemote(name string) bool { return remoteAt(name) >= 0 }

// HTTPURL matches names that are URLs of web servers.
var HTTPURL = regexp.MustCompile(`(?i)^https?://`)

// FromURL returns GDAL's name of a URL. Other names stay as they are.
func FromURL(name string) string {
	if HTTPURL.MatchString(name) {
		return "/vsicurl/" + name
	}
	return name
}

// DisplayName returns the name of a file for people, without the query and the password of a URL.
// Both give access to the file, so they belong neither in messages nor in the metadata of an
// output.
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

// stripAddress removes queries and passwords from a URL.
func stripAddress(address string) string {
	return urlQueries.ReplaceAllString(urlSecrets.ReplaceAllString(address, "$1"), "")
}

// withoutSecrets returns a message of GDAL with the URLs in it as DisplayName has them.
func withoutSecrets(message string) string {
	return urlInString.ReplaceAllStringFunc(message, func(address string) string {
		if strings.HasPrefix(address, "/vsicurl?") {
			return "/vsicurl?…"
		}
		return stripAddress(address)
	})
}

// DatedName returns the name of a file in which its date is looked for: the digits of %20 in a URL
// are no part of a date.
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
