package npmregistry

import (
	"net/url"
	"testing"
)

func TestProxies(t *testing.T) {
	env := []string{"https_proxy=http://s.proxy:1", "HTTP_PROXY=http://p.proxy:2", "NO_PROXY=.direct.example, other"}
	tests := []struct {
		name    string
		files   configFiles
		address string
		want    string
	}{
		{"none", configFiles{}, "https://h.example/", ""},
		{"environment", configFiles{environ: env}, "https://h.example/", "http://s.proxy:1"},
		{"https_proxy serves http too", configFiles{environ: env}, "http://h.example/", "http://s.proxy:1"},
		{"HTTP_PROXY alone does not serve https", configFiles{environ: env[1:]}, "https://h.example/", ""},
		{"HTTP_PROXY", configFiles{environ: env[1:]}, "http://h.example/", "http://p.proxy:2"},
		{"domain without proxy", configFiles{environ: env}, "https://a.direct.example/", ""},
		{"domain itself", configFiles{environ: env}, "https://direct.example/", ""},
		{"end of a word is no domain", configFiles{environ: env}, "https://indirect.example/", "http://s.proxy:1"},
		{"setting before environment", configFiles{environ: env, user: "https-proxy=http://c.proxy:3"}, "http://h.example/", "http://c.proxy:3"},
		{"https-proxy before proxy", configFiles{user: "proxy=http://d.proxy\nhttps-proxy=http://c.proxy"}, "https://h.example/", "http://c.proxy"},
		{"proxy serves https too", configFiles{user: "proxy=http://d.proxy"}, "https://h.example/", "http://d.proxy"},
		{"noproxy replaces NO_PROXY", configFiles{environ: env, user: "noproxy=h.example"}, "https://a.direct.example/", "http://s.proxy:1"},
		{"noproxy", configFiles{environ: env, user: "noproxy[]=x\nnoproxy[]=h.example"}, "https://h.example/", ""},
		{"switched off", configFiles{global: "proxy=http://d.proxy", user: "proxy=false"}, "https://h.example/", ""},
		{"this machine", configFiles{environ: env}, "http://127.0.0.1:4873/", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := loadTest(t, tt.files)
			if err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(tt.address)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if proxy := c.proxies.forURL(u); proxy != nil {
				got = proxy.String()
			}
			if got != tt.want {
				t.Errorf("proxy for %s: got %q, want %q", tt.address, got, tt.want)
			}
		})
	}
}
