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

// errNoSources says that the working directory is in no checkout of steward.
var errNoSources = errors.New("the control plane's sources are not here: run this in a checkout of steward, or set " + BinaryEnv + " (for the kubelet " + KubeletEnv + ") to a built binary")

// module is the line by which the checkout's root is recognised.
const module = "module github.com/steward-bot/steward"

// path is where the program is, or will be when it is built.
func (t target) path() (string, error) {
	if path := os.Getenv(t.env); path != "" {
		return path, nil
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the user's cache directory: %w", err)
	}
	cache := filepath.Join(user, "steward")
	source, err := sourceDir()
	if errors.Is(err, errNoSources) {
		if all := t.builtIn(cache); len(all) > 0 {
			return all[0], nil
		}
	}
	if err != nil {
		return "", err
	}
	sum, err := t.fingerprint(source)
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, t.name+"-"+sum, t.name), nil
}

// builtIn lists the program's binaries in the cache, the newest first.
func (t target) builtIn(cache string) []string {
	found, err := filepath.Glob(filepath.Join(cache, t.name+"-*", t.name))
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

func (t target) built() (string, error) {
	path, err := t.path()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w (%s is missing)", t.missing, path)
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
func (t target) fingerprint(source string) (string, error) {
	sum := sha256.New()
	_, _ = fmt.Fprintln(sum, runtime.GOOS, runtime.GOARCH, buildFlags())
	err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(source, path)
		if err != nil || !t.goesIn(name) {
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
