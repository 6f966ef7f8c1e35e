package gdal

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/foreign"
)

// IsRemote reports whether GDAL reads a file through requests to a server. The file may also be one
// in an archive, such as /vsizip//vsicurl/….
func IsRemote(name string) bool { return foreign.Remote(name) >= 0 }

// urlForm matches the URLs that FromURL turns into names of GDAL.
var urlForm = regexp.MustCompile(`(?i)^(https?|s3|gs|az)://`)

// IsURL reports whether name is a URL that FromURL turns into a name of GDAL.
func IsURL(name string) bool { return urlForm.MatchString(name) }

// FromURL turns a URL into the name that GDAL has for it: http and https into /vsicurl/, s3 into
// /vsis3/, gs into /vsigs/ and az into /vsiaz/. It returns any other name unchanged, but for capitals
// in the scheme, which GDAL does not know.
func FromURL(name string) string {
	curl, address := "", name
	if rest, ok := strings.CutPrefix(name, "/vsicurl/"); ok {
		curl, address = "/vsicurl/", rest
	}
	match := urlForm.FindStringSubmatch(address)
	if match == nil {
		return name
	}
	scheme, rest := strings.ToLower(match[1]), address[len(match[0]):]
	if curl == "" && (scheme == "s3" || scheme == "gs" || scheme == "az") {
		return "/vsi" + scheme + "/" + rest
	}
	return "/vsicurl/" + scheme + "://" + rest
}

// DisplayName returns the name of a file for people: printable, and without the query and the
// password of a URL. Both give access to the file, so they belong neither in messages nor in the
// metadata of an output.
func DisplayName(name string) string { return foreign.Printable(withoutSecrets(name)) }

func withoutSecrets(name string) string {
	if !IsRemote(name) {
		if Subdataset(name) != "" {
			name = foreign.Parameters(name)
		}
		return foreign.Scrub(name)
	}
	if options, ok := strings.CutPrefix(name, "/vsicurl?"); ok {
		query, _ := url.ParseQuery(options)
		if query.Get("url") != "" {
			name = query.Get("url")
		}
	}
	return foreign.Address(strings.TrimPrefix(name, "/vsicurl/"))
}

// DatedName returns the name of a file in which its date is looked for: the digits of %20 in a URL
// are no part of a date.
func DatedName(name string) string {
	if !IsRemote(name) {
		return FilePath(name)
	}
	name = withoutSecrets(name)
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
