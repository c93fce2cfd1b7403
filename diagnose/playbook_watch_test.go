package diagnose

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// write puts a text into a file at once, as an editor does.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// gapPlaybook is one by which it can be told which playbooks are in force.
func gapPlaybook(missing string) string {
	return "playbook: mine\ntitle: My own\nabout: [Deployment]\nflow:\n  - ask: controller-behind\n    no: {gap: " + missing + "}\n"
}

func TestABadPlaybookNeverReplacesTheLastGoodOne(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "mine.yaml")
	write(t, file, gapPlaybook("the moon"))
	write(t, filepath.Join(folder, "mine_test.yaml"), "no playbook")
	core, logs := observer.New(zap.InfoLevel)
	d := New(nil, Options{Log: zap.New(core)})
	if err := d.UsePlaybooks(folder); err != nil {
		t.Fatal(err)
	}
	d.folder.every = 5 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan struct{})
	go func() { d.WatchPlaybooks(ctx); close(ended) }()

	snapshot := snapshotOf(t, "steady", "")
	misses := func() string {
		got := d.Decide(snapshot).Unknown
		if len(got) == 0 {
			return ""
		}
		return got[0].Missing
	}
	if misses() != "the moon" {
		t.Fatalf("got %q", misses())
	}

	write(t, file, gapPlaybook("the sun"))
	waitFor(t, "the changed playbook", func() bool { return misses() == "the sun" })

	write(t, file, "playbook: mine\ntitel: x\n")
	waitFor(t, "the refusal", func() bool { return d.PlaybooksErr() != nil })
	if got := d.PlaybooksErr().Error(); !strings.HasPrefix(got, "the playbooks before stay in force: "+file+`:2: unknown key "titel"; did you mean title?`) {
		t.Error(got)
	}
	if logs.FilterMessage("playbooks not taken").Len() != 1 || misses() != "the sun" {
		t.Errorf("it was not logged once, or the last good one is gone: %q, %v", misses(), logs.All())
	}

	write(t, file, gapPlaybook("the stars"))
	waitFor(t, "the mended playbook", func() bool { return misses() == "the stars" && d.PlaybooksErr() == nil })

	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the lost folder", func() bool { return d.PlaybooksErr() != nil })
	if misses() != "the stars" {
		t.Errorf("a lost folder has taken the playbooks away: %q", misses())
	}
	cancel()
	<-ended
}

func TestBadPlaybooksAreRefusedAtTheStart(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "mine.yml"), "playbook: mine\ntitel: x\n")
	d := New(nil, Options{})
	err := d.UsePlaybooks(folder)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(folder, "mine.yml")+`:2: unknown key "titel"`) {
		t.Errorf("got %v", err)
	}
	if err := d.UsePlaybooks(filepath.Join(folder, "nowhere")); err == nil || !strings.Contains(err.Error(), "there is no file or folder") {
		t.Errorf("got %v", err)
	}
	if err := d.UsePlaybooks(""); err != nil {
		t.Error(err)
	}
}
