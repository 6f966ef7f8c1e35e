package timeaxis

import (
	"cmp"
	"fmt"
	"slices"
)

// reading is what a text says about its date: one date for certain, if there is one and no doubt.
type reading struct {
	dates []found // different ones
	doubt string  // why the date is not certain, or why there is none though something looks like one
}

func (r reading) certain() bool { return len(r.dates) == 1 && r.doubt == "" }

// readings reads the texts of a set, of which each has the same kind of source, such as the names
// of the files of a stack. They are read together, for what one text leaves open another may
// settle, and what looks right alone may be wrong beside the others:
//
//   - Of several ways of reading a text, that one counts which is the only one in another text.
//   - Texts of one date that differ in what may be a finer part of it are doubtful.
//   - Years that run through the same numbers in each century are months, dekads or weeks behind
//     two digits of the year.
func readings(texts []string) []reading {
	pages := make([]page, len(texts))
	proof := proofs{}
	for i, text := range texts {
		pages[i] = pageOf(text)
		for _, e := range pages[i].expressions {
			proof.add(e)
		}
	}
	all := make([]reading, len(texts))
	for i := range pages {
		pages[i].settle(proof)
		all[i] = pages[i].judge()
	}
	doubtShared(pages, all)
	doubtMixed(all)
	doubtCounts(pages, all)
	return all
}

// productReadings reads the product ids of texts, and nothing else.
func productReadings(texts []string) []reading {
	all := make([]reading, len(texts))
	for i, text := range texts {
		p := page{text: text, expressions: productExpressions(text), product: true}
		all[i] = p.judge()
	}
	return all
}

// proofs are the rules that have read something in a set for certain: alone, or beside others that
// read the same.
type proofs struct{ alone, beside map[string]bool }

func (p *proofs) add(e expression) {
	if _, ok := e.one(); !ok {
		return
	}
	if p.alone == nil {
		p.alone, p.beside = map[string]bool{}, map[string]bool{}
	}
	for _, w := range e.ways {
		p.beside[w.rule] = true
		if len(e.ways) == 1 {
			p.alone[w.rule] = true
		}
	}
}

// settle keeps the proven ways of expressions that have several.
func (p *page) settle(proof proofs) {
	for i := range p.expressions {
		e := &p.expressions[i]
		if _, ok := e.one(); ok {
			continue
		}
		for _, proven := range []map[string]bool{proof.alone, proof.beside} {
			settled := *e
			settled.ways = slices.DeleteFunc(slices.Clone(e.ways), func(w found) bool { return !proven[w.rule] })
			if _, ok := settled.one(); ok {
				*e = settled
				break
			}
		}
	}
}

// judge says what a page means.
func (p *page) judge() reading {
	var r reading
	var open []string // what else may be meant
	for _, e := range p.expressions {
		for _, w := range e.ways {
			known := slices.ContainsFunc(r.dates, func(f found) bool { return f.date == w.date && f.level == w.level })
			if w.date != (Date{}) && !known {
				r.dates = append(r.dates, w)
			}
		}
	}
	days := slices.Clone(r.dates)
	r.dates = slices.DeleteFunc(r.dates, func(f found) bool {
		return slices.ContainsFunc(days, func(d found) bool { return d.level > f.level && f.contains(d.date) })
	})
	fine := len(r.dates) > 0 && r.dates[0].level == byDay
	for _, e := range p.expressions {
		if p.repeats(e) {
			continue
		}
		text := p.text[e.start:e.end]
		if len(e.ways) == 0 && !fine {
			open = append(open, e.invalid)
		}
		for _, w := range e.ways {
			// A day is certain whatever else is in the text, unless that is another date.
			if dated := len(e.ways) > 1 && e.hasDate(); w.date == (Date{}) && (dated || !fine) {
				open = append(open, fmt.Sprintf("%q may be %s", text, w.rule))
			}
		}
	}
	if !p.product && len(r.dates) > 0 {
		for i, w := range p.words {
			if w.role == unread && (hidesDate(w.in(p.text)) || !fine && suspicious(p.text, p.words, i)) {
				open = append(open, fmt.Sprintf("%q may be a part of the date too", p.around(i)))
				break
			}
		}
	}
	if len(open) > 0 {
		r.doubt = open[0]
	}
	return r
}

// repeats reports whether one of several ways of reading e is a date that another expression has
// for certain.
func (p *page) repeats(e expression) bool {
	if _, ok := e.one(); ok {
		return false
	}
	return slices.ContainsFunc(p.expressions, func(o expression) bool {
		f, ok := o.one()
		return ok && slices.ContainsFunc(e.ways, func(w found) bool {
			return w.date == f.date || w.date != (Date{}) && w.level < f.level && w.contains(f.date)
		})
	})
}

func (e expression) hasDate() bool {
	return slices.ContainsFunc(e.ways, func(w found) bool { return w.date != (Date{}) })
}

// contains reports whether a day is in the year or the month that f stands for.
func (f found) contains(d Date) bool {
	return f.date.year == d.year && (f.level == byYear || f.date.month == d.month)
}

// around returns words[i] with the letters that are attached to it.
func (p *page) around(i int) string {
	start, end := p.words[i].start, p.words[i].end
	if i > 0 && p.words[i-1].end == start && p.words[i-1].role == unread {
		start = p.words[i-1].start
	}
	if i+1 < len(p.words) && p.words[i+1].start == end && p.words[i+1].role == unread {
		end = p.words[i+1].end
	}
	return p.text[start:end]
}

// doubtShared makes doubtful what shares a year or a month with another text, from which it differs
// in what may be a finer part of the date.
func doubtShared(pages []page, all []reading) {
	type key struct {
		date  Date
		level level
		rule  string
	}
	first := map[key]int{}
	for i := range all {
		if !all[i].certain() || pages[i].product || all[i].dates[0].level == byDay {
			continue
		}
		f := all[i].dates[0]
		k := key{f.date, f.level, f.rule}
		j, shared := first[k]
		if !shared {
			first[k] = i
			continue
		}
		a, b := finer(&pages[j], &pages[i])
		if a == b {
			continue
		}
		doubt := fmt.Sprintf("%q and %q are both of %s, and differ in %q and %q, which may be a part of the date",
			pages[j].text, pages[i].text, f.date.until(f.level), a, b)
		for _, n := range []int{j, i} {
			all[n].doubt = cmp.Or(all[n].doubt, doubt)
		}
	}
}

// until writes a date as far as it is known.
func (d Date) until(l level) string {
	if l == byMonth && !d.IsYear() {
		return fmt.Sprintf("%04d-%02d", d.year, int(d.month))
	}
	return d.String()
}

// finer returns the first words in which two texts of the same words differ and that may be a part
// of a date: numbers that count nothing else, names of parts of a year, single letters behind the
// date.
func finer(p, q *page) (a, b string) {
	left, right := p.unread(), q.unread()
	if len(left) != len(right) {
		return "", ""
	}
	for n := range left {
		i, j := left[n], right[n]
		s, t := p.words[i].in(p.text), q.words[j].in(q.text)
		if s == t {
			continue
		}
		switch {
		case p.words[i].digits && q.words[j].digits:
			label, attached := labelOf(p.text, p.words, i)
			if !isCounter(label) && !(attached && slices.Contains(codes, label)) {
				return s, t
			}
		case p.words[i].digits != q.words[j].digits:
		case namesPart(s) || namesPart(t):
			return s, t
		case len(s) == 1 && len(t) == 1 && i > 0 && p.words[i-1].role == read: // 2001a and 2001b
			return s, t
		}
	}
	return "", ""
}

// unread returns the indices of the words that are no part of the date, but for versions.
func (p *page) unread() []int {
	var all []int
	for i, w := range p.words {
		if w.role == unread || w.role == explained && w.digits {
			all = append(all, i)
		}
	}
	return all
}

// doubtMixed makes days of the year doubtful that are beside dates of eight digits: 2001071 is 1
// July without a zero where 20010710 is there.
func doubtMixed(all []reading) {
	var compact *reading
	for i := range all {
		if all[i].certain() && all[i].dates[0].rule == "YYYYMMDD" {
			compact = &all[i]
		}
	}
	for i := range all {
		if compact != nil && all[i].certain() && all[i].dates[0].rule == "YYYYDDD" {
			all[i].doubt = fmt.Sprintf("others of the set are written as YYYYMMDD, such as that of %v", compact.dates[0].date)
		}
	}
}

// doubtCounts makes years doubtful that are more likely two digits of a year and the number of a
// month, a dekad or a week: 1901 to 1936 are the dekads of 2019. They are where all are between
// these two, where the same last two digits, up to 53, come in two centuries and no year has
// others, and where they begin in 1901 and are as many as the weeks, pentads or composites of 8
// days of a year.
func doubtCounts(pages []page, all []reading) {
	var years []int // indices of texts
	parts := map[int]int{}
	first, last, twice := 9999, 0, false
	for i := range all {
		if !all[i].certain() || pages[i].product || all[i].dates[0].level != byYear {
			continue
		}
		years = append(years, i)
		y := all[i].dates[0].date.year
		if century, seen := parts[y%100]; seen && century != y/100 {
			twice = true
		}
		parts[y%100] = y / 100
		first, last = min(first, y), max(last, y)
	}
	for part := range parts {
		twice = twice && part >= 1 && part <= 53
	}
	whole := first == 1901 && len(parts) == last-1900 && slices.Contains([]int{46, 52, 53, 72, 73}, len(parts))
	if !twice && !whole && (first < 1901 || last > 1936) {
		return
	}
	for _, i := range years {
		y := all[i].dates[0].date
		all[i].doubt = fmt.Sprintf("%q may be the year %02d and the number of a part of it, as all of the set may", y.String(), y.year/100)
	}
}

// FromNames reads the dates in the names of the files of a set, as [Spec.Resolve] does where names
// are all that it has. The error is that of the first name without one certain date; dates are then
// nil.
func FromNames(names []string) ([]Date, error) {
	inputs := make([]Input, len(names))
	for i, name := range names {
		inputs[i] = Input{Name: name, Path: name}
	}
	all, err := resolve(inputs, nameColumns)
	if err != nil {
		return nil, err
	}
	return datesOf(all), nil
}

// FromName is [FromNames] of one name.
func FromName(name string) (Date, error) {
	dates, err := FromNames([]string{name})
	if err != nil {
		return Date{}, err
	}
	return dates[0], nil
}
