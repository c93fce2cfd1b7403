package cluster

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

func (t target) build(ctx context.Context, progress io.Writer) error {
	path, err := t.path()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	source, err := sourceDir()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("making the folder for the %s: %w", t.name, err)
	}
	unlock, err := lock(ctx, filepath.Dir(path)+".lock")
	if err != nil {
		return fmt.Errorf("waiting for another build of the %s: %w", t.name, err)
	}
	defer unlock()
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	b := builder{target: t, source: source, progress: progress, began: time.Now()}
	b.say("building it, once for these sources: %s", t.estimate)
	temporary := path + ".new"
	if err := b.compile(ctx, temporary); err != nil {
		return err
	}
	// A rename is all or nothing: nobody ever sees half a binary.
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("putting the %s in its place: %w", t.name, err)
	}
	b.say("built %s in %s", path, time.Since(b.began).Round(time.Second))
	t.forget(filepath.Dir(filepath.Dir(path)))
	return nil
}

// forget removes the binaries of sources that are long gone: each is 140 MB.
func (t target) forget(cache string) {
	const kept = 4 // some branches and clones at a time
	all := t.builtIn(cache)
	for _, old := range all[min(kept, len(all)):] {
		_ = os.RemoveAll(filepath.Dir(old))
		_ = os.Remove(filepath.Dir(old) + ".lock")
	}
}

// buildFlags leave out what only a debugger reads, which halves the time and the
// size, and give the parts the version that kubectl version shows.
func buildFlags() []string {
	return []string{
		"-trimpath", "-gcflags=all=-dwarf=false",
		"-ldflags=-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3",
	}
}

type builder struct {
	target
	source   string
	progress io.Writer
	began    time.Time
}

func (b builder) compile(ctx context.Context, into string) error {
	total, err := b.packages(ctx)
	if err != nil {
		return err
	}
	var done atomic.Int64
	stop := b.every(10*time.Second, func() {
		b.say("compiling: %d of at most %d packages after %s", done.Load(), total, time.Since(b.began).Round(time.Second))
	})
	defer stop()
	args := append([]string{"build", "-v", "-o", into}, append(buildFlags(), b.main())...)
	cmd := b.goCommand(ctx, args...)
	var said strings.Builder
	out, err := cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("building the %s: %w", b.name, err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("building the %s: %w", b.name, err)
	}
	// -v names each package that is compiled; whatever else it says is an error.
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if text := lines.Text(); strings.ContainsAny(text, " \t#") {
			_, _ = fmt.Fprintln(&said, text)
		}
		done.Add(1)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("building the %s: %w\n%s", b.name, err, said.String())
	}
	return nil
}

// packages downloads the modules and counts the packages.
func (b builder) packages(ctx context.Context) (int, error) {
	stop := b.every(10*time.Second, func() {
		b.say("downloading the modules for %s", time.Since(b.began).Round(time.Second))
	})
	defer stop()
	var said strings.Builder
	cmd := b.goCommand(ctx, "list", "-deps", b.main())
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("downloading the modules of the %s: %w\n%s", b.name, err, said.String())
	}
	return strings.Count(string(out), "\n"), nil
}

// main is the main package's path as the go command takes it.
func (b builder) main() string { return "./" + b.folder }

// goCommand runs go in the control plane's own module.
func (b builder) goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = b.source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-buildvcs=false")
	return cmd
}

// every calls f again and again until the returned function is called.
func (b builder) every(pause time.Duration, f func()) (stop func()) {
	tick, end := time.NewTicker(pause), make(chan struct{})
	go func() {
		for {
			select {
			case <-tick.C:
				f()
			case <-end:
				return
			}
		}
	}()
	return func() {
		tick.Stop()
		close(end)
	}
}

func (b builder) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.progress, b.name+": "+format+"\n", args...)
}
