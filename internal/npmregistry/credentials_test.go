package npmregistry

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestCredentials(t *testing.T) {
	const userFile = `
//h.example/:_authToken=root
//h.example/team/:_authToken=team
//h.example/slashless:_authToken=slashless
//h.example:8443/:_authToken=port
//basic.example/:_auth=dTpw
//pair.example/:username=u
//pair.example/:_password=cA==
//half.example/:username=u
//var.example/:_authToken=${TOKEN}
//unset.example/:_authToken=${UNSET}
//127.0.0.1:4873/:_authToken=local
//localhost:4873/:_authToken=localhost
_authToken=nowhere
`
	tests := []struct{ address, want string }{
		{"https://h.example/a", "Bearer root"},
		{"https://h.example/team/@s%2fa", "Bearer team"},
		{"https://h.example/team", "Bearer root"},
		{"https://h.example/teams/a", "Bearer root"},
		{"https://h.example/slashless/a", "Bearer slashless"},
		{"https://h.example/slashlessness/a", "Bearer root"},
		{"https://H.EXAMPLE/a", "Bearer root"},
		{"https://h.example:8443/a", "Bearer port"},
		{"https://h.example:9443/a", ""},
		{"https://sub.h.example/a", ""},
		{"https://example/a", ""},
		{"http://h.example/a", ""},
		{"https://basic.example/a", "Basic dTpw"},
		{"https://pair.example/a", "Basic dTpw"},
		{"https://half.example/a", ""},
		{"https://var.example/a", "Bearer v"},
		{"https://unset.example/a", ""},
		{"http://127.0.0.1:4873/a", "Bearer local"},
		{"http://localhost:4873/a", "Bearer localhost"},
		{"https://registry.npmjs.org/a", ""},
	}
	c, err := loadTest(t, configFiles{user: userFile, environ: []string{"TOKEN=v"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		req, err := http.NewRequest(http.MethodGet, tt.address, nil)
		if err != nil {
			t.Fatal(err)
		}
		sent := c.authorize(req)
		if got := req.Header.Get("Authorization"); got != tt.want || sent != (tt.want != "") {
			t.Errorf("authorize(%s): got %q, %v, want %q", tt.address, got, sent, tt.want)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, c); strings.Contains(text, "slashless") {
			t.Errorf("Sprintf(%q) of the configuration shows a credential: %s", verb, text)
		}
		if text := fmt.Sprintf(verb, secret("slashless")); strings.Contains(text, "slashless") {
			t.Errorf("Sprintf(%q) of a secret shows it: %s", verb, text)
		}
	}
}

func TestYarnToken(t *testing.T) {
	c, err := loadTest(t, configFiles{
		yarnrc: "npmAuthToken: \"${T-}\"\nnpmRegistryServer: https://y.example\n" +
			"npmScopes: {s: {npmRegistryServer: https://s.example/n, npmAuthToken: \"${NONE:-fallback}\"}}\n" +
			"npmRegistries: {\"//r.example\": {npmAuthToken: r}}\n",
		environ: []string{"T=top"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"https://y.example/a":   "Bearer top",
		"https://s.example/n/a": "Bearer fallback",
		"https://s.example/a":   "",
		"https://r.example/a":   "Bearer r",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(c.credentialFor(u)); got != want {
			t.Errorf("credentialFor(%s): got %q, want %q", address, got, want)
		}
	}
}
