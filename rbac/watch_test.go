package rbac

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

const (
	yes = "p, *, *, *, *, *, *, *, allow\n"
	no  = "p, *, *, *, *, *, *, *, deny\n"
)

// watched opens a policy and looks at it every few milliseconds.
func watched(t *testing.T, path string) (*Enforcer, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	e, err := Open(path, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	e.every = 5 * time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); e.Watch(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return e, logs
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come about", what)
		}
	}
}

func allows(e *Enforcer) bool {
	return e.Allowed(person("U0ANA"), deployment("shop", "checkout"), "C0", "rollback")
}

func TestAChangedPolicyIsTakenUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.csv")
	write(t, path, yes)
	e, _ := watched(t, path)
	if !allows(e) {
		t.Fatal("the first policy is not in force")
	}
	write(t, path, no)
	eventually(t, "the deny", func() bool { return !allows(e) })
	write(t, path, yes)
	eventually(t, "the allow", func() bool { return allows(e) })
}

func TestABadPolicyNeverReplacesTheLastGoodOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.csv")
	write(t, path, yes)
	e, logs := watched(t, path)
	for _, bad := range []string{no + "p, *, *\n", strings.Repeat("#", sizeLimit+1)} {
		write(t, path, bad)
		eventually(t, "the error", func() bool { return e.Err() != nil })
		if !allows(e) {
			t.Error("the last good policy is gone")
		}
		write(t, path, yes)
		eventually(t, "the recovery", func() bool { return e.Err() == nil })
	}
	write(t, path, no+"p, *, *\n")
	eventually(t, "the error", func() bool { return e.Err() != nil })
	got := e.Err().Error()
	if !strings.HasPrefix(got, "the policy of 2") || !strings.HasSuffix(got, " stays in force: "+path+":2: a rule has 8 fields after p, this one has 2: "+
		"p, SUBJECT, ENVIRONMENT, CLUSTER, NAMESPACE, KIND/NAME, CHANNEL, ACTION, allow|deny") {
		t.Errorf("Err() = %s", got)
	}
	time.Sleep(50 * time.Millisecond)
	if n := logs.FilterMessage("policy not taken").Len(); n != 3 {
		t.Errorf("three bad files were logged %d times", n)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the error of the missing file", func() bool { return strings.Contains(e.Err().Error(), "no such file") })
	if !allows(e) {
		t.Error("the last good policy went with its file")
	}
}

func TestAFileThatIsBeingWrittenDoesNotCount(t *testing.T) {
	old, half, whole := look{err: "old"}, look{err: "half"}, look{err: "whole"}
	file := settling{taken: old, last: old}
	for i, step := range []struct {
		now  look
		want bool
	}{{old, false}, {half, false}, {whole, false}, {whole, true}, {whole, false}, {half, false}, {whole, false}, {old, false}, {old, true}} {
		if got := file.changed(step.now); got != step.want {
			t.Errorf("look %d, %s: %v", i, step.now.err, got)
		}
	}
}

// A mounted ConfigMap is a symbolic link to a directory, which is swapped.
func TestAConfigMapsSwapIsTakenUp(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"..2026_01": yes, "..2026_02": no} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name, "policy.csv"), text)
	}
	link := func(from, to string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, "swap")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "swap"), filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	link("..data", "..2026_01")
	link("policy.csv", filepath.Join("..data", "policy.csv"))
	e, _ := watched(t, filepath.Join(dir, "policy.csv"))
	if !allows(e) {
		t.Fatal("the first policy is not in force")
	}
	link("..data", "..2026_02")
	eventually(t, "the swap", func() bool { return !allows(e) })
}
