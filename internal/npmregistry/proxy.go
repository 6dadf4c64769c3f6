package npmregistry

import (
	"net/url"
	"slices"
	"strings"
)

// proxies holds npm's choice of proxies, which differs from that of most other
// programs: https-proxy and proxy serve both http and https; noproxy takes
// domain names alone, each with what lies below it, and knows neither ports nor
// address ranges nor "*".
type proxies struct {
	https, http *url.URL // settings https-proxy and proxy
	none        []string // setting noproxy

	// From the environment, where no setting says otherwise.
	envHTTPS, envHTTP *url.URL
	envNone           []string
}

// readEnvironment takes HTTPS_PROXY, HTTP_PROXY, PROXY and NO_PROXY, in any
// case. A malformed address is ignored there: it may not be meant for npm.
func (p *proxies) readEnvironment(environ []string) {
	var plain, fallback *url.URL
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		switch strings.ToLower(name) {
		case "https_proxy":
			p.envHTTPS = parseProxy(value)
		case "http_proxy":
			plain = parseProxy(value)
		case "proxy":
			fallback = parseProxy(value)
		case "no_proxy":
			p.envNone = splitDomains(value)
		}
	}
	for _, candidate := range []*url.URL{fallback, plain, p.envHTTPS} {
		if candidate != nil {
			p.envHTTP = candidate
		}
	}
}

// set takes one of the settings proxy, https-proxy and noproxy.
func (p *proxies) set(at *setting) error {
	if at.key == "noproxy" {
		p.none = splitDomains(strings.Join(at.values, ","))
		return nil
	}
	text, err := at.text()
	if err != nil {
		return err
	}
	var proxy *url.URL
	if text != "" && text != "false" {
		if proxy = parseProxy(text); proxy == nil {
			return at.errorf("is not an http, https or socks5 address")
		}
	}
	if at.key == "proxy" {
		p.http = proxy
	} else {
		p.https = proxy
	}
	return nil
}

// parseProxy reads the address of a proxy; nil if it is none.
func parseProxy(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return nil
	}
	return u
}

func splitDomains(list string) []string {
	var domains []string
	for domain := range strings.SplitSeq(list, ",") {
		if domain = strings.Trim(strings.ToLower(trimSpace(domain)), "."); domain != "" && domain != "null" {
			domains = append(domains, domain)
		}
	}
	return domains
}

// forURL returns the proxy for an address, or nil. This machine is never asked
// through one, whatever npm does: a proxy would reach another machine.
func (p *proxies) forURL(u *url.URL) *url.URL {
	proxy := p.https
	if proxy == nil {
		proxy = p.http
	}
	if proxy == nil {
		if proxy = p.envHTTP; u.Scheme == "https" {
			proxy = p.envHTTPS
		}
	}
	none := p.none
	if none == nil {
		none = p.envNone
	}
	host := strings.ToLower(u.Hostname())
	if proxy == nil || isLoopback(host) {
		return nil
	}
	for _, domain := range none {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return nil
		}
	}
	return proxy
}
