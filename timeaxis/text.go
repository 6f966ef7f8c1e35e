package timeaxis

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Years that are believed in a text. Outside them, a number is more often a tile, an orbit or a
// size. A full date is believed from firstFull on.
const (
	firstYear = 1850
	firstFull = 1500
	// knownYear was when this was written: no clock that is behind makes later years doubtful.
	knownYear = 2026
)

// lastYear is the last year that is believed, the next one.
func lastYear() int { return max(time.Now().UTC().Year(), knownYear) + 1 }

// level is how fine a date is.
type level int

const (
	byYear  level = iota
	byMonth       // or a quarter or half a year
	byDay         // or a week or less
)

// found is a date in a text.
type found struct {
	date   Date
	part   float64 // of the day, of a time coordinate
	rule   string  // the name of the rule that read it
	rolled bool    // day 366 of a year of 365 days
	level  level
	month  bool // it is a month, of which date is the first day
}

// expression is a place in a text that spells a date.
type expression struct {
	start, end int
	ways       []found // of reading it, by different rules; a rival has no date
	invalid    string  // why it is no date after all, where no way is left
}

// one returns the date if all ways agree on it.
func (e expression) one() (found, bool) {
	if len(e.ways) == 0 {
		return found{}, false
	}
	for _, w := range e.ways {
		if w.date != e.ways[0].date || w.date == (Date{}) {
			return found{}, false
		}
	}
	return e.ways[0], true
}

// page is a text and all that spells a date in it.
type page struct {
	text        string
	words       []word
	expressions []expression
	product     bool // they are those of product ids, and all else in the text means nothing
}

// pageOf finds what spells a date in a text.
func pageOf(text string) page {
	p := page{text: text}
	if p.expressions = productExpressions(text); len(p.expressions) > 0 {
		p.product = true
		return p
	}
	p.words = wordsOf(text)
	for i := 0; i < len(p.words); {
		n := explain(text, p.words, i)
		if n > 0 {
			p.assign(i, i+n, explained)
			i += n
			continue
		}
		e, ok := p.expressionAt(i)
		if !ok {
			i++
			continue
		}
		role := read
		if f, ok := e.one(); ok && f.level == byDay {
			e.end += timeOfDay(text[e.end:])
			if label, _ := labelOf(text, p.words, i); slices.Contains(makers, label) {
				role = explained
			}
		}
		if role == read {
			p.expressions = append(p.expressions, e)
		}
		first := i
		for i < len(p.words) && p.words[i].start < e.end {
			i++
		}
		p.assign(first, i, role)
	}
	return p
}

func (p *page) assign(from, to int, r role) {
	for i := from; i < to; i++ {
		p.words[i].role = r
	}
}

// productExpressions finds the product ids of a text that have a date.
func productExpressions(text string) []expression {
	lower := strings.ToLower(text)
	var all []expression
	add := func(r rule) (dated bool) {
		if !strings.Contains(lower, r.key) {
			return false
		}
		for _, loc := range r.pattern().FindAllStringSubmatchIndex(text, -1) {
			e := expression{start: loc[2], end: loc[3]}
			e.read(r, text, loc)
			if i := slices.IndexFunc(all, func(o expression) bool { return e.start < o.end && o.start < e.end }); i >= 0 {
				all[i].ways = append(all[i].ways, e.ways...)
			} else if len(e.ways) > 0 {
				all = append(all, e)
			}
			dated = dated || len(e.ways) > 0
		}
		return dated
	}
	dated := false
	for _, r := range products {
		dated = add(r) || dated
	}
	if !dated {
		return nil
	}
	for _, r := range rivalProducts {
		add(r)
	}
	return all
}

// expressionAt reads what begins at words[i] by the notations that use up most of it.
func (p *page) expressionAt(i int) (expression, bool) {
	w := p.words[i]
	rest := p.text[w.start:]
	if w.digits {
		if w.end-w.start == 3 || w.end-w.start > 14 || w.end-w.start == 4 && p.isCounted(i) {
			return expression{}, false
		}
		label, attached := labelOf(p.text, p.words, i)
		if release := label == "r" && len(suffixOf(p.text, p.words, i)) == 1; attached && (slices.Contains(forYears, label) || release) {
			return expression{}, false // v2020, R2023A
		}
	} else if !mayBeginDate(w.in(p.text)) {
		return expression{}, false
	}
	e := expression{start: w.start, end: w.start}
	for _, rules := range [][]rule{notations, rivals} {
		for _, r := range rules {
			loc := r.pattern().FindStringSubmatchIndex(rest)
			if loc == nil || r.fits != nil && !r.fits(p, i, w.start+loc[3]) || !sameSeparators(r, rest, loc) {
				continue
			}
			end := w.start + loc[3]
			if end > e.end {
				e = expression{start: w.start, end: end}
			}
			if end == e.end {
				e.read(r, rest, loc)
			}
		}
	}
	if e.end > e.start && len(e.ways) == 0 && e.invalid == "" {
		e.invalid = fmt.Sprintf("%q is not in the calendar", p.text[e.start:e.end])
	}
	return e, e.end > e.start
}

// isCounted reports whether a word says that words[i] is no year, as in tile_2001.
func (p *page) isCounted(i int) bool {
	label, attached := labelOf(p.text, p.words, i)
	return slices.Contains(forYears, label) && (attached || len(label) > 1)
}

// mayBeginDate reports whether notations may begin with these letters.
func mayBeginDate(letters string) bool {
	switch strings.ToLower(letters) {
	case "y", "m", "q":
		return true
	}
	return monthNamed(letters) != 0
}

// sameSeparators reports whether the groups sep and same of a rule have matched the same.
func sameSeparators(r rule, text string, loc []int) bool {
	i, j := r.pattern().SubexpIndex("sep"), r.pattern().SubexpIndex("same")
	return i < 0 || text[loc[2*i]:loc[2*i+1]] == text[loc[2*j]:loc[2*j+1]]
}

// read adds the ways in which a rule reads its match.
func (e *expression) read(r rule, text string, loc []int) {
	names := r.pattern().SubexpNames()
	if r.pattern().SubexpIndex("year") < 0 {
		e.ways = append(e.ways, found{rule: r.name})
		return
	}
	match := make([]string, len(names))
	for i := range match {
		if loc[2*i] >= 0 {
			match[i] = text[loc[2*i]:loc[2*i+1]]
		}
	}
	dates, rolled := spelled(names, match)
	if rolled && r.notation {
		return // 366 is no day of that year; a product id has to be believed
	}
	f := found{rule: r.name, rolled: rolled, level: levelOf(names), month: areMonth(names)}
	for i, d := range dates {
		f.date = d
		if r.pattern().SubexpIndex("period") >= 0 && (len(dates) > 1 || d.day > 1) {
			// One name tells dekads and pentads apart only by the number: there are no dekads 4 to
			// 6.
			kind := "pentad"
			if len(dates) > 1 && i == 0 {
				kind = "dekad"
			}
			f.rule = strings.Replace(r.name, "dekad or pentad", kind, 1)
		}
		first := firstYear
		if f.level == byDay {
			first = firstFull
		}
		if last := lastYear(); f.date.year < first || f.date.year > last {
			e.invalid = fmt.Sprintf("%q is outside the years that are believed, %d to %d", match[1], first, last)
			continue
		}
		e.ways = append(e.ways, f)
	}
}

// levelOf returns how fine the date of named groups is.
func levelOf(names []string) level {
	l := byYear
	for _, name := range names {
		switch name {
		case "month", "quarter", "months":
			l = max(l, byMonth)
		case "day", "doy", "dekad", "pentad", "period", "week", "week7", "half", "fraction":
			l = byDay
		}
	}
	return l
}

// areMonth reports whether named groups spell a month without a day.
func areMonth(names []string) bool {
	return levelOf(names) == byMonth && slices.Contains(names, "month")
}

// timeOfDay returns how much of a text, which follows a day, is a time of that day, lest 1955 in
// T1955 be taken for a year.
func timeOfDay(text string) int {
	for _, pattern := range timesOfDay {
		if loc := pattern().FindStringSubmatchIndex(text); loc != nil {
			return loc[3]
		}
	}
	return 0
}
