package settings

import (
	"fmt"
	"testing"
	"time"
)

func TestTrialOrPublic(t *testing.T) {
	const (
		trial  = "mode=trial rate=off max-per-address=off handshake-rate=off echo=true log-texts=true"
		public = "mode=public rate=4/s max-per-address=256 handshake-rate=10/s echo=false log-texts=false"
	)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, trial},
		{[]string{"-addr", "LOCALHOST:0"}, trial},
		{[]string{"-addr", "127.8.7.6:1"}, trial},
		{[]string{"-addr", "[::1]:1"}, trial},
		{[]string{"-addr", "[::ffff:127.0.0.1]:1"}, trial},
		{[]string{"-trusted-proxies", ""}, trial},
		{[]string{"-tls-cert", "c", "-tls-key", "k"}, trial},
		{[]string{"-addr", ":8080"}, public},
		{[]string{"-addr", "0.0.0.0:8080"}, public},
		{[]string{"-addr", "[::]:8080"}, public},
		{[]string{"-addr", "10.0.0.1:8080"}, public},
		{[]string{"-addr", "localhost.example:8080"}, public},
		{[]string{"-addr", "localhost.:8080"}, public},
		{[]string{"-addr", "unix:/run/s"}, public},
		{[]string{"-trusted-proxies", "127.0.0.1"}, public},
		{[]string{"-rate", "9/s", "-max-per-address", "3", "-handshake-rate", "90/m", "-echo=false", "-log-texts=false"},
			"mode=trial rate=9/s max-per-address=3 handshake-rate=90/m echo=false log-texts=false"},
		{[]string{"-addr", ":1", "-rate", "off", "-max-per-address", "off", "-handshake-rate", "off", "-echo", "-log-texts"},
			"mode=public rate=off max-per-address=off handshake-rate=off echo=true log-texts=true"},
	} {
		s := parse(t, args(tt.args...))
		got := ""
		for i := 0; i < len(s.Summary); i += 2 {
			got += fmt.Sprintf(" %v=%v", s.Summary[i], s.Summary[i+1])
		}
		if got != " "+tt.want || s.Server.Trial == s.Public {
			t.Errorf("%q: trial %t,%s\nwant %s", tt.args, s.Server.Trial, got, tt.want)
		}
	}
}

// What is said is what holds.
func TestTrialHolds(t *testing.T) {
	c := parse(t, args()).Server
	if !c.Trial || !c.Echo || !c.LogTexts || c.Limits.Rate.Every != 0 || c.Admit.PerAddress != -1 || c.Admit.HandshakesPerMinute != -1 || c.Drain != -1 {
		t.Errorf("on trial: %+v", c)
	}
	c = parse(t, args("-addr", ":1")).Server
	if c.Trial || c.Echo || c.LogTexts || c.Limits.Rate.Every != time.Second/4 || c.Admit.PerAddress != 256 || c.Admit.HandshakesPerMinute != 600 || c.Drain != 2*time.Second {
		t.Errorf("public: %+v", c)
	}
	if c = parse(t, args("-addr", ":1", "-drain", "1m")).Server; c.Drain != 12*time.Second {
		t.Errorf("a minute's goodbyes are spread over %s", c.Drain)
	}
}
