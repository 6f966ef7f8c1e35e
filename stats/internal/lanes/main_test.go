package main

import (
	"bytes"
	"os"
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
