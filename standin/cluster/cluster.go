// Package cluster builds and starts the local control plane of
// standin/controlplane, which is a module of its own: this package knows its
// binary's path and the kubeconfig that it prints, and nothing else of it.
//
// The binary is kept in the user's cache directory, under a name made from
// everything that it is built from, so that a second clone, or a branch that
// leaves the control plane alone, finds it there.
package cluster

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options say what cluster to start.
type Options struct {
	// Dir keeps the cluster's files; empty makes a temporary folder that goes
	// with the cluster.
	Dir string
	// Name of the cluster and of the kubeconfig's context; "local" if empty.
	Name string
	// Nodes is the number of simulated nodes; 10 if zero.
	Nodes int
	// Kubelet is a real node that is to join, as NAME=ADDRESS: its credentials
	// are made in Dir/pki. Empty for simulated nodes alone.
	Kubelet string
	// Log is told how the start proceeds; nil tells nobody.
	Log io.Writer
}

// Cluster is a control plane that runs.
type Cluster struct {
	// Kubeconfig is the path of an administrator's kubeconfig.
	Kubeconfig string
	// Dir keeps the cluster's files: the components' logs in log/, and in logs/
	// what callers want pods to print (see the control plane's package agent).
	Dir string

	cmd   *exec.Cmd
	stdin io.Closer
	done  chan struct{} // closed when the process has ended
	err   error         // why it ended, once done is closed
	stop  sync.Once
}

// stopTimeout is how long the control plane may take to stop; it needs a tenth
// of a second.
const stopTimeout = 5 * time.Second

// Start runs the built control plane and returns when pods can be created in
// it. It ends with Stop, with this process, and when ctx ends before it is
// ready. ErrNotBuilt is the answer when there is no binary.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	binary, err := Built()
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	c := &Cluster{Dir: o.Dir, done: make(chan struct{})}
	args := []string{"up", "--stop-on-stdin-eof", "--name", cmp.Or(o.Name, "local"), "--nodes", strconv.Itoa(cmp.Or(o.Nodes, 10))}
	if o.Kubelet != "" {
		args = append(args, "--kubelet", o.Kubelet)
	}
	if c.Dir == "" {
		if c.Dir, err = os.MkdirTemp("", "steward-cluster-"); err != nil {
			return nil, fmt.Errorf("making a folder for the cluster: %w", err)
		}
		// The control plane removes it, since it outlives a killed process.
		args = append(args, "--remove")
	}
	if err := c.run(ctx, o.Log, exec.Command(binary, append(args, "--dir", c.Dir)...)); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

// run starts the process and waits for its READY line.
func (c *Cluster) run(ctx context.Context, log io.Writer, cmd *exec.Cmd) error {
	tail := &lastLines{Writer: log}
	cmd.Stderr = tail
	// An interrupt from the terminal is for this process to act on; the control
	// plane goes when its standard input ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("starting the control plane: %w", err)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("starting the control plane: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the control plane: %w", err)
	}
	c.cmd, c.stdin = cmd, stdin
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if path, ok := strings.CutPrefix(lines.Text(), "READY "); ok {
				ready <- path
			}
		}
		c.err = cmd.Wait()
		close(c.done)
	}()
	select {
	case c.Kubeconfig = <-ready:
		return nil
	case <-c.done:
		return fmt.Errorf("the control plane ended before it was ready (%w):\n%s", errors.Join(c.err, errEnded), tail)
	case <-ctx.Done():
		return fmt.Errorf("waiting for the control plane: %w", context.Cause(ctx))
	}
}

var errEnded = errors.New("it says why below")

// Done is closed when the control plane has ended, by Stop or by itself.
func (c *Cluster) Done() <-chan struct{} { return c.done }

// Stop ends the control plane, which removes a temporary folder, and waits for
// it. It may be called more than once.
func (c *Cluster) Stop() {
	c.stop.Do(func() {
		if c.cmd != nil {
			_ = c.stdin.Close()
			select {
			case <-c.done:
			case <-time.After(stopTimeout):
				_ = c.cmd.Process.Kill()
				<-c.done
			}
		}
	})
}

// lastLines passes text on and keeps its end, for an error to quote.
type lastLines struct {
	io.Writer
	mu   sync.Mutex
	text []byte
}

func (l *lastLines) Write(p []byte) (int, error) {
	const most = 2000
	l.mu.Lock()
	l.text = append(l.text, p...)
	if len(l.text) > most {
		l.text = l.text[len(l.text)-most:]
	}
	l.mu.Unlock()
	return l.Writer.Write(p)
}

func (l *lastLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
