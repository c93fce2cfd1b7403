package diagnose

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The bounds of playbooks. They are far above what a person can read.
const (
	playbookBytes  = 256 << 10
	playbooksLimit = 200
	stepsLimit     = 200
	checksLimit    = 100
	collectLimit   = 20
)

// testSuffix ends the names of files with the tests of playbooks. They lie
// beside them and are no playbooks.
const testSuffix = "_test.yaml"

// PlaybookFile is one file of playbooks.
type PlaybookFile struct {
	Name string // as errors show it
	Text []byte
}

// ReadPlaybooks reads files of playbooks, and folders of them. Of a folder
// whatever ends in .yaml or .yml counts, besides tests and hidden files.
func ReadPlaybooks(paths ...string) ([]PlaybookFile, error) {
	var files []PlaybookFile
	for _, path := range paths {
		names, err := playbookNames(path)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			text, err := readBounded(name, playbookBytes)
			if err != nil {
				return nil, fmt.Errorf("reading the playbook: %w", err)
			}
			files = append(files, PlaybookFile{name, text})
		}
	}
	if len(files) > playbooksLimit {
		return nil, fmt.Errorf("there are %d files of playbooks: the most are %d", len(files), playbooksLimit)
	}
	return files, nil
}

func playbookNames(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file or folder %s", path)
	case err != nil:
		return nil, fmt.Errorf("reading the playbooks: %w", err)
	case !info.IsDir():
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("reading the playbooks: %w", err)
	}
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		yaml := strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
		if !yaml || entry.IsDir() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, testSuffix) {
			continue
		}
		file := filepath.Join(path, name)
		if is, err := os.Stat(file); err == nil && !is.Mode().IsRegular() { // a pipe would be waited for
			return nil, fmt.Errorf("%s is no file", file)
		}
		names = append(names, file)
	}
	slices.Sort(names)
	return names, nil
}

// readBounded reads a file up to a little more than a limit, so that what is
// too long can be told and costs nothing.
func readBounded(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, limit+1))
}

// loadPlaybook reads one file of administrators'.
func (l *loader) loadPlaybook(file PlaybookFile) {
	if len(file.Text) > playbookBytes {
		l.wrong(file.Name, 0, "it is longer than %d KiB, the most that is read", playbookBytes>>10)
		return
	}
	l.loadFile(file.Name, file.Text, true)
}
