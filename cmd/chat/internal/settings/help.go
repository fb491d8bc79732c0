package settings

import (
	"fmt"
	"io"
	"strings"
)

// An option is a flag as help explains it.
type option struct {
	name, argument string
	value          interface {
		String() string
		Set(string) error
	}
	standard string // what holds without it; empty: what value says at the start
	brief    string // a line, also in the README's table
	more     string // further lines
}

// A group is options that belong together.
type group struct {
	title, about string
	options      []option
}

const introduction = `usage: chat [flags]

The chat server: one binary with the page inside. Without any flag it listens on
this machine alone; open http://localhost:8080 in two windows and type.

  chat                                                        try it
  chat -addr :8080                                            for the network, in the clear
  chat -addr :443 -tls-cert full.pem -tls-key key.pem         by https: and wss:
  chat -addr unix:/run/chat/chat.sock -trusted-proxies unix   behind a proxy that does TLS

Each flag has a twin in the environment: CHAT_ and its name in capitals, with _ for
-. So CHAT_LOG_FORMAT=json is -log-format json, and CHAT_ORIGIN=http://a,http://b
both of -origin. A flag comes before its twin, and an empty twin says nothing. What
takes no value is switched off by -name=false.

n/s|n/m is so many a second or a minute, as in 4/s; a size is bytes, or 64KiB, 1MiB; a
time is 500ms, 90s, 1h30m. A limit is switched off by "off" where that can be; if it
cannot, the answer says what is allowed.

Trial or public: where only this machine can come and no proxy is trusted, it is a
trial: no limits on what an address or a connection sends, /echo is there, texts are
logged. Anything else - another address, a unix socket, -trusted-proxies - is
public: limits on, /echo off, no text in the log. The start-up line says which, and
each of these can be set by its own flag.
`

const conclusion = `
Signals: SIGTERM and Ctrl-C say goodbye to everybody (1001) and end the server
within -drain, with status 0; a second one ends it at once. SIGHUP reads the
certificate again; on trial without one, where it is the end of the terminal, it is
such a goodbye. Exit status: 0 after a goodbye, 1 if it could not serve, 2 if a
value was wrong.
`

// Help explains all flags.
func Help(w io.Writer) {
	var b strings.Builder
	b.WriteString(introduction)
	for _, g := range newParser().groups {
		fmt.Fprintf(&b, "\n%s\n", g.title)
		if g.about != "" {
			fmt.Fprintf(&b, "  %s\n", indent(g.about, 2))
		}
		for _, o := range g.options {
			o.explain(&b)
		}
	}
	b.WriteString(conclusion)
	io.WriteString(w, b.String())
}

func (o *option) explain(b *strings.Builder) {
	head := strings.TrimSpace("-" + o.name + " " + o.argument)
	if o.name != versionFlag {
		head = fmt.Sprintf("%-34s (%s)", head, o.standard)
	}
	fmt.Fprintf(b, "  %s\n        %s\n", head, o.brief)
	if o.more != "" {
		fmt.Fprintf(b, "        %s\n", indent(o.more, 8))
	}
}

func indent(text string, by int) string {
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", by))
}
