// Package archtest keeps the import map of the house. It parses the files
// in-process: a test that shells out to the go command is cached by its own
// files, and would not notice an import that somebody adds elsewhere.
package archtest_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/steward-bot/steward/"

// rooms says which of our own packages the files of a folder may import,
// besides their own room. The longest matching folder counts.
var rooms = map[string][]string{
	"ops":               {},
	"rbac":              {"ops", "internal/redact"},
	"justify":           {"ops", "internal/store", "internal/redact"},
	"audit":             {"ops", "internal/store", "internal/redact"},
	"bot":               {"ops", "internal/store", "internal/redact"},
	"kube":              {"ops", "internal/store", "internal/redact"},
	"timeline":          {"ops", "kube", "internal/store", "internal/redact"},
	"diagnose":          {"ops", "kube", "internal/store", "internal/redact"},
	"actions":           {"ops", "kube", "actions/guard", "internal/store", "internal/redact"},
	"actions/guard":     {"ops"},
	"standin":           {},
	"internal/store":    {},
	"internal/redact":   {},
	"internal/settings": {},
	"internal/server":   {"ops"},
	"cmd":               {"*"},
}

// libraries says where a library may be imported, and nowhere else.
var libraries = map[string][]string{
	"github.com/slack-go/slack":       {"bot", "standin"},
	"github.com/casbin/casbin":        {"rbac"},
	"github.com/andygrunwald/go-jira": {"justify/jira.go", "audit/jira.go"},
	"github.com/riverqueue/river":     {"internal/store"},
	"github.com/google/cel-go":        {"diagnose"},
	"k8s.io/apiserver":                {"diagnose"},
}

type file struct {
	path    string // from the top, with slashes
	imports []string
	test    bool
}

func TestEveryFileImportsOnlyWhatItsRoomMay(t *testing.T) {
	for _, f := range files(t) {
		if f.test {
			continue // tests may use stand-ins and clusters
		}
		for _, imported := range f.imports {
			if complaint := check(f.path, imported); complaint != "" {
				t.Errorf("%s imports %s: %s", f.path, imported, complaint)
			}
		}
	}
}

func TestEveryLibraryStaysInItsRoom(t *testing.T) {
	for _, f := range files(t) {
		if f.test {
			continue
		}
		for _, imported := range f.imports {
			for library, places := range libraries {
				if strings.HasPrefix(imported, library) && !slices.ContainsFunc(places, func(p string) bool { return strings.HasPrefix(f.path, p) }) {
					t.Errorf("%s imports %s, which only %s may", f.path, imported, strings.Join(places, ", "))
				}
			}
		}
	}
}

func TestTheMapBites(t *testing.T) {
	for _, seeded := range []struct{ path, imported, want string }{
		{"ops/plan.go", module + "kube", "ops may import nothing of ours"},
		{"actions/guard/lock.go", module + "actions", "actions/guard may import of ours only: ops"},
		{"bot/parse.go", module + "actions", "bot may import of ours only: internal/redact, internal/store, ops"},
		{"newroom/x.go", module + "ops", "this folder is no room of the house: add it to the import map, with an ADR"},
	} {
		if got := check(seeded.path, seeded.imported); got != seeded.want {
			t.Errorf("%s importing %s: got %q, want %q", seeded.path, seeded.imported, got, seeded.want)
		}
	}
}

// check gives the complaint about one import, or "".
func check(path, imported string) string {
	own, ours := strings.CutPrefix(imported, module)
	if !ours {
		return ""
	}
	room, allowed, known := roomOf(path)
	if !known {
		return "this folder is no room of the house: add it to the import map, with an ADR"
	}
	target, _, _ := roomOf(own + "/x.go")
	if target == room || slices.Contains(allowed, target) || slices.Contains(allowed, "*") {
		return ""
	}
	if len(allowed) == 0 {
		return room + " may import nothing of ours"
	}
	slices.Sort(allowed)
	return room + " may import of ours only: " + strings.Join(allowed, ", ")
}

func roomOf(path string) (room string, allowed []string, known bool) {
	for name, may := range rooms {
		if strings.HasPrefix(path, name+"/") && len(name) > len(room) {
			room, allowed, known = name, may, true
		}
	}
	return room, slices.Clone(allowed), known
}

func files(t *testing.T) []file {
	t.Helper()
	top := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(top, "go.mod")); err != nil {
		t.Fatal("the test does not stand where it thinks: ", err)
	}
	found := []file{}
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(top, path)
		rel = filepath.ToSlash(rel)
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && rel != "." || rel == "standin/controlplane" || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := file{path: rel, test: strings.HasSuffix(path, "_test.go") || strings.HasPrefix(rel, "test/") || strings.HasPrefix(rel, "internal/test")}
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			f.imports = append(f.imports, imported)
		}
		found = append(found, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 20 {
		t.Fatalf("only %d files were found", len(found))
	}
	return found
}
