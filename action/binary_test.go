package action

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// release serves a binary as a release and returns the address of the releases
// and the line of checksums.txt for it.
func release(t *testing.T) (url, pin string) {
	t.Helper()
	data, err := os.ReadFile(gateBinary)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1.2.3/gate_1.2.3_linux_amd64" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(server.Close)
	sum := sha256.Sum256(data)
	return server.URL, hex.EncodeToString(sum[:]) + "  gate_1.2.3_linux_amd64\n"
}

func TestDownload(t *testing.T) {
	url, pin := release(t)
	wrong := strings.Repeat("0", 64) + pin[64:]
	tests := []struct {
		name      string
		checksums string
		platform  string
		code      int
		says      string
	}{
		{"the pinned binary", "# a comment\n" + pin, "", 0, "pass: "},
		{"another binary", wrong, "", 3, "the download is not the gate that this action pins"},
		{"half a checksum", pin[32:], "", 3, "pins no release of gate"},
		{"two binaries", pin + pin, "", 3, "pins two releases"},
		{"no binary for the platform", pin, "macOS-ARM64", 3, "pins no release of gate for darwin_arm64"},
		{"no such release", strings.ReplaceAll(pin, "1.2.3", "1.2.4"), "", 3, "gate_1.2.4_linux_amd64 could not be downloaded"},
		{"another operating system", pin[:64] + "  gate_1.2.3_windows_amd64-exe\n", "Windows-X64", 3, "pins no release of gate for windows_amd64.exe"},
	}
	r := newRepository(t, project(t, "clean", ""))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := step{checksums: tt.checksums, platform: tt.platform, inputs: map[string]string{"path": "", "release-url": url}}
			got := s.run(t, r, t.TempDir())
			got.says(t, tt.says)
			if got.code != tt.code {
				t.Errorf("got code %d, want %d\n%s", got.code, tt.code, got.log)
			}
		})
	}
}
