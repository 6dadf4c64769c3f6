package npmregistry

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
)

// maxWords bounds the words of scripts, each counted once for every directory
// that the script changes to.
const maxWords = 20_000

var errWords = fmt.Errorf("scripts of more than %d words", maxWords)

// endings are what node, and what else runs scripts, looks for behind a name.
var endings = []string{".js", ".cjs", ".mjs", ".json", ".node", ".ts", ".cts", ".mts", ".jsx", ".tsx"}

// naming finds the files that lifecycle scripts name. It does not understand
// shells: each word that could be a path counts as one, and only those that
// are a file of the tarball matter in the end. To name one too many costs a
// second look at a script that did not change; one too few lets a changed
// file pass for a script that was approved.
type naming struct {
	*packageDocument
	commands map[string]string
	named    map[string]bool // in lower case, as some file systems ignore case
	words    int
	queue    []string // names of scripts that run
	builds   bool     // binding.gyp is read
}

// scriptFiles returns the hashes of the files that the lifecycle scripts name.
func (c *contents) scriptFiles(p *packageDocument) (map[string]string, error) {
	n := &naming{packageDocument: p, commands: c.Bin, named: map[string]bool{}, builds: c.GypFile}
	for name := range p.lifecycle {
		n.queue = append(n.queue, name)
	}
	if err := n.run(); err != nil {
		return nil, err
	}
	var files map[string]string
	for file, sum := range c.hashes {
		if file == packageJSON || !n.names(strings.ToLower(file)) {
			continue
		}
		if files == nil {
			files = map[string]string{}
		}
		files[file] = hexSum(sum)
	}
	return files, nil
}

// run takes the words of the scripts in the queue, and of those of package.json
// that they name, as "npm run build" does.
func (n *naming) run() error {
	followed := map[string]bool{}
	for len(n.queue) > 0 {
		name := n.queue[0]
		n.queue = n.queue[1:]
		if followed[name] {
			continue
		}
		followed[name] = true
		if err := n.script(n.scripts[name]); err != nil {
			return err
		}
	}
	return nil
}

func (n *naming) script(text string) error {
	directories := []string{""}
	before := ""
	for _, word := range scriptWords(text) {
		if before == "cd" || before == "pushd" || before == "--prefix" {
			directories = append(directories, word)
		}
		before = word
		if n.words += len(directories); n.words > maxWords {
			return errWords
		}
		for _, directory := range directories {
			n.file(path.Join(directory, word))
		}
		n.builds = n.builds || strings.Contains(word, "gyp")
		n.command(word)
	}
	return nil
}

// command takes what may be a command of the package or one of its scripts.
func (n *naming) command(word string) {
	if file, ok := n.commands[word]; ok {
		n.file(file)
	}
	if word == "." && n.main != "" {
		n.file(n.main)
	}
	for _, name := range []string{"pre" + word, word, "post" + word} {
		if _, ok := n.scripts[name]; ok {
			n.queue = append(n.queue, name)
		}
	}
}

// file takes what may be the path of a file, of a directory, or of either
// without its ending.
func (n *naming) file(name string) {
	name = path.Clean(strings.TrimLeft(name, "/"))
	if len(name) <= maxPath {
		n.named[strings.ToLower(name)] = true
	}
}

// names reports whether a file was named, in lower case.
func (n *naming) names(file string) bool {
	if n.named[file] || n.builds && file == bindingGyp {
		return true
	}
	directory, base := path.Dir(file), path.Base(file)
	if base == packageJSON {
		return n.named[directory] // says which file of the directory is run
	}
	ending := path.Ext(base)
	if !slices.Contains(endings, ending) {
		return false
	}
	stem := strings.TrimSuffix(base, ending)
	return n.named[path.Join(directory, stem)] || stem == "index" && n.named[directory]
}

// scriptWords returns the words of a script as a shell would see them, and
// what lies between all characters that can end a path: "sh -c 'node x'" has
// the words "node x" and x.
func scriptWords(text string) []string {
	words := shellWords(text)
	for _, word := range words {
		if variable, rest, ok := strings.Cut(word, "/"); ok && strings.HasPrefix(variable, "$") {
			words = append(words, rest) // most are another way to write "."
		}
	}
	return append(words, strings.FieldsFunc(strings.ReplaceAll(text, `\`, "/"), endsPath)...)
}

func endsPath(c rune) bool {
	return unicode.IsSpace(c) || strings.ContainsRune("\"'`;&|<>(){}[],=:?*!#$%^", c)
}

// shellWords splits at spaces and operators that are not quoted.
func shellWords(text string) []string {
	var words []string
	var word strings.Builder
	var quote rune
	escaped := false
	for _, c := range text + " " {
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			escaped = true
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && (unicode.IsSpace(c) || strings.ContainsRune(";&|<>()", c)):
			if word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
		default:
			word.WriteRune(c)
		}
	}
	if word.Len() > 0 { // a quote that does not end
		words = append(words, word.String())
	}
	return words
}
