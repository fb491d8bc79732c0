package main

import (
	"runtime/debug"
	"testing"
)

func TestDescribe(t *testing.T) {
	setting := func(key, value string) debug.BuildSetting { return debug.BuildSetting{Key: key, Value: value} }
	for _, tt := range []struct {
		info debug.BuildInfo
		want built
	}{
		{debug.BuildInfo{GoVersion: "go1"}, built{version: "(devel)", revision: "unknown", compiler: "go1"}},
		{debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{setting("vcs.revision", "abc"), setting("vcs.modified", "false")}},
			built{version: "v1.2.3", revision: "abc"}},
		{debug.BuildInfo{Settings: []debug.BuildSetting{setting("vcs.modified", "true"), setting("vcs.revision", "abc")}},
			built{version: "(devel)", revision: "abc", changed: ", changed since"}},
	} {
		if got := describe(&tt.info); got != tt.want {
			t.Errorf("%+v: %+v, want %+v", tt.info, got, tt.want)
		}
	}
}
