package lockfile

import (
	"net/url"
	"strings"
)

// vltID is a node's id taken apart. An id is a list of fields:
//
//	~REGISTRY~NAME@VERSION      a registry by its name or address
//	git~REMOTE~SELECTOR
//	remote~ADDRESS, file~PATH, workspace~PATH
//
// with one more field for modifiers and peers. Versions of vlt before 1.0 wrote
// a middle dot instead of the tilde, and escaped the fields in another way.
type vltID struct {
	kind   string // "registry", "git", "remote", "file" or "workspace"
	first  string // registry, remote, address or path
	second string // NAME@VERSION or selector
}

func parseVLTID(id string) (vltID, bool) {
	delimiter, decode := "~", decodeVLT
	if strings.Contains(id, "·") {
		delimiter, decode = "·", decodeOldVLT
	}
	parts := strings.Split(id, delimiter)
	kind, most := parts[0], 3
	if kind == "" || kind == "git" {
		most = 4
	}
	if len(parts) < most-1 || len(parts) > most {
		return vltID{}, false
	}
	parsed := vltID{kind: kind, first: decode(parts[1])}
	switch kind {
	case "":
		parsed.kind = "registry"
		parsed.second = decode(parts[2])
	case "git":
		parsed.second = decode(parts[2])
	case "remote", "file", "workspace":
	default:
		return vltID{}, false
	}
	return parsed, true
}

// nameVersion splits the second field of a registry's id.
func (id vltID) nameVersion() (name, version string, ok bool) {
	at := strings.LastIndexByte(id.second, '@')
	if at <= 0 {
		return "", "", false
	}
	return id.second[:at], id.second[at+1:], true
}

// vltEscapes are the characters that vlt writes as an underscore and a letter.
var vltEscapes = map[byte]byte{
	'_': '_', 'p': '+', 'b': '\\', 'c': ':', 't': '~', 'l': '<', 'g': '>',
	'q': '"', 'i': '|', 'm': '?', 'a': '*', 'd': '.', 's': ' ',
}

// decodeVLT undoes the escaping of a field. Escapes that vlt does not write are
// kept as they stand.
func decodeVLT(field string) string {
	var text strings.Builder
	for i := 0; i < len(field); i++ {
		c := field[i]
		switch {
		case c == '+':
			c = '/'
		case c == '_' && i+1 < len(field) && vltEscapes[field[i+1]] != 0:
			i++
			c = vltEscapes[field[i]]
		}
		text.WriteByte(c)
	}
	return text.String()
}

func decodeOldVLT(field string) string {
	field = strings.ReplaceAll(field, "§", "/")
	if text, err := url.PathUnescape(field); err == nil {
		return text
	}
	return field
}
