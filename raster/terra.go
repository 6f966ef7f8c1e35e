package raster

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pixtrend/pixtrend/internal/regular"
)

// terraEnd is the end of the names of the files in which R's package terra keeps metadata: it writes
// NAME.tif.aux.json beside NAME.tif.
const terraEnd = ".aux.json"

// mostAuxBytes is the size of the largest .aux.json that is read: some hundred thousand layers.
const mostAuxBytes = 8 << 20

// labelFromTerra sets the times that R's terra keeps for the layers of a local raster of so many
// bands in NAME.aux.json. A file of another program, or for another number of layers, is ignored.
func labelFromTerra(name string, planes []plane, bands int) {
	if strings.HasPrefix(name, "/vsi") {
		return
	}
	path := name + terraEnd
	if info, err := regular.Stat(path); err != nil || info.Size() > mostAuxBytes {
		return
	}
	text, err := regular.ReadText(path)
	if err != nil {
		return
	}
	var layers struct {
		Time []string `json:"time"`
		Step string   `json:"timestep"`
	}
	if json.Unmarshal(text, &layers) != nil || layers.Step == "" || len(layers.Time) != bands {
		return
	}
	for i := range planes {
		planes[i].labels.layer = layerTime(layers.Time[planes[i].band-1], layers.Step)
	}
}

// layerTime returns the time of a layer as newer versions of terra write it. Version 1.7 of Debian 12 writes days without leading
// zeros, 1 January as the first day of a 13th month, and years and months of years as seconds since 1970. Raw
// times are numbers of which nothing says what they count.
func layerTime(text, step string) string {
	if step == "raw" {
		return ""
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) > 4 {
		if layout, ok := map[string]string{"years": "2006", "yearmonths": "2006-01"}[step]; ok {
			return time.Unix(seconds, 0).UTC().Format(layout)
		}
	}
	m := unpadded.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	year, month, day := number(m[1]), number(m[2]), number(m[3])
	if month == 13 && day == 1 {
		year, month = year+1, 1
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
}

var unpadded = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]\d{1,2}:.*)?$`)
