package policy

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/npm"
)

// maxAge bounds the cooldown. A longer one is a slip of the unit.
const maxAge = 366 * 24 * time.Hour

const digits = "0123456789"

// ageUnits are the units of a duration, in the order in which they are written.
var ageUnits = []struct {
	name   string
	length time.Duration
}{
	{"w", 7 * 24 * time.Hour},
	{"d", 24 * time.Hour},
	{"h", time.Hour},
	{"m", time.Minute},
	{"s", time.Second},
}

// parseAge reads a duration of whole weeks, days, hours, minutes and seconds,
// such as "72h", "3d" or "1w12h". A bare number is refused: the settings of
// package managers count in days, minutes or seconds.
func parseAge(text string) (time.Duration, *ConfigError) {
	if strings.Trim(text, digits) == "" {
		return 0, mistake("write the unit too, such as 72h for hours or 3d for days", "the age %s has no unit", quote(text))
	}
	var age time.Duration
	rest := text
	for _, unit := range ageUnits {
		number := rest[:len(rest)-len(strings.TrimLeft(rest, digits))]
		after, ok := strings.CutPrefix(rest[len(number):], unit.name)
		if !ok || number == "" {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n > int64(maxAge/unit.length) {
			return 0, errTooLong(text)
		}
		age += time.Duration(n) * unit.length
		rest = after
	}
	switch {
	case rest != "":
		return 0, mistake("write it as 72h, 3d or 1w", "the age %s is not a duration", quote(text))
	case age > maxAge:
		return 0, errTooLong(text)
	case age == 0:
		return 0, mistake("to go without a cooldown write checks: {too-new: off}", "the age %s is no cooldown", quote(text))
	}
	return age, nil
}

func errTooLong(text string) *ConfigError {
	return mistake("write at most 366d", "the age %s is too long", quote(text))
}

func parseLevel(text string) (finding.Severity, *ConfigError) {
	switch level := finding.Severity(text); level {
	case finding.Off, finding.Warning, finding.Error:
		return level, nil
	}
	return "", mistake(suggest(text, []string{"off", "warning", "error"}, "the levels are "), "no level is called %s", quote(text))
}

func parseSecurityFix(text string) (warns bool, _ *ConfigError) {
	switch text {
	case "warn", "block":
		return text == "warn", nil
	}
	return false, mistake("write warn or block", "security fixes cannot be set to %s", quote(text))
}

func parseAllow(text string) (bool, *ConfigError) {
	switch text {
	case "allow", "block":
		return text == "allow", nil
	}
	return false, mistake("write allow or block", "a gap cannot be set to %s", quote(text))
}

// parseRegistry checks and normalizes a registry's address as the registry
// client does: lower case host, no default port, a slash at the end. Its
// mistakes do not repeat the address, which may hold credentials.
func parseRegistry(text string) (string, *ConfigError) {
	const example = `write it as "https://npm.example/"`
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Hostname() == "", u.Scheme != "https" && u.Scheme != "http":
		return "", mistake(example, "a registry must be an https address")
	case u.User != nil:
		return "", mistake("remove them; the registry's token belongs in .npmrc", "a registry's address must not hold credentials")
	case u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return "", mistake(example, "a registry's address has no query and no fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", mistake("write https; only loopback addresses may be http", "a registry must be an https address")
	}
	u.Host = strings.ToLower(u.Host)
	if port := u.Port(); port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return npm.WithSlash(u.String()), nil
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}

func parseScope(text string) (string, *ConfigError) {
	if !isScope(text) {
		return "", mistake(`write it as "@myorg"`, "%s is not a scope", quote(text))
	}
	return text, nil
}

// isScope refuses the asterisk, which npm allows in old names: here it would
// look like a wildcard.
func isScope(text string) bool {
	return strings.HasPrefix(text, "@") && npm.CheckName(text+"/x") == nil && !strings.Contains(text, "*")
}

// parsePattern reads a package name or "@scope/*". Other wildcards are refused:
// names outside a scope belong to whoever takes them.
func parsePattern(text string) (string, *ConfigError) {
	if scope, wide := strings.CutSuffix(text, "/*"); wide && isScope(scope) {
		return text, nil
	}
	if strings.Contains(text, "*") || npm.CheckName(text) != nil {
		return "", mistake(`write a package's name, or "@myorg/*" for a scope`, "%s is neither a package nor a scope", quote(text))
	}
	return text, nil
}

func parsePackage(text string) (string, *ConfigError) {
	if strings.Contains(text, "*") {
		return "", mistake("write one exception for each package", "an exception cannot cover the packages %s", quote(text))
	}
	if err := npm.CheckName(text); err != nil {
		return "", mistake("write the name as the lockfile has it", "%s is an %v", quote(text), err)
	}
	return text, nil
}

// parseVersion accepts exactly what a lockfile holds for one version.
func parseVersion(text string) (string, *ConfigError) {
	if v, err := npm.ParseVersion(text); err != nil || v.String() != text {
		return "", mistake("write one version as the lockfile has it, such as 1.2.3", "%s is not an exact version", quote(text))
	}
	return text, nil
}

func parseIntegrity(text string) (npm.Integrity, *ConfigError) {
	in, err := npm.ParseIntegrity(text)
	if err != nil {
		return nil, mistake("copy it from the lockfile, such as sha512-…, or delete the key", "%v", err)
	}
	return in, nil
}

func parseText(text string) (string, *ConfigError) { return strings.TrimSpace(text), nil }

// parseExpiry reads a day, which is valid to its end in UTC, or an instant.
func parseExpiry(text string) (Expiry, *ConfigError) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return Expiry{End: day.AddDate(0, 0, 1), Written: text}, nil
	}
	if instant, err := time.Parse(time.RFC3339, text); err == nil {
		return Expiry{End: instant.UTC(), Written: text}, nil
	}
	return Expiry{}, mistake("write a day of the calendar as 2027-01-15", "%s is not a date", quote(text))
}
