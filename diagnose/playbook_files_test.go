package diagnose

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestAPipeAmongPlaybooksIsNotWaitedFor(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(folder, "x.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPlaybooks(folder); err == nil || !strings.Contains(err.Error(), "x.yaml is no file") {
		t.Errorf("got %v", err)
	}
}
