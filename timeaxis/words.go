package timeaxis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is a run of letters or a run of digits in a text.
type word struct {
	start, end int
	digits     bool
	role       role
}

// role is what a word is for the date of its text.
type role int

const (
	unread    role = iota
	explained      // something that is no part of a date, such as a version or a length
	read           // part of a date
)

// wordsOf cuts a text into its runs of letters and of digits. All else separates them.
func wordsOf(text string) []word {
	var words []word
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		digit := size == 1 && isDigit(text[i])
		if !digit && !unicode.IsLetter(r) {
			i += size
			continue
		}
		if n := len(words); n > 0 && words[n-1].end == i && words[n-1].digits == digit {
			words[n-1].end = i + size
		} else {
			words = append(words, word{start: i, end: i + size, digits: digit})
		}
		i += size
	}
	return words
}

func (w word) in(text string) string { return text[w.start:w.end] }

// What begins with a number, or with a letter, and is no part of a date.
var (
	explainedNumber = whenUsed(`(?i)^(?:` +
		`(?:[1-9]\d*|0)(?:\.\d+)?(?:m|km|cm|mm|dm|ft|px|deg|degrees?|arcsec|arcmin|min|sec|k|ppm|hz|ghz|mhz|nm|um|bits?|pc|pct|perc|percent|pt)(?:[^0-9A-Za-z]|$)|\d+pt\d` + // a length, an angle, …
		`|0\.\d+(?:[^0-9.]|$)` + // a fraction
		`)`)
	explainedLetters = whenUsed(`(?i)^(?:` +
		`(?:epsg|esri|srid|crs)[-_: ]?\d+` +
		`|(?:mod|myd|mcd|vnp|vj[12])\d\d[a-z]{0,4}\d?[a-z]{0,4}(?:[^0-9A-Za-z]|$)` + // a product of MODIS or VIIRS
		`|c\d{12,14}(?:\D|$)` + // a time of creation
		`|s2[ab]_oper_msi_l(?:1c|2a)_(?:tl|gr|ds)_[a-z0-9_]{4}_\d{8}t\d{6}` + // that of a granule of Sentinel-2
		`|p\d+y(?:[^0-9A-Za-z]|$)` + // an ISO duration of years
		`)`)
	version = whenUsed(`(?i)^f?v(?:er(?:sion)?)?\.?\d{1,4}(?:\D|$)`)
)

// explain returns how many words from words[i] on are together no part of a date, or 0.
func explain(text string, words []word, i int) (n int) {
	rest := text[words[i].start:]
	pattern := explainedLetters
	if words[i].digits {
		pattern = explainedNumber
	}
	end := 0
	if loc := pattern().FindStringIndex(rest); loc != nil {
		end = words[i].start + loc[1]
	} else if attached := i > 0 && words[i-1].end == words[i].start; !words[i].digits && !attached && version().MatchString(rest) {
		// v2.0 or V.2.1: numbers of one or two digits behind points belong to it.
		n = 2
		for j := i + n; j < len(words) && words[j].digits && text[words[j-1].end:words[j].start] == "." && suffixOf(text, words, j) == ""; j++ {
			if s := words[j].in(text); len(s) > 2 || len(s) == 2 && (j > i+2 || s[0] == '0') {
				break // 07 is more likely a month
			}
			n++
		}
		return n
	}
	for _, w := range words[i:] {
		if w.end <= end {
			n++
		}
	}
	return n
}

// Words behind which a number is no part of a date: counters anywhere before it, codes where it is
// attached, and of both those behind which even four digits that could be a year are none.
var (
	counters = strings.Fields(`tile path row band zone utm orbit track frame version ver rev revision release collection
		coll level site plot id member run rcp ssp epsg esri wgs scene`)
	codes    = strings.Fields(`v r b c h l s x y z n e lc le lt lo lm ch spei spi bio etrs nad grs lev cmip fv landsat sentinel spot era noaa gf zy cb hj metop goes fy ers alos`)
	forYears = strings.Fields(`tile path row orbit track frame version ver rev revision release epsg esri id v fv`)
)

// makers are words behind which a day is that of making or publishing the raster.
var makers = strings.Fields(`processed processing proc produced created creation generated updated update published release released
	version ver downloaded download exported export delivered modified reprocessed`)

func isCounter(word string) bool { return slices.Contains(counters, strings.ToLower(word)) }

// Words that name a part of a year, or count such parts: behind M, Q or week there is one, as
// before th, day or Q.
var (
	partNames = strings.Fields(`
		spring summer autumn fall winter monsoon premonsoon postmonsoon kharif rabi zaid wet dry rainy wetseason dryseason season spr aut win half halfyear semester early late first second third fourth
		januar februar märz maerz mrz mai juni juli oktober okt dezember dez
		janvier fevrier février mars avril avr juin juillet juil aout août septembre octobre novembre decembre décembre janv fev fév déc
		enero febrero marzo abril abr mayo junio julio agosto septiembre setiembre octubre noviembre diciembre ene dic
		gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre ott
		janeiro fevereiro março marco maio junho julho setembro outubro novembro dezembro
		januari februari maart mei augustus mrt
		ii iii iv vi vii viii ix xi xii 年 月 日`)
	partLabels   = strings.Fields(`m mo mon mth month d day doy jd julian q qtr quarter w wk week kw dk dek dekad decad decade pen pentad sem semester half season period per date p`)
	partLetters  = strings.Fields(`a d f g h i j k o p s t u`) // where one digit is attached to them, behind a date
	partSuffixes = strings.Fields(`st nd rd th d day days dy w wk wks week weeks mo mon mth month months q qtr quarter a b s er`)
)

// monthInitials are the initials of months twice over: a season is three or more in a row.
const monthInitials = "jfmamjjasondjfmamjjasond"

// namesPart reports whether letters name a part of a year: a month, in English or in another
// language, several months, or a season.
func namesPart(letters string) bool {
	lower := strings.ToLower(letters)
	if monthNamed(lower) != 0 || slices.Contains(partNames, lower) {
		return true
	}
	if n := utf8.RuneCountInString(lower); n >= 3 && n <= 11 && strings.Contains(monthInitials, lower) {
		return true
	}
	return severalMonths().MatchString(lower)
}

var severalMonths = whenUsed(`^(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}?){2,}$`)

// suspicious reports whether words[i], which is unread, may be part of the date that the words
// around it with the role read spell, as far as a year or a month.
func suspicious(text string, words []word, i int) bool {
	w := words[i]
	if !w.digits {
		return suspiciousLetters(text, words, i, i > 0 && words[i-1].role == read || i+1 < len(words) && words[i+1].role == read)
	}
	beside := besideRead(words, i)
	s := w.in(text)
	n, err := strconv.Atoi(s)
	if err != nil {
		return false // no number of a date is so long
	}
	label, attached := labelOf(text, words, i)
	suffix := suffixOf(text, words, i)
	switch {
	case len(s) <= 3 && slices.Contains(partLabels, label) && (attached || len(label) > 2):
		return label != "p" || len(s) == 1 && i > 1 && words[i-2].role == read || attachedToRead(words, i) // p90 is a percentile
	case attached && len(s) == 1 && i > 1 && words[i-2].role == read && slices.Contains(partLetters, label):
		return true // 2001_T3, 2001_H2
	case isCounter(label) || attached && slices.Contains(codes, label):
		return false
	case len(s) == 1 && suffix == "d":
		return false // 3d is no third day
	case len(s) <= 3 && slices.Contains(partSuffixes, suffix):
		return true
	case attached || suffix != "":
		if attachedToRead(words, i) && len(s) <= 3 {
			return true // 2018WC22
		}
		// A number in the middle of a word, as in ndvi3g, is part of a name.
		behind := i > 0 && words[i-1].role == read
		return beside && (!attached || suffix == "") && (n >= 1 && n <= 12 && len(s) <= 2 || len(s) == 3 && s[0] == '0' ||
			behind && (len(s) == 1 || looksDated(s)))
	case beside:
		return len(s) <= 4 || looksDated(s)
	}
	return looksDated(s)
}

// suspiciousLetters is suspicious of letters.
func suspiciousLetters(text string, words []word, i int, beside bool) bool {
	s := words[i].in(text)
	if namesPart(s) {
		// A Roman number, and words that are more than a season, count only beside a date.
		return beside || !slices.Contains([]string{"ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "mars", "dry", "wet", "fall"}, strings.ToLower(s))
	}
	before := i+1 < len(words) && words[i+1].role == read
	after := i > 0 && words[i-1].role == read
	behind := i > 0 && words[i-1].role == read && words[i-1].end == words[i].start
	attached := i+1 < len(words) && words[i+1].start == words[i].end
	if alone := after && !behind && !attached; alone && slices.Contains([]string{"i", "v", "x"}, strings.ToLower(s)) {
		return true // Roman numbers
	}
	switch {
	case behind && slices.Contains([]string{"s", "er", "ers", "ff", "bc", "bce", "bp"}, strings.ToLower(s)): // the 1990s
		return true
	case before && endsInMonth().MatchString(s), after && beginsWithMonth().MatchString(s):
		return true
	}
	return false
}

// Names of months at the end or the beginning of a longer word beside a year.
var (
	endsInMonth     = whenUsed(`(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|January|February|March|April|June|July|August|September|October|November|December)$`)
	beginsWithMonth = whenUsed(`^(?:(?i:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[A-Z]|(?i:january|february|march|april|june|july|august|september|october|november|december))`)
)

// labelOf returns the letters before a number, in lower case, and whether they are attached to it.
func labelOf(text string, words []word, i int) (label string, attached bool) {
	if i == 0 || words[i-1].digits || words[i-1].role == read {
		return "", false
	}
	return strings.ToLower(words[i-1].in(text)), words[i-1].end == words[i].start
}

// suffixOf returns the letters that are attached to the end of a number, in lower case.
func suffixOf(text string, words []word, i int) string {
	if i+1 == len(words) || words[i+1].digits || words[i+1].start > words[i].end || words[i+1].role == read {
		return ""
	}
	return strings.ToLower(words[i+1].in(text))
}

// besideRead reports whether words[i], with all that is attached to it, stands beside a part of the
// date.
func besideRead(words []word, i int) bool {
	first, last := i, i
	for first > 0 && words[first].role != read && words[first-1].end == words[first].start {
		first--
	}
	for last+1 < len(words) && words[last].role != read && words[last+1].start == words[last].end {
		last++
	}
	return words[first].role == read || words[last].role == read || first > 0 && words[first-1].role == read || last+1 < len(words) && words[last+1].role == read
}

// attachedToRead reports whether nothing separates words[i] from a part of the date.
func attachedToRead(words []word, i int) bool {
	for j := i; j > 0 && words[j-1].end == words[j].start; j-- {
		if words[j-1].role == read {
			return true
		}
	}
	for j := i; j+1 < len(words) && words[j+1].start == words[j].end; j++ {
		if words[j+1].role == read {
			return true
		}
	}
	return false
}

// The numbers, by their digits, that may be part of a date: a month or a day, a day of the year,
// month and day or day and month, year and day of the year, three of year, month and day.
const (
	someMonth  = `(?:0[1-9]|1[0-2])`
	someDay    = `(?:0[1-9]|[12]\d|3[01])`
	someDay1   = `(?:0?[1-9]|[12]\d|3[01])` // without zeros, too
	someMonth1 = `(?:0?[1-9]|1[0-2])`
	someOfYear = `(?:00[1-9]|0[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6])`
)

var datedShapes = map[int]func() *regexp.Regexp{
	2: whenUsed(`^` + someDay + `$`),
	3: whenUsed(`^` + someOfYear + `$`),
	4: whenUsed(`^(?:` + someMonth + someDay + `|` + someDay + someMonth + `)$`),
	5: whenUsed(`^[1-9]\d` + someOfYear + `$`),
	6: whenUsed(`^(?:\d\d` + someMonth + someDay + `|` + someDay + someMonth + `\d\d|` + someMonth + someDay + `\d\d|` + someMonth + `(?:19|20)\d\d)$`),
}

// looksDated reports whether a number that stands alone may be part of a date.
func looksDated(digits string) bool {
	if shape, ok := datedShapes[len(digits)]; ok {
		return shape().MatchString(digits)
	}
	return len(digits) > 6 && (strings.HasPrefix(digits, "19") || strings.HasPrefix(digits, "20"))
}

// hidesDate reports whether a word is a long number with a date in it, as 0340322001177 has, the scene of path 34 and row 32:
// a day beside it may be one of making.
func hidesDate(word string) bool { return len(word) > 8 && dateInside().MatchString(word) }

var dateInside = whenUsed(`(?:19[6-9]|20[0-3])\d(?:` + someMonth + someDay + `|` + someOfYear + `)|` + someMonth + someDay + `(?:19[6-9]|20[0-3])\d`)
