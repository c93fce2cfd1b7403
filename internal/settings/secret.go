package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Secret says where a secret is: env:NAME or file:PATH. It prints as that, and
// never as the secret.
type Secret struct{ where string }

// UnmarshalYAML takes env:NAME and file:PATH and refuses anything else, so
// that no secret ever stands in the settings file.
func (s *Secret) UnmarshalYAML(node *yaml.Node) error {
	var text string
	if err := node.Decode(&text); err != nil {
		return err
	}
	if text != "" && !strings.HasPrefix(text, "env:") && !strings.HasPrefix(text, "file:") {
		return fmt.Errorf("line %d: a secret must not stand in the settings: write env:NAME or file:PATH", node.Line)
	}
	s.where = text
	return nil
}

// Set tells whether the settings say where the secret is.
func (s Secret) Set() bool { return s.where != "" }

// String gives the place, which is no secret.
func (s Secret) String() string { return s.where }

// Value reads the secret now. A missing or empty one is an error that names
// the place.
func (s Secret) Value() (string, error) {
	value, err := read(s.where)
	if err != nil {
		return "", err
	}
	if value == "" {
		return "", fmt.Errorf("the secret %s is empty", s.where)
	}
	return value, nil
}

func read(where string) (string, error) {
	kind, name, _ := strings.Cut(where, ":")
	switch kind {
	case "env":
		return os.Getenv(name), nil
	case "file":
		raw, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("reading the secret %s: %w", where, err)
		}
		return strings.TrimSpace(string(raw)), nil
	}
	return "", fmt.Errorf("no place is set for this secret: write env:NAME or file:PATH")
}

// in makes a file:PATH relative to the settings file's folder.
func (s Secret) in(dir string) Secret {
	if path, ok := strings.CutPrefix(s.where, "file:"); ok && !filepath.IsAbs(path) {
		return Secret{"file:" + filepath.Join(dir, path)}
	}
	return s
}
