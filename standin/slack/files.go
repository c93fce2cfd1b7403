package slack

import (
	"sync"
)

// file is one uploaded file.
type file struct {
	id       string
	name     string
	title    string
	size     int    // as announced by files.getUploadURLExternal
	data     []byte // nil until uploaded
	channels []string
}

// maxFile bounds what is kept of one upload. Slack takes a gigabyte; a stand-in
// that runs in memory refuses more than this.
const maxFile = 8 << 20

// keptFiles is how many files are remembered; the oldest are forgotten.
const keptFiles = 100

// files keep the last uploads.
type files struct {
	mu    sync.Mutex
	byID  map[string]file
	order []string
}

func newFiles() *files { return &files{byID: map[string]file{}} }

func (f *files) add(added file) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.order) == keptFiles {
		delete(f.byID, f.order[0])
		f.order = f.order[1:]
	}
	f.byID[added.id] = added
	f.order = append(f.order, added.id)
}

func (f *files) find(id string) (file, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	found, ok := f.byID[id]
	return found, ok
}

// change edits one file and reports whether it exists.
func (f *files) change(id string, how func(*file)) (file, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	found, ok := f.byID[id]
	if !ok {
		return file{}, false
	}
	how(&found)
	f.byID[id] = found
	return found, true
}
