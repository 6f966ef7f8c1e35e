package main

import (
	"runtime/debug"
	"testing"

	"github.com/pixtrend/pixtrend"
)

func TestVersionOf(t *testing.T) {
	const v, commit = pixtrend.Version, "136c590963f09d84b3c52ac7d4b3c2f72f1d8f0b"
	vcs := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs.revision", Value: commit}, {Key: "vcs.modified", Value: modified}}
	}
	tests := []struct {
		name, module string
		settings     []debug.BuildSetting
		want         string
	}{
		{"go build -buildvcs=false", "(devel)", nil, v},
		{"go test", "", nil, v},
		{"go build in a clone", "v0.0.0-20261124141349-136c590963f0", vcs("false"), v + "+136c590"},
		{"go build after a tag", "v" + v + "-0.20261124141349-136c590963f0+dirty", vcs("true"), v + "+136c590-dirty"},
		{"go build at the tag", "v" + v, vcs("false"), v},
		{"go build at the tag with changes", "v" + v + "+dirty", vcs("true"), v + "+136c590-dirty"},
		{"go install of the release", "v" + v, nil, v},
		{"go install of a commit", "v0.0.0-20261124141349-136c590963f0", nil, v + "+136c590"},
		{"go install of a commit after a tag", "v0.1.1-0.20261124141349-136c590963f0", nil, v + "+136c590"},
	}
	for _, tt := range tests {
		info := &debug.BuildInfo{Main: debug.Module{Version: tt.module}, Settings: tt.settings}
		if got := versionOf(info); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
