package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const folder = "../../" // of package kernel

func TestGeneratedFilesMatchTheTable(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		want, err := source(arch)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(folder + fileOf(arch))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not what the table makes: run go generate ./kernel", fileOf(arch))
		}
	}
}

func TestGeneratedRanksMatchTheTable(t *testing.T) {
	want, err := ranksSource()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(folder + ranksFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what the table makes: run go generate ./kernel", ranksFile)
	}
	for file, symbols := range map[string][]string{"ranks_avx2_amd64.s": rankSymbols(), "ranks_avx512_amd64.s": rankTable512} {
		src, err := os.ReadFile(folder + file)
		if err != nil {
			t.Fatal(err)
		}
		var bodies []string
		for _, m := range regexp.MustCompile(`(?m)^TEXT ·(\w+)\(SB\)`).FindAllSubmatch(src, -1) {
			bodies = append(bodies, string(m[1]))
		}
		slices.Sort(bodies)
		slices.Sort(symbols)
		if !slices.Equal(bodies, symbols) {
			t.Errorf("%s holds %q, the table lists %q", file, bodies, symbols)
		}
	}
}

// The assembly holds exactly the functions of the table.
func TestAssemblyMatchesTheTable(t *testing.T) {
	text := regexp.MustCompile(`(?m)^TEXT ·(\w+)\(SB\)`)
	for _, s := range isas {
		file := "kernel_" + strings.ToLower(s.name) + "_" + s.arch + ".s"
		src, err := os.ReadFile(folder + file)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range text.FindAllSubmatch(src, -1) {
			got = append(got, string(m[1]))
		}
		want := symbols(s)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s holds %q, the table lists %q", file, got, want)
		}
	}
}
