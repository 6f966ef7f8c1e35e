package raster

// Info is what Inspect finds out about a stack. All sizes are in bytes.
type Info struct {
	Files       int          `json:"files"`
	RemoteFiles int          `json:"remote_files"` // how many of the files are on servers
	FileBytes   int64        `json:"file_bytes"`   // on the disk or the server
	SampleBytes int64        `json:"sample_bytes"` // size in memory of the bands that are used
	Dates       DatesInfo    `json:"dates"`
	Rasters     []RasterInfo `json:"rasters"` // sorted by date; those without a date come last
	Grids       []GridInfo   `json:"grids"`   // the first is the grid of the first file that can be read
	Formats     []FormatInfo `json:"formats"`
	Survey      SurveyInfo   `json:"survey"`
	Fit         FitInfo      `json:"fit"`
	Warnings    []string     `json:"warnings"` // one sentence each
	Notes       []string     `json:"-"`        // what GDAL says of the files that makes no difference
}

// DatesInfo describes the dates that rasters are fitted against, or the numbers in their place.
type DatesInfo struct {
	Given   int      `json:"given"` // number of rasters
	Used    int      `json:"used"`  // how many of them are used
	First   string   `json:"first"` // a date or a number; "" if there is none
	Last    string   `json:"last"`
	Unit    string   `json:"distance_unit"` // of the distances between consecutive dates: year, day or the unit of x
	Min     float64  `json:"distance_min"`
	Median  float64  `json:"distance_median"`
	Max     float64  `json:"distance_max"`
	Every   string   `json:"every"`   // such as "year" or "16 days"; "" if dates are irregular
	Missing []string `json:"missing"` // dates that are missing from a regular series
	Shared  []string `json:"shared"`  // dates that several rasters have
	Sources []string `json:"sources"` // what dates were read from, the most frequent first
	Error   string   `json:"error,omitempty"`
}

// RasterInfo describes a file, or a band of a file whose bands are the dates.
type RasterInfo struct {
	Name    string   `json:"name"`
	Date    string   `json:"date,omitempty"`
	X       *float64 `json:"x,omitempty"`      // the number in place of a date
	Source  string   `json:"source,omitempty"` // what the date was read from
	Rule    string   `json:"rule,omitempty"`   // how the source was read
	Used    bool     `json:"used"`             // false if the selection of dates leaves it out
	Grid    *int     `json:"grid"`             // index into Grids; null if the file cannot be read
	Format  *int     `json:"format"`           // index into Formats
	Error   string   `json:"error,omitempty"`  // why the file cannot be used
	Doubt   string   `json:"doubt,omitempty"`  // why it has no certain date
	Samples *Counts  `json:"samples"`          // of the sample; null if none was read
}

// GridInfo describes a grid and counts the rasters that have it.
type GridInfo struct {
	Width     int        `json:"width"`
	Height    int        `json:"height"`
	PixelSize [2]float64 `json:"pixel_size"` // x and y, in units of the CRS
	CRS       string     `json:"crs"`        // such as EPSG:32617, or none
	Extent    [4]float64 `json:"extent"`     // least x, least y, greatest x, greatest y
	Placed    bool       `json:"placed"`     // whether the file is georeferenced
	Rotated   bool       `json:"rotated"`
	Rasters   int        `json:"rasters"`
	Differs   string     `json:"differs,omitempty"` // how it differs from the first grid, such as "lies 0.5 pixels off"
}

// FormatInfo describes what samples mean and how they are stored, and counts the rasters of this
// format.
type FormatInfo struct {
	Driver      string  `json:"driver"`
	Bands       int     `json:"bands"` // of each file
	Type        string  `json:"type"`
	Nodata      *Value  `json:"nodata"`
	Scale       float64 `json:"scale"`
	Offset      float64 `json:"offset"`
	Unit        string  `json:"unit"`
	Mask        bool    `json:"mask"`  // whether there is a mask, in the file or beside it
	Alpha       int     `json:"alpha"` // number of the band that is called alpha; 0 if there is none
	Tiled       bool    `json:"tiled"` // false for strips
	BlockWidth  int     `json:"block_width"`
	BlockHeight int     `json:"block_height"`
	BlockBytes  int64   `json:"block_bytes"` // decoded; includes all bands if they are interleaved by pixel
	Compression string  `json:"compression"`
	Predictor   int     `json:"predictor"`  // 2 or 3; 0 if there is none or it is unknown
	Interleave  string  `json:"interleave"` // BAND, LINE or PIXEL for files with several bands
	Rasters     int     `json:"rasters"`
	FileBytes   int64   `json:"file_bytes"`   // of the files that hold these rasters
	SampleBytes int64   `json:"sample_bytes"` // of their samples in memory
}

// SurveyInfo describes the sample that was read from the rasters that are used.
type SurveyInfo struct {
	Windows int     `json:"windows"` // read from each raster
	Width   int     `json:"window_width"`
	Height  int     `json:"window_height"`
	Share   float64 `json:"share"`   // of the pixels of the first grid that was read
	Rasters int     `json:"rasters"` // how many rasters were read
	Counts
	Pixels   int     `json:"pixels"`       // of the first grid, in the windows
	Empty    int     `json:"empty_pixels"` // pixels without any observation
	Full     int     `json:"full_pixels"`  // pixels without any gap
	Fewest   int     `json:"fewest"`       // least number of observations of a pixel that has any
	Median   int     `json:"median"`       // median number of observations, of all pixels
	Threads  int     `json:"threads"`
	Bytes    int64   `json:"bytes"` // decoded
	Seconds  float64 `json:"seconds"`
	ReadRate float64 `json:"read_rate"` // bytes per second of all threads together; 0 if unknown
	// Cycle is null if the dates are of one season, or if no pixel has enough observations.
	Cycle *YearlyCycle `json:"yearly_cycle"`
}

// FitInfo describes the fit that the same options would run.
type FitInfo struct {
	Runs bool   `json:"runs"`
	Why  string `json:"why,omitempty"` // why it would not run
	Treatment
	Unit         string  `json:"unit"`        // of time, that slopes are per
	SampleType   string  `json:"sample_type"` // that samples are fitted in
	Windows      int     `json:"windows"`
	WindowWidth  int     `json:"window_width"`
	WindowHeight int     `json:"window_height"`
	DatesAtOnce  int     `json:"dates_at_once"`
	Threads      int     `json:"threads"`
	ISA          string  `json:"isa"`
	Memory       int64   `json:"memory"`      // limit of the whole fit
	TileMemory   int64   `json:"tile_memory"` // part of it for tiles and results
	Seconds      float64 `json:"seconds"`     // estimated time to open and read the stack; 0 if unknown
}
