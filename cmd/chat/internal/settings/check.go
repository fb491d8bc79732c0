package settings

import (
	"errors"
	"io/fs"
	"net/url"
	"strconv"
	"strings"

	"rfc6455/server"
	"rfc6455/server/admit"
)

func text(to *string) custom {
	return custom{set: func(s string) error { *to = s; return nil }}
}

func address(to *Address) custom {
	return custom{set: func(s string) error {
		if s == off && *to == (Address{}) {
			return nil // what is off by default can be said to be so
		}
		a, err := parseAddress(s)
		*to = a
		return err
	}}
}

func fileMode(to *fs.FileMode) custom {
	return custom{shown: "0" + strconv.FormatUint(uint64(*to), 8), set: func(s string) error {
		mode, err := strconv.ParseUint(s, 8, 32)
		if err != nil || mode > uint64(fs.ModePerm) {
			return allowed(false, "0 to 0777, as in 0660")
		}
		*to = fs.FileMode(mode)
		return nil
	}}
}

func proxies(to **admit.Proxies) custom {
	return custom{set: func(s string) error {
		*to = nil
		if strings.Trim(s, ", ") == "" {
			return nil
		}
		p, err := server.ParseProxies(s)
		if err != nil {
			return errors.New(strings.TrimPrefix(err.Error(), "admit: "))
		}
		*to = p
		return nil
	}}
}

func headerName(to *string) custom {
	return custom{set: func(s string) error {
		if s != "" && admit.CheckNameHeader(s) != nil {
			return allowed(false, "the name of a header field that is not the handshake's, as in X-Remote-User")
		}
		*to = s
		return nil
	}}
}

// checkOrigin judges one origin: RFC 6454 §6.2, and what stands for several.
func checkOrigin(s string) error {
	if s == "null" || s == "*" {
		return nil
	}
	u, err := url.Parse(s)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.Scheme+"://"+u.Host == strings.ToLower(s) {
		return nil
	}
	return allowed(false, "http://host[:port] or https://host[:port] without anything behind, null or *")
}

// checkHost judges one name, with a port or without.
func checkHost(s string) error {
	u, err := url.Parse("http://" + s)
	if err != nil || u.Host != s || u.Hostname() == "" || strings.ContainsAny(s, "*,") {
		return allowed(false, "name or name:port, as in chat.example or chat.example:8443")
	}
	return nil
}
