package timeaxis

import "fmt"

// contradicted holds dates that were given against those that the inputs have of themselves, in the
// descriptions of bands and in names. It puts a warning into each reading that is contradicted.
// Where the inputs run the other way, from the newest to the oldest, dates given by position are an
// error: every slope would change its sign. byPath says that paths pair the dates with the inputs,
// and so they are meant.
func contradicted(inputs []Input, given []Reading, byPath bool) error {
	own, _ := resolve(inputs, allColumns)
	var known []int // indices of inputs that have a date
	first := -1     // the first of them that is contradicted
	for i, o := range own {
		if o.Source == "" {
			continue
		}
		known = append(known, i)
		if agree(o.Date, given[i].Date) {
			continue
		}
		if first < 0 {
			first = i
		}
		given[i].Warning = fmt.Sprintf("the %s says %v, but the date given for it is %v, which is used", inputs[i].sourceOf(o), o.Date, given[i].Date)
	}
	if first < 0 || byPath || !reversed(own, given, known) {
		return nil
	}
	o, g := own[first], given[first]
	return &Error{Kind: ErrContradicted, Remedy: PairByPath, Inputs: []string{inputs[first].Name}, Dates: []Date{o.Date, g.Date},
		Found: fmt.Sprintf("%v: the %s says %v, %s says %v, and the inputs run the other way",
			ErrContradicted, inputs[first].sourceOf(o), o.Date, g.Source, g.Date)}
}

// sourceOf names what a reading of an input's own is from.
func (in Input) sourceOf(r Reading) string {
	if r.Source == nameColumn.source {
		return fmt.Sprintf("%s %q", r.Source, in.Name)
	}
	return fmt.Sprintf("%s of %q", r.Source, in.Name)
}

// reversed reports whether own dates fall wherever those given rise, and the other way round. Two
// dates are too few to tell that from a mistake in a name.
func reversed(own, given []Reading, known []int) bool {
	if len(known) < 3 {
		return false
	}
	opposite := false
	for n, j := range known[1:] {
		i := known[n]
		a, b := own[i].Date.Compare(own[j].Date), given[i].Date.Compare(given[j].Date)
		if a != 0 && b != 0 {
			if a == b {
				return false
			}
			opposite = true
		}
	}
	return opposite
}
