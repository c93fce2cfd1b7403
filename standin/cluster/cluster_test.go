package cluster

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// started is a cluster of one node and the process ids of its components.
func started(t *testing.T) (*Cluster, []string) {
	t.Helper()
	var log bytes.Buffer
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := Start(ctx, Options{Nodes: 1, Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	var pids []string
	for _, match := range regexp.MustCompile(`started \S+ \(pid (\d+)\)`).FindAllStringSubmatch(log.String(), -1) {
		pids = append(pids, match[1])
	}
	if len(pids) != 6 {
		t.Fatalf("the control plane has started %d components, not six:\n%s", len(pids), log.String())
	}
	return c, pids
}

// alive are those of the processes that still run; one that has ended and that
// nobody has waited for does not.
func alive(pids []string) []string {
	var list []string
	for _, pid := range pids {
		out, err := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
		if state := strings.TrimSpace(string(out)); err == nil && state != "" && !strings.HasPrefix(state, "Z") {
			list = append(list, pid)
		}
	}
	return list
}

func TestStopLeavesNoProcessAndNoFile(t *testing.T) {
	c, pids := started(t)
	began := time.Now()
	c.Stop()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if left := alive(pids); len(left) > 0 {
		t.Errorf("these components outlived the control plane: %v", left)
	}
	if _, err := os.Stat(c.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary folder is still there: %v", err)
	}
}

func TestComponentsEndWithAControlPlaneThatIsKilled(t *testing.T) {
	c, pids := started(t)
	t.Cleanup(func() { _ = os.RemoveAll(c.Dir) })
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	deadline := time.Now().Add(5 * time.Second)
	for len(alive(pids)) > 0 && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
	if left := alive(pids); len(left) > 0 {
		t.Errorf("these components outlived the control plane: %v", left)
	}
}

func TestTheControlPlaneEndsWithAComponentThatIsKilledAndSaysWhich(t *testing.T) {
	c, pids := started(t)
	if err := exec.Command("kill", "-9", pids[0]).Run(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("the control plane goes on without etcd")
	}
	if left := alive(pids); len(left) > 0 {
		t.Errorf("these components outlived the control plane: %v", left)
	}
}

func TestAMissingBinaryIsNamedWithTheCommandThatBuildsIt(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "controlplane")
	t.Setenv(BinaryEnv, missing)
	_, err := Start(context.Background(), Options{})
	want := "the local control plane is not built; build it once with: make controlplane (some minutes) (" + missing + " is missing)"
	if !errors.Is(err, ErrNotBuilt) || err.Error() != want {
		t.Errorf("Start says %q", err)
	}
}

func TestTheBinaryIsNamedAfterWhatItIsBuiltFrom(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sum := func() string {
		got, err := controlPlane.fingerprint(dir)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	write("main.go", "package main")
	first := sum()
	write("main_test.go", "package main")
	write("notes.md", "notes")
	if sum() != first {
		t.Error("a test or a note changes the name")
	}
	write("go.sum", "a module")
	second := sum()
	write("main.go", "package main // changed")
	if third := sum(); first == second || second == third {
		t.Errorf("sources or sums do not change the name: %s, %s, %s", first, second, third)
	}
}

func TestTwoControlPlanesDoNotShareAFolder(t *testing.T) {
	c, _ := started(t)
	_, err := Start(context.Background(), Options{Dir: c.Dir})
	want := "the folder " + c.Dir + " belongs to a control plane that is running; stop it or choose another --dir"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the second control plane says: %v", err)
	}
}

func TestOutsideACheckoutTheNewestBinaryIsUsed(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache) // macOS has ~/Library/Caches
	t.Chdir(t.TempDir())
	if _, err := Path(); !errors.Is(err, errNoSources) {
		t.Errorf("without sources and binaries: %v", err)
	}
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	var newest string
	for i, name := range []string{"controlplane-new", "controlplane-old"} {
		newest = filepath.Join(user, "steward", "controlplane-new", "controlplane")
		path := filepath.Join(user, "steward", name, "controlplane")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		built := time.Now().Add(-time.Duration(i) * time.Hour)
		if err := os.Chtimes(path, built, built); err != nil {
			t.Fatal(err)
		}
	}
	if path, err := Path(); err != nil || path != newest {
		t.Errorf("with two binaries: %s, %v", path, err)
	}
}
