package npmregistry

import (
	"errors"
	"strings"
	"testing"

	"github.com/install-gate/gate/internal/npm"
)

func TestClientAttestations(t *testing.T) {
	tests := []struct {
		name, files string
		id          npm.ID
		want        string
		wantErr     string // a part of it
		is          error
	}{
		{"as they are", "-- attestations/p@1.0.0.json --\n{\"any\": 1}\n", npm.ID{Name: "p", Version: "1.0.0"}, "{\"any\": 1}\n", "", nil},
		{"of a scope", "-- attestations/@s/p@1.0.0.json --\n{}\n", npm.ID{Name: "@s/p", Version: "1.0.0"}, "{}\n", "", nil},
		{"none", "", npm.ID{Name: "p", Version: "1.0.0"}, "", "the attestations of p@1.0.0", ErrNotFound},
		{"a version that is a path", "", npm.ID{Name: "p", Version: "1.0.0/../../keys?x#y"}, "", "no such", ErrNotFound},
		{"not a name", "", npm.ID{Name: "../keys", Version: "1.0.0"}, "", "../keys", nil},
		{"too large", "-- behaviour/p.txt --\npad 4194304\n-- attestations/p@1.0.0.json --\n{}\n", npm.ID{Name: "p", Version: "1.0.0"}, "", "too large", errTooLarge},
		{"busy", "-- behaviour/p.txt --\nstatus 503\ntimes 2\n-- attestations/p@1.0.0.json --\n{}\n", npm.ID{Name: "p", Version: "1.0.0"}, "{}\n", "", nil},
		{"refused", "-- behaviour/p.txt --\nauth Bearer x\n", npm.ID{Name: "p", Version: "1.0.0"}, "", "token", ErrUnauthorized},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, client := start(t, tt.files, "")
			got, err := client.Attestations(t.Context(), tt.id)
			if string(got) != tt.want || (err != nil) != (tt.wantErr != "") {
				t.Fatalf("got %q, %v, want %q, error %q", got, err, tt.want, tt.wantErr)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.wantErr) || tt.is != nil && !errors.Is(err, tt.is)) {
				t.Errorf("got error %v, want %q that is %v", err, tt.wantErr, tt.is)
			}
		})
	}
}

func TestClientKeys(t *testing.T) {
	server, client := start(t, "-- keys.json --\n{\"keys\": []}\n", "//{{host}}/:_authToken=t0ken\n")
	got, err := client.Keys(t.Context(), "p")
	if err != nil || string(got) != "{\"keys\": []}\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if got := server.Authorizations(); len(got) != 1 || got[0] != "Bearer t0ken" {
		t.Errorf("Authorization headers: got %q, want the registry's token", got)
	}
	_, client = start(t, "", "")
	if _, err := client.Keys(t.Context(), "p"); !errors.Is(err, ErrNotFound) {
		t.Errorf("without keys: got %v, want ErrNotFound", err)
	}
}
