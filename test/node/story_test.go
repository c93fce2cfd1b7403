//go:build node

package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/steward-bot/steward/internal/testnode"
)

// story is a manifest of what goes wrong, and at its head, in comments, what
// steward has to say in the end:
//
//	# says: memory-limit-too-low
//	# summary: web is killed …
//	# remedy: Raise …
//	# target: job/web
type story struct {
	name     string
	says     string // the first cause's id, or healthy
	summary  string // of that cause, if given; {namespace} is the story's own
	remedy   string // its first remedy, if given
	target   string // deployment/web if not given
	manifest string
}

func stories(t *testing.T) []story {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("stories", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	var all []story
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := readStory(strings.TrimSuffix(filepath.Base(file), ".yaml"), text)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, s)
	}
	return all
}

func readStory(name string, text []byte) (story, error) {
	s := story{name: name, target: "deployment/web"}
	for line := range strings.Lines(string(text)) {
		key, value, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "# ")), ": ")
		if !ok || !strings.HasPrefix(line, "# ") {
			break
		}
		field := map[string]*string{"says": &s.says, "summary": &s.summary, "remedy": &s.remedy, "target": &s.target}[key]
		if field == nil {
			return s, fmt.Errorf("nobody knows what %q at the head means", key)
		}
		*field = value
	}
	if s.says == "" {
		return s, fmt.Errorf("its head does not tell what steward says")
	}
	var docs [][]byte
	for _, doc := range bytes.Split(text, []byte("\n---\n")) {
		placed, err := onTheNode(doc)
		if err != nil {
			return s, err
		}
		docs = append(docs, placed)
	}
	s.manifest = string(bytes.Join(docs, []byte("\n---\n")))
	return s, nil
}

// onTheNode lets the pods of an object run on the real node, which others do
// not, and end soon.
func onTheNode(doc []byte) ([]byte, error) {
	var object map[string]any
	if err := yaml.Unmarshal(doc, &object); err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	spec, _ := object["spec"].(map[string]any)
	if template, ok := spec["template"].(map[string]any); ok {
		spec, _ = template["spec"].(map[string]any)
	}
	if _, ok := spec["containers"]; ok {
		spec["nodeSelector"] = map[string]any{testnode.Label: "true"}
		spec["tolerations"] = []any{map[string]any{"key": testnode.Label, "operator": "Exists"}}
		spec["terminationGracePeriodSeconds"] = 1
	}
	return json.Marshal(object)
}
