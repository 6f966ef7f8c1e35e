package main

import "testing"

func TestUTF8Locale(t *testing.T) {
	for _, tt := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", false}, {"", "", "C", false}, {"", "", "en_GB.UTF-8", true}, {"", "", "C.utf8", true},
		{"C", "", "en_GB.UTF-8", false}, {"", "de_DE.ISO-8859-1", "en_GB.UTF-8", false}, {"C.UTF-8", "C", "C", true}, {"", "UTF-8", "", true},
	} {
		t.Setenv("LC_ALL", tt.all)
		t.Setenv("LC_CTYPE", tt.ctype)
		t.Setenv("LANG", tt.lang)
		if got := utf8Locale(); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}
