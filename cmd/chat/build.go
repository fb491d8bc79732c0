package main

import (
	"cmp"
	"runtime"
	"runtime/debug"
)

// A built is what a binary was built from.
type built struct {
	version, revision, changed, compiler string
}

// readBuild asks what the compiler wrote into this binary.
func readBuild() built {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	return describe(info)
}

func describe(info *debug.BuildInfo) built {
	b := built{version: cmp.Or(info.Main.Version, "(devel)"), revision: "unknown", compiler: info.GoVersion}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.revision = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				b.changed = ", changed since"
			}
		}
	}
	return b
}

func (b built) String() string {
	return "chat " + b.version + ", revision " + b.revision + b.changed + ", " + b.compiler + " " + runtime.GOOS + "/" + runtime.GOARCH
}
