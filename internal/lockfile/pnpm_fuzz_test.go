package lockfile

import (
	"fmt"
	"strings"
	"testing"
)

func TestPnpmReferences(t *testing.T) {
	for _, file := range fixtureFiles(t, "lockfiles/pnpm-*/*/pnpm-lock.yaml") {
		checkReferences(t, parseTestFile(t, file))
	}
}

func FuzzPnpm(f *testing.F) {
	for _, text := range []string{pnpm53, pnpm60, pnpm90, pnpm130, pnpmTwo} {
		f.Add([]byte(text))
	}
	addFixtures(f, "lockfiles/pnpm-*/*/pnpm-lock.yaml", "lockfiles-hostile/pnpm-*/pnpm-lock.yaml")
	f.Fuzz(func(t *testing.T, data []byte) { checkParse(t, "pnpm-lock.yaml", data) })
}

func BenchmarkPnpm(b *testing.B) {
	for name, data := range map[string][]byte{"9.0": largePnpm90(20_000), "13.0": largePnpm130(20_000)} {
		b.Run(name, func(b *testing.B) { benchmarkParse(b, "pnpm-lock.yaml", data) })
	}
}

func largePnpm90(n int) []byte {
	var b strings.Builder
	b.WriteString("lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      package-0:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n")
	for i := range n {
		fmt.Fprintf(&b, "\n  package-%d@1.0.%d:\n    resolution: {integrity: sha512-%0100d==}\n    engines: {node: '>=18'}\n", i, i, i)
	}
	b.WriteString("\nsnapshots:\n")
	for i := range n {
		fmt.Fprintf(&b, "\n  package-%d@1.0.%d:\n    dependencies:\n", i, i)
		for j := i + 1; j < min(n, i+4); j++ {
			fmt.Fprintf(&b, "      package-%d: 1.0.%d\n", j, j)
		}
	}
	return []byte(b.String())
}

func largePnpm130(n int) []byte {
	var b strings.Builder
	b.WriteString("{\n\t\"lockfileVersion\": \"13.0\",\n\n\t\"projects\": {\n\t\t\".\": {},\n\t},\n\n\t\"packages\": {\n")
	for i := range n {
		fmt.Fprintf(&b, "\t\t\"package-%d@1.0.%d\": {\n\t\t\t\"integrity\": \"sha512-%0100d==\",\n\t\t\t\"dependencies\": {\n", i, i, i)
		for j := i + 1; j < min(n, i+4); j++ {
			fmt.Fprintf(&b, "\t\t\t\t\"package-%d\": \"1.0.%d\",\n", j, j)
		}
		b.WriteString("\t\t\t},\n\t\t},\n\n")
	}
	b.WriteString("\t},\n}\n")
	return []byte(b.String())
}
