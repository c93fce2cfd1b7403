package testnode

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is a program of the node that runs beside this one.
type process struct {
	name  string
	cmd   *exec.Cmd
	stdin io.Closer
	done  chan struct{} // closed when it has ended
}

// run starts a program that writes to a log of its own. The kubelet ends with
// its standard input, and so with this process.
func run(name, binary string, args ...string) (*process, error) {
	log, err := os.Create(logFile(name))
	if err != nil {
		return nil, fmt.Errorf("making the log of %s: %w", name, err)
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is for this process to act on
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	p := &process{name: name, cmd: cmd, stdin: stdin, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// stop asks the program to end and waits for it.
func (p *process) stop() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		p.kill()
	}
}

// kill ends the program as a power cut would.
func (p *process) kill() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.done
}

// ended is an error with the end of the program's log once it has ended.
func (p *process) ended() error {
	select {
	case <-p.done:
	default:
		return nil
	}
	const most = 2000
	text, err := os.ReadFile(logFile(p.name))
	if err != nil {
		return fmt.Errorf("%s ended, and its log cannot be read: %w", p.name, err)
	}
	return fmt.Errorf("%s ended; the end of its log:\n%s", p.name, strings.TrimSpace(string(text[max(0, len(text)-most):])))
}

// hasAddress tells whether the machine answers on the address.
func hasAddress(wanted string) bool {
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.String() == wanted {
			return true
		}
	}
	return false
}
