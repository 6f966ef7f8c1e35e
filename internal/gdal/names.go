package gdal

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
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

// urlForm matches the URLs that FromURL turns into names of GDAL.
var urlForm = regexp.MustCompile(`(?i)^(https?|s3|gs|az)://`)

// IsURL reports whether name is a URL that FromURL turns into a name of GDAL.
func IsURL(name string) bool { return urlForm.MatchString(name) }

// FromURL turns a URL into the name that GDAL has for it: http and https into /vsicurl/, s3 into
// /vsis3/, gs into /vsigs/ and az into /vsiaz/. It returns any other name unchanged.
func FromURL(name string) string {
	match := urlForm.FindStringSubmatch(name)
	if match == nil {
		return name
	}
	switch scheme := strings.ToLower(match[1]); scheme {
	case "s3", "gs", "az":
		return "/vsi" + scheme + "/" + name[len(match[0]):]
	}
	return "/vsicurl/" + name
}

// DisplayName returns the name of a file for people, without the query and the password of a URL.
// Both give access to the file, so they belong neither in messages nor in the metadata of an
// output.
func DisplayName(name string) string {
	if !IsRemote(name) {
		if Subdataset(name) != "" {
			return withoutSecrets(name)
		}
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
	urlInString = regexp.MustCompile(`(?i)(/vsi[a-z0-9]+[/?]|(https?|s3|gs|az)://)[^\s'"]*`)
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
		return FilePath(name)
	}
	name = DisplayName(name)
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// subdatasetForm matches the names of rasters inside files, such as NETCDF:"f.nc":t2m.
var subdatasetForm = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_]*):(.+)$`)

// Subdataset returns the prefix of a name of a raster inside a file, such as NETCDF of
// NETCDF:"f.nc":t2m and GTIFF_DIR of GTIFF_DIR:2:f.tif; "" if the name has no prefix. Whether a
// driver has that prefix, PrefixDriver says.
func Subdataset(name string) (prefix string) {
	if match := subdatasetForm.FindStringSubmatch(name); match != nil && !IsURL(name) {
		return match[1]
	}
	return ""
}

// Page returns the name of page n, from 1, of a TIFF.
func Page(n int, path string) string { return fmt.Sprintf("GTIFF_DIR:%d:%s", n, path) }

var pageNumber = regexp.MustCompile(`^(off:)?[0-9]+:`)

// FilePath returns the path of the file that a raster is in: f.nc of NETCDF:"f.nc":t2m, f.tif of
// GTIFF_DIR:2:f.tif. A name without the prefix of a driver is a path already.
func FilePath(name string) string {
	prefix := Subdataset(name)
	if prefix == "" || strings.HasPrefix(name, "/") || atomicfile.Exists(name) {
		return name
	}
	path := name[len(prefix)+1:]
	if strings.EqualFold(prefix, "GTIFF_DIR") {
		return pageNumber.ReplaceAllString(path, "")
	}
	if _, quoted, ok := strings.Cut(path, `"`); ok {
		path, _, _ = strings.Cut(quoted, `"`)
		return path
	}
	if at := strings.LastIndexByte(path, ':'); at > 0 {
		path = path[:at]
	}
	return path
}
