package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// BinaryEnv names a control plane binary that is to be used whatever the
// sources say: in an image, say, that has no sources.
const BinaryEnv = "STEWARD_CONTROLPLANE"

// ErrNotBuilt says that the control plane has to be built first, and how.
var ErrNotBuilt = errors.New("the local control plane is not built; build it once with: make controlplane (some minutes)")

// errNoSources says that the working directory is in no checkout of steward.
var errNoSources = errors.New("the control plane's sources are not here: run this in a checkout of steward, or set " + BinaryEnv + " to a built binary")

// module is the line by which the checkout's root is recognised.
const module = "module github.com/steward-bot/steward"

// Path is where the binary for these sources and this machine is, or will be
// when it is built. Outside a checkout it is the newest that has been built.
func Path() (string, error) {
	if path := os.Getenv(BinaryEnv); path != "" {
		return path, nil
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the user's cache directory: %w", err)
	}
	cache := filepath.Join(user, "steward")
	source, err := sourceDir()
	if errors.Is(err, errNoSources) {
		if all := builtIn(cache); len(all) > 0 {
			return all[0], nil
		}
	}
	if err != nil {
		return "", err
	}
	sum, err := fingerprint(source)
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "controlplane-"+sum, "controlplane"), nil
}

// builtIn lists the binaries in the cache, the newest first.
func builtIn(cache string) []string {
	found, err := filepath.Glob(filepath.Join(cache, "controlplane-*", "controlplane"))
	if err != nil {
		return nil // only a bad pattern is an error
	}
	age := map[string]time.Time{}
	for _, path := range found {
		if info, err := os.Stat(path); err == nil {
			age[path] = info.ModTime()
		}
	}
	slices.SortFunc(found, func(a, b string) int { return age[b].Compare(age[a]) })
	return found
}

// Built is Path of a binary that exists, or ErrNotBuilt.
func Built() (string, error) {
	path, err := Path()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w (%s is missing)", ErrNotBuilt, path)
	}
	return path, nil
}

// sourceDir finds standin/controlplane by walking up from the working
// directory, which is a package's own folder in its tests.
func sourceDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(data), module+"\n") {
			return filepath.Join(dir, "standin", "controlplane"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errNoSources
		}
		dir = parent
	}
}

// fingerprint is a hash of all that the binary is made from: the sources, the
// modules' sums, how it is built, and for which machine.
func fingerprint(source string) (string, error) {
	sum := sha256.New()
	_, _ = fmt.Fprintln(sum, runtime.GOOS, runtime.GOARCH, buildFlags())
	err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !goesIn(path) {
			return err
		}
		name, err := filepath.Rel(source, path)
		if err != nil {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		_, _ = fmt.Fprintln(sum, filepath.ToSlash(name))
		_, err = io.Copy(sum, file)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("reading the control plane's sources: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// goesIn tells the files that end up in the binary from tests and notes.
func goesIn(path string) bool {
	switch filepath.Ext(path) {
	case ".go":
		return !strings.HasSuffix(path, "_test.go")
	case ".mod", ".sum", ".tmpl", ".yaml":
		return true
	}
	return false
}
