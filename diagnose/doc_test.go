package diagnose

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestThePackageCommentKnowsEveryFile keeps the list in doc.go true: every file
// is on it, and all that it names is there.
func TestThePackageCommentKnowsEveryFile(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	list, _, _ := strings.Cut(string(text), "# Adding a cause")
	patterns := regexp.MustCompile(`[a-z_]+\*?\.go\b`).FindAllString(list, -1)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, file := range files {
		if file == "doc.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		at := slices.IndexFunc(patterns, func(pattern string) bool {
			is, err := filepath.Match(pattern, file)
			return err == nil && is
		})
		if at < 0 {
			t.Errorf("doc.go does not say what %s is for", file)
			continue
		}
		used[patterns[at]] = true
	}
	for _, pattern := range patterns {
		if !used[pattern] {
			t.Errorf("doc.go names %s, and there is no such file", pattern)
		}
	}
}
