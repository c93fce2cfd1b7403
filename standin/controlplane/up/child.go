package up

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// ChildCommand is the hidden subcommand under which the binary runs one
// component: controlplane child NAME FLAGS…
const ChildCommand = "child"

// stopGrace is how long a component may take to notice that its standard input
// has ended. It exits at once: nothing here is worth an orderly goodbye.
const stopGrace = time.Second

// child is a running component.
type child struct {
	name  string
	cmd   *exec.Cmd
	stdin io.Closer
	log   string
	done  chan struct{} // closed when the process has ended
	err   error         // why it ended; valid once done is closed
}

// start runs a component whose life hangs on this process's: the write end of
// its standard input is held here and nowhere else, and when it closes, for
// whatever reason, the component exits.
func start(l layout, c component) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's own file: %w", err)
	}
	log, err := os.Create(l.log(c.name))
	if err != nil {
		return nil, fmt.Errorf("making the log of %s: %w", c.name, err)
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(self, append([]string{ChildCommand, c.name}, c.args...)...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, l.dir
	// An interrupt from the terminal is for the supervisor alone to act on.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.name, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.name, err)
	}
	ch := &child{name: c.name, cmd: cmd, stdin: stdin, log: l.log(c.name), done: make(chan struct{})}
	go func() {
		ch.err = cmd.Wait()
		close(ch.done)
	}()
	return ch, nil
}

// stop ends the component and waits for it.
func (c *child) stop() {
	_ = c.stdin.Close()
	select {
	case <-c.done:
	case <-time.After(stopGrace):
		_ = c.cmd.Process.Kill()
		<-c.done
	}
}

// ended says why a component that should still run does not, with the end of
// its log.
func (c *child) ended() error {
	const lines = 5
	data, err := os.ReadFile(c.log)
	if err != nil {
		return fmt.Errorf("%s ended (%w) and its log %s cannot be read", c.name, c.err, c.log)
	}
	last := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(last) > lines {
		last = last[len(last)-lines:]
	}
	return fmt.Errorf("%s ended: %v; the end of its log %s:\n%s", c.name, c.err, c.log, strings.Join(last, "\n"))
}
