package timeaxis

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// TimeCoordinate is a time as the CF conventions write it: a number, what it counts, such as "days
// since 1970-01-01", and the calendar that it counts in. GDAL keeps the three of a band from NetCDF
// in NETCDF_DIM_time of the band, and in time#units and time#calendar of the file. The zero
// TimeCoordinate is none.
type TimeCoordinate struct {
	Value    string // such as "31" or "{0,31}", of which the first counts
	Units    string // such as "days since 1970-01-01 00:00:00"
	Calendar string // "" for the standard one
}

// String writes it as "31 days since 1970-01-01", with the calendar if one is given; "" if there is
// none.
func (c TimeCoordinate) String() string {
	switch {
	case c.Value == "" || c.Units == "":
		return ""
	case c.Calendar == "":
		return c.Value + " " + c.Units
	}
	return fmt.Sprintf("%s %s, calendar %s", c.Value, c.Units, c.Calendar)
}

// lengths are the units of time that have one length, with the names of UDUNITS.
var lengths = map[string]time.Duration{
	"day": 24 * time.Hour, "d": 24 * time.Hour,
	"hour": time.Hour, "hr": time.Hour, "h": time.Hour,
	"minute": time.Minute, "min": time.Minute,
	"second": time.Second, "sec": time.Second, "s": time.Second,
	"week": 7 * 24 * time.Hour,
	"msec": time.Millisecond, "millisecond": time.Millisecond,
}

var unitsPattern = whenUsed(`^(?i)\s*([a-z]+)\s+(?:since|after|from|ref)\s+(\d{1,4})-(\d\d?)-(\d\d?)` +
	`(?:[T\s]+(\d\d?)(?::(\d\d?)(?::(\d\d?)(?:\.\d*)?)?)?)?\s*(Z|UTC|GMT|[-+]\d\d?(?::?\d\d)?)?\s*$`)

// Date returns the day of a time coordinate, in UTC.
//
// The unit must be days, hours, minutes, seconds, milliseconds or weeks: a month and a year are of
// no one length. The calendars are the standard one, which is Julian before 15 October 1582, also
// called gregorian, and the proleptic Gregorian one. In others, such as noleap or 360_day, a day
// may have no place in the Gregorian calendar. Everything else is [ErrCalendar].
func (c TimeCoordinate) Date() (Date, error) {
	d, _, err := c.instant()
	return d, err
}

// instant returns what Date does, and the part of the day that is over then: 0.25 for 06:00. It is that
// of a whole number of milliseconds, so that the unit of the coordinate makes no difference.
func (c TimeCoordinate) instant() (Date, float64, error) {
	p, err := c.parse()
	if err != nil {
		return Date{}, 0, err
	}
	mixed := false
	switch strings.ToLower(c.Calendar) {
	case "", "standard", "gregorian":
		mixed = true
	case "proleptic_gregorian":
	default:
		return Date{}, 0, c.bad("counts in the calendar %s, whose days are not those of the Gregorian one", c.Calendar)
	}
	origin, ok := dayNumber(p.year, p.month, p.day, mixed)
	if !ok {
		return Date{}, 0, c.bad("counts since a time that is not in the calendar")
	}
	day := float64(origin) + math.Floor(p.days+halfMillisecond)
	first := -719162.0 // 0001-01-01
	if mixed {
		first = float64(reform.Number())
	}
	if last := 2932896.0; day < first || day > last { // 9999-12-31
		return Date{}, 0, c.bad("is outside the years that can be written, or before the Gregorian calendar")
	}
	const milliseconds = 86400e3
	part := math.Round((p.days-math.Floor(p.days+halfMillisecond))*milliseconds) / milliseconds
	return Date{1970, time.January, 1}.plus(int(day)), min(max(part, 0), 1-1/milliseconds), nil
}

// halfMillisecond, in days, forgives what a decimal number of days loses.
const halfMillisecond = 0.0005 / 86400

// yearLengths are the days of a year in calendars in which all years have one length.
var yearLengths = map[string]int{"noleap": 365, "365_day": 365, "all_leap": 366, "366_day": 366, "360_day": 360}

// uniform returns the days of a year in the calendar of c; 0 if years differ in length.
func (c TimeCoordinate) uniform() int {
	if c.String() == "" {
		return 0
	}
	return yearLengths[strings.ToLower(c.Calendar)]
}

// Years returns a time coordinate as a number of years, such as 2001.5 for the middle of 2001, in a
// calendar in which all years have one length: noleap, all_leap and 360_day, also called 365_day and
// 366_day. Any other calendar, and what Date refuses of units, is [ErrCalendar].
func (c TimeCoordinate) Years() (float64, error) {
	length := c.uniform()
	if length == 0 {
		return 0, c.bad("counts in a calendar whose years differ in length")
	}
	p, err := c.parse()
	if err != nil {
		return 0, err
	}
	days := 30 * (p.month - 1)
	if length != 360 {
		year := 2001 + 3*(length-365) // without or with a leap day
		last := time.Date(year, time.Month(p.month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
		days = time.Date(year, time.Month(p.month), 1, 0, 0, 0, 0, time.UTC).YearDay() - 1
		if p.day > last {
			p.day = 0
		}
	}
	if p.month < 1 || p.month > 12 || p.day < 1 || p.day > 31 || length == 360 && p.day > 30 {
		return 0, c.bad("counts since a time that is not in the calendar")
	}
	years := float64(p.year) + (float64(days+p.day-1)+p.days)/float64(length)
	if !(years >= 0 && years < 10000) {
		return 0, c.bad("is outside the years that can be written")
	}
	return years, nil
}

// bad returns an error about c.
func (c TimeCoordinate) bad(format string, args ...any) error {
	return &Error{Kind: ErrCalendar, Found: fmt.Sprintf("the time coordinate %q %s", c.String(), fmt.Sprintf(format, args...))}
}

// counted is a time coordinate as numbers: days since a day at midnight UTC.
type counted struct {
	year, month, day int
	days             float64
}

// parse reads the unit and the value, whatever the calendar.
func (c TimeCoordinate) parse() (p counted, err error) {
	match := unitsPattern().FindStringSubmatch(c.Units)
	if match == nil {
		return p, c.bad("counts no unit of time since a day, such as days since 1970-01-01")
	}
	unit := strings.ToLower(match[1])
	length, ok := lengths[unit]
	if !ok {
		length, ok = lengths[strings.TrimSuffix(unit, "s")]
	}
	if !ok {
		return p, c.bad("counts %s, which have no one length in days", match[1])
	}
	text, _, _ := strings.Cut(strings.Trim(c.Value, "{} "), ",")
	value, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return p, c.bad("has no number")
	}
	numbers := make([]int, len(match))
	for i, s := range match[2:8] {
		numbers[i], _ = strconv.Atoi(s) // digits, or nothing
	}
	if numbers[3] > 24 || numbers[4] > 59 || numbers[5] > 60 {
		return p, c.bad("counts since a time that is not in the calendar")
	}
	seconds := float64(numbers[3]*3600+numbers[4]*60+numbers[5]) - zoneSeconds(match[8])
	return counted{numbers[0], numbers[1], numbers[2], (value*length.Seconds() + seconds) / 86400}, nil
}

// reform is the first day of the Gregorian calendar.
var reform = Date{1582, time.October, 15}

// dayNumber returns the days from 1970-01-01 to a day of the proleptic Gregorian calendar or, if
// mixed, of the Julian one where it is before the reform.
func dayNumber(y, m, d int, mixed bool) (n int, ok bool) {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, false
	}
	if date := (Date{y, time.Month(m), d}); !mixed || date.Compare(reform) >= 0 {
		t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		if t.Day() != d {
			return 0, false
		}
		return int(t.Unix() / (24 * 60 * 60)), true
	}
	// A year that begins in March has its leap day at the end.
	if m < 3 {
		y, m = y-1, m+12
	}
	julian := 365*y + int(math.Floor(float64(y)/4)) + (153*(m-3)+2)/5 + d - 1
	const epoch = 719470 // days from 1 March of the year 0 of the Julian calendar to 1970-01-01
	return julian - epoch, true
}

// zoneSeconds reads a time zone, such as +01:00 or -5.
func zoneSeconds(s string) float64 {
	if s == "" || strings.IndexByte("+-", s[0]) < 0 {
		return 0
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	hours, minutes := digits, "0"
	if len(digits) > 2 {
		hours, minutes = digits[:len(digits)-2], digits[len(digits)-2:]
	}
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(minutes)
	seconds := float64(h*3600 + m*60)
	if s[0] == '-' {
		return -seconds
	}
	return seconds
}

// timeReadings reads the time coordinates of inputs.
func timeReadings(inputs []Input) []reading {
	all := make([]reading, len(inputs))
	for i, in := range inputs {
		if in.Time.String() == "" {
			continue
		}
		d, part, err := in.Time.instant()
		if err != nil {
			all[i].doubt = err.(*Error).Found
			continue
		}
		all[i].dates = []found{{date: d, part: part, level: byDay}}
	}
	return all
}
