package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"testing"
)

func TestGeneratedFilesMatchThePrograms(t *testing.T) {
	for name, want := range files() {
		got, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the programs make: run go generate ./stats", name)
		}
	}
}

// Values that do not fit into the registers are still what they were when they are needed.
func TestValuesInMemory(t *testing.T) {
	const count = 20
	p := &program{name: "Moves", numbers: map[value]uint64{}, data: &data{}}
	p.target = avx2{amd64{p, "Y"}}
	var values []value
	for i := range count {
		values = append(values, p.load(fmt.Sprintf("%d(R8)", i)))
	}
	copied := p.variable(values[0])
	p.move(copied, values[count-1])
	for i, v := range values {
		p.store(fmt.Sprintf("%d(DI)", i), v)
	}
	p.store("copied", copied)
	at := map[string]string{} // what was loaded to a place, from where
	for _, m := range regexp.MustCompile(`VMOVUPD (\S+), (\S+)`).FindAllStringSubmatch(p.text(), -1) {
		from, ok := at[m[1]]
		if !ok {
			from = m[1]
		}
		at[m[2]] = from
	}
	for i := range count {
		if got, want := at[fmt.Sprintf("%d(DI)", i)], fmt.Sprintf("%d(R8)", i); got != want {
			t.Errorf("value %d is that of %s, want %s", i, got, want)
		}
	}
	if got, want := at["copied"], fmt.Sprintf("%d(R8)", count-1); got != want {
		t.Errorf("the copy is that of %s, want %s", got, want)
	}
	if p.slots < count-p.shape().registers {
		t.Errorf("%d values in memory", p.slots)
	}
}
