package raster

import (
	"encoding/json"
	"strings"

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
		planes[i].labels.layer = layers.Time[planes[i].band-1]
	}
}
