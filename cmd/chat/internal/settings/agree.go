package settings

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"rfc6455/server"
)

// agree says which settings, each of them right, do not go together.
func (p *parser) agree() error {
	if !p.given["drain-spread"] {
		if p.Server.Drain = p.Drain / 5; p.Server.Drain < time.Millisecond {
			p.Server.Drain = server.Off
		}
	}
	switch {
	case (p.TLSCert == "") != (p.TLSKey == ""):
		return errors.New("-tls-cert and -tls-key go together: one is missing")
	case p.Server.NameHeader != "" && p.Server.Proxies == nil:
		return errors.New("-name-header is believed from -trusted-proxies only, and there are none")
	case p.Server.Drain >= p.Drain:
		return fmt.Errorf("-drain-spread %s must be less than -drain %s", short(p.Server.Drain), short(p.Drain))
	case p.AdminAddr == p.Addr && !strings.HasSuffix(p.Addr.Address, ":0"):
		return fmt.Errorf("-addr and -admin-addr are both %s: they must differ", p.Addr)
	}
	return nil
}

// settle decides between trial and public, and what follows.
func (p *parser) settle() {
	c := &p.Server
	p.Public = !p.Addr.Loopback() || c.Proxies != nil
	c.Trial = !p.Public
	if c.Trial {
		p.relax("echo", func() { c.Echo = true })
		p.relax("log-texts", func() { c.LogTexts = true })
		p.relax("rate", func() { c.Limits.Rate.Every = -1 })
		p.relax("handshake-rate", func() { p.handshakePace = -1 })
		p.relax("max-per-address", func() { c.Admit.PerAddress = -1 })
		p.relax("drain-spread", func() { c.Drain = server.Off })
	}
	p.Summary = p.summary()
	c.Limits.Rate.Every = max(c.Limits.Rate.Every, 0)
	c.Admit.HandshakesPerMinute = -1
	if p.handshakePace > 0 {
		c.Admit.HandshakesPerMinute = int(time.Minute / p.handshakePace)
	}
	c.ControlPerSecond = int(time.Second / p.controlPace)
	p.warn()
}

// summary gives the mode, and what it decides about by the flags' names.
func (p *parser) summary() []any {
	mode := "trial"
	if p.Public {
		mode = "public"
	}
	all := []any{"mode", mode}
	for _, name := range []string{"rate", "max-per-address", "handshake-rate", "echo", "log-texts"} {
		all = append(all, name, p.set.Lookup(name).Value.String())
	}
	return all
}

// relax changes a default.
func (p *parser) relax(name string, change func()) {
	if !p.given[name] {
		change()
	}
}

// warn notes what is odd.
func (p *parser) warn() {
	note := func(format string, args ...any) { p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...)) }
	for _, name := range p.unknown {
		note("%s is in the environment and is no setting: chat -h tells those there are", name)
	}
	if p.Addr.Network == "unix" && p.Server.Proxies == nil {
		note("all that comes by %s counts as one address: say -trusted-proxies unix if a proxy is there", p.Addr)
	}
	if p.AdminAddr.Network == "tcp" && !p.AdminAddr.Loopback() {
		note("-admin-addr %s is not of this machine alone: whoever reaches it sees metrics and profiles", p.AdminAddr)
	}
}
