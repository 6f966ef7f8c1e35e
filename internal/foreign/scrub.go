package foreign

import (
	"regexp"
	"strings"
)

// A server's address may give access to a file: by a password before the host, or by a query. Both
// belong neither in messages nor in the metadata of an output.

var (
	// addresses match URLs of any scheme, and names in GDAL's file systems, in a text.
	addresses = regexp.MustCompile(`(?i)(/vsi[a-z0-9_]+[/?]|\b[a-z][a-z0-9+.-]*://)[^\s'"<>]*`)

	// networks match the file systems of GDAL that send requests to servers.
	networks = regexp.MustCompile(`/vsi(curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(_streaming)?[/?]`)

	users    = regexp.MustCompile(`(://)[^/?#\s'"]*@`)
	accounts = regexp.MustCompile(`(/)[^/?#:@\s'"]+:[^/?#@\s'"]+@`)
	secrets  = regexp.MustCompile(`(?i)\b((?:[a-z0-9]+[-_.])*(?:sig|signature|token|key|key_b64|pass|password|passwd|pwd|secret|credential|credentials|auth|authorization|sas)=)[^&;,\s'"}]+`)
)

// Remote returns where the name of a file on a server begins in name, which may also be one in an
// archive, such as /vsizip//vsicurl/…; -1 if it is in none of GDAL's file systems for servers.
func Remote(name string) int {
	if !strings.HasPrefix(name, "/vsi") {
		return -1
	}
	if at := networks.FindStringIndex(name); at != nil {
		return at[0]
	}
	return -1
}

// Address returns an address without its password and without its query, or the parameters of its
// file system.
func Address(address string) string {
	if at := strings.IndexAny(address, "?#"); at >= 0 {
		rest := ""
		if network := networks.FindString(address[:at+1]); strings.HasSuffix(network, "?") {
			rest = "?…" // an address may be among the parameters
		}
		address = address[:at] + rest
	}
	return users.ReplaceAllString(address, "$1")
}

// Scrub returns a text in which addresses are without secrets: those of servers are as Address
// has them, and others, of file systems that are not known, lose passwords and the values of
// parameters that look like secrets.
func Scrub(text string) string {
	return addresses.ReplaceAllStringFunc(text, func(address string) string {
		if strings.Contains(address, "://") || networks.MatchString(address) {
			return Address(address)
		}
		return Parameters(address)
	})
}

// Parameters returns a text without passwords before hosts, and without the values of parameters
// that look like secrets.
func Parameters(text string) string {
	return secrets.ReplaceAllString(accounts.ReplaceAllString(users.ReplaceAllString(text, "$1"), "$1"), "$1…")
}
