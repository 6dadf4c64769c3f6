package npmregistry

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each case is the manifest of version 1.0.0 of package "p".
func TestDecodeManifest(t *testing.T) {
	tests := []struct {
		name, manifest string
		want           Manifest
	}{
		{"empty", `{}`, Manifest{}},
		{"null", `null`, Manifest{}},
		{"version with v", `{"version":"v1.0.0"}`, Manifest{}},
		{"version with build metadata", `{"version":"1.0.0+b"}`, Manifest{}},
		{"escaped key", `{"deprec\u0061ted":"x"}`, Manifest{Deprecated: "x"}},
		{"key of another case", `{"Deprecated":"x"}`, Manifest{}},
		{"deprecated true", `{"deprecated":true}`, Manifest{Deprecated: noReason}},
		{"deprecated false", `{"deprecated":false}`, Manifest{}},
		{"deprecated null", `{"deprecated":null}`, Manifest{}},
		{"deprecated object", `{"deprecated":{"a":1}}`, Manifest{Deprecated: `{"a":1}`}},
		{"gypfile with install script", `{"gypfile":true,"scripts":{"install":"node-gyp rebuild"}}`, Manifest{Scripts: map[string]string{"install": "node-gyp rebuild"}}},
		{"gypfile with preinstall script", `{"scripts":{"preinstall":"x"},"gypfile":true}`, Manifest{Scripts: map[string]string{"preinstall": "x"}}},
		{"gypfile with postinstall script", `{"gypfile":true,"scripts":{"postinstall":"x"}}`, Manifest{GypFile: true, Scripts: map[string]string{"postinstall": "x"}}},
		{"gypfile with empty install script", `{"gypfile":true,"scripts":{"install":""}}`, Manifest{GypFile: true}},
		{"gypfile false", `{"gypfile":false}`, Manifest{}},
		{"gypfile odd", `{"gypfile":"yes"}`, Manifest{GypFile: true}},
		{"scripts list", `{"scripts":["install"]}`, Manifest{}},
		{"script number", `{"scripts":{"install":1}}`, Manifest{Scripts: map[string]string{"install": "1"}}},
		{"bin map", `{"bin":{"a":"b"}}`, Manifest{Bin: map[string]string{"a": "b"}}},
		{"bin string", `{"bin":"b"}`, Manifest{Bin: map[string]string{"p": "b"}}},
		{"bin empty", `{"bin":""}`, Manifest{}},
		{"bin list", `{"bin":["b"]}`, Manifest{}},
		{"dependency list", `{"dependencies":["a@1","@s/b@^2","c","d >=1"," "]}`, Manifest{Dependencies: map[string]string{"a": "1", "@s/b": "^2", "c": "", "d": ">=1"}}},
		{"dependency text", `{"dependencies":"a, b@2"}`, Manifest{Dependencies: map[string]string{"a": "", "b": "2"}}},
		{"dependencies empty", `{"dependencies":{},"optionalDependencies":[]}`, Manifest{}},
		{"publisher text", `{"_npmUser":"ann <a@h.example>"}`, Manifest{Publisher: &Publisher{Account: Account{"ann", "a@h.example"}}}},
		{"publisher null", `{"_npmUser":null}`, Manifest{}},
		{"publisher empty", `{"_npmUser":{}}`, Manifest{}},
		{"maintainers text", `{"maintainers":"ann"}`, Manifest{Maintainers: []Account{{Name: "ann"}}}},
		{"maintainers null", `{"maintainers":null}`, Manifest{}},
		{"sizes odd", `{"dist":{"unpackedSize":-1,"fileCount":1.5}}`, Manifest{}},
		{"dist null", `{"dist":null}`, Manifest{}},
		{"attestations null", `{"dist":{"attestations":null,"signatures":null}}`, Manifest{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := DecodePackument(strings.NewReader(`{"versions":{"1.0.0":` + tt.manifest + `},"name":"p"}`))
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Version = "1.0.0"
			if diff := cmp.Diff(&tt.want, doc.Versions["1.0.0"]); diff != "" {
				t.Errorf("manifest %s (-want +got):\n%s", tt.manifest, diff)
			}
		})
	}
}
