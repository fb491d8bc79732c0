package conn

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"rfc6455/handshake"
)

// reach opens a TCP connection to u's host, through the proxy that is set for it
// (§4.1 item 3).
func (c *Config) reach(ctx context.Context, u handshake.URL) (net.Conn, error) {
	find := c.Proxy
	if find == nil {
		find = http.ProxyFromEnvironment
	}
	scheme := "http"
	if u.Secure {
		scheme = "https"
	}
	proxy, err := find(&http.Request{URL: &url.URL{Scheme: scheme, Host: u.Authority(), Path: "/"}})
	if err != nil {
		return nil, err
	}
	if proxy == nil {
		return c.dial(ctx, u.Address())
	}
	return c.dialProxy(ctx, proxy, u.Address())
}

// dialProxy asks an HTTP proxy for a tunnel to addr.
func (c *Config) dialProxy(ctx context.Context, proxy *url.URL, addr string) (net.Conn, error) {
	port := proxy.Port()
	switch {
	case proxy.Scheme != "http" && proxy.Scheme != "https":
		return nil, fmt.Errorf("websocket: proxy %s is neither http nor https", proxy.Redacted())
	case port == "":
		port = map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	}
	nc, err := c.dial(ctx, net.JoinHostPort(proxy.Hostname(), port))
	if err != nil {
		return nil, err
	}
	if proxy.Scheme == "https" {
		if nc, err = startTLS(ctx, nc, nil, proxy.Hostname()); err != nil {
			return nil, err
		}
	}
	if err := within(ctx, nc, func() error { return c.tunnel(nc, proxy.User, addr) }); err != nil {
		nc.Close()
		return nil, fmt.Errorf("websocket: proxy %s: %w", proxy.Redacted(), err)
	}
	return nc, nil
}

// tunnel does the CONNECT (RFC 9110 §9.3.6).
func (c *Config) tunnel(nc net.Conn, user *url.Userinfo, addr string) error {
	b := fmt.Appendf(nil, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", addr, addr)
	if user != nil {
		password, _ := user.Password()
		credentials := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
		b = fmt.Appendf(b, "Proxy-Authorization: Basic %s\r\n", credentials)
	}
	if _, err := nc.Write(append(b, "\r\n"...)); err != nil {
		return err
	}
	answer, r, err := c.readAnswer(nc, http.MethodConnect)
	switch {
	case err != nil:
		return err
	case answer.StatusCode/100 != 2:
		return fmt.Errorf("no tunnel: %s", answer.Status)
	case r.Buffered() > 0:
		return fmt.Errorf("bytes before ours in the tunnel")
	}
	return nil
}
