package registrytest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
)

// BlockNetwork makes http.DefaultTransport, and what is cloned from it, refuse
// every address that is not on the loopback interface. TestMain functions call
// it, so that no test can depend on the network by mistake.
func BlockNetwork() {
	http.DefaultTransport = &http.Transport{DialContext: DialLoopback, ForceAttemptHTTP2: true}
}

// DialLoopback connects to a loopback address and to no other.
func DialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if addr, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !addr.IsLoopback()) {
		return nil, fmt.Errorf("a test wants to connect to %s, which is not on this machine", address)
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, address)
}
