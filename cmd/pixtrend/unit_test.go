package main

import (
	"strings"
	"testing"
)

func TestParseSize(t *testing.T) {
	good := map[string]int64{
		"1": 1, "4096": 4096, "4096B": 4096, "1k": 1 << 10, "512M": 512 << 20, "512MiB": 512 << 20, "512MB": 512e6,
		"2GiB": 2 << 30, "2 GB": 2e9, "1.5g": 3 << 29, "0.5T": 1 << 39, "2tb": 2e12, ".5K": 512,
	}
	for s, want := range good {
		if got, err := parseSize(s); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", " ", "M", "0", "0G", "0.5", "-1", "-1M", "+1M", "1..2M", "1e9", "0x10", "1_000", "inf", "nan", "12 parsecs",
		"1Mi", "1P", "99999999999999999999", "9000000T", "1M2"} {
		if got, err := parseSize(s); err == nil {
			t.Errorf("parseSize(%q) = %d, want an error", s, got)
		}
	}
}

func TestParseExtent(t *testing.T) {
	if got, err := parseExtent("512x256"); err != nil || got != [2]int{512, 256} {
		t.Errorf("parseExtent = %v, %v", got, err)
	}
	for _, s := range []string{"", "x", "5", "5x", "x5", "0x5", "5x0", "-1x5", "5x5x5", "99999999999x1"} {
		if got, err := parseExtent(s); err == nil {
			t.Errorf("parseExtent(%q) = %v, want an error", s, got)
		}
	}
}

func TestDots(t *testing.T) {
	type event struct{ done, total int }
	tests := []struct {
		name   string
		events []event
		ok     bool
		want   string
	}{
		{"done", []event{{1, 4}, {2, 4}, {4, 4}}, true, dotted},
		{"done without an event", nil, true, dotted},
		{"more than all", []event{{5, 4}}, true, dotted},
		{"first event", []event{{1, 1000000}}, false, "0\n"},
		{"broken off", []event{{1, 40}, {5, 40}}, false, "0...10.\n"},
		{"broken off before it began", nil, false, ""},
		{"fine steps", []event{{24, 1000}, {25, 1000}, {26, 1000}, {99, 1000}, {100, 1000}}, false, "0...10\n"},
		{"huge", []event{{1 << 57, 1 << 57}}, true, dotted},
	}
	for _, tt := range tests {
		var b strings.Builder
		d := &dots{w: &b}
		for _, e := range tt.events {
			d.set(e.done, e.total)
		}
		d.end(tt.ok)
		if b.String() != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, b.String(), tt.want)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"stats", "overwrite", "output", "ot", "co", "dry-run", "json"}
	for s, want := range map[string]string{"stat": "stats", "ouput": "output", "over-write": "overwrite", "over": "overwrite",
		"dryrun": "dry-run", "jsno": "json", "cp": "co", "colour": "", "xyz": "", "": ""} {
		if got := nearest(s, words); got != want {
			t.Errorf("nearest(%q) = %q, want %q", s, got, want)
		}
	}
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"kitten", "sitting", 3}, {"fti", "fit", 1}, {"same", "same", 0}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
