// Command with runs another command beside a control plane that is started for
// it, and stops it afterwards: go run ./internal/testcluster/with -- go test ./...
// Tests find the cluster through STEWARD_TEST_KUBECONFIG. The exit code is the
// command's own.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/standin/cluster"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		_, _ = fmt.Fprintln(os.Stderr, "with: name a command to run beside the control plane")
		return 2
	}
	// An interrupt reaches the command too, by the terminal; this process stays
	// until the command has ended, to clean up after it.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	running, err := cluster.Start(ctx, cluster.Options{})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "with:", err)
		return 1
	}
	defer running.Stop()
	return runBeside(running, interrupts, args)
}

func runBeside(running *cluster.Cluster, interrupts <-chan os.Signal, args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), testcluster.KubeconfigEnv+"="+running.Kubeconfig)
	if err := cmd.Start(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "with:", err)
		return 1
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case s := <-interrupts:
			_ = cmd.Process.Signal(s)
		case <-running.Done():
			_, _ = fmt.Fprintln(os.Stderr, "with: the control plane ended before the command")
			_ = cmd.Process.Kill()
			<-done //nolint:errcheck // the context has ended: that is the answer
			return 1
		case err := <-done:
			var exit *exec.ExitError
			switch {
			case err == nil:
				return 0
			case errors.As(err, &exit) && exit.ExitCode() > 0:
				return exit.ExitCode()
			}
			_, _ = fmt.Fprintln(os.Stderr, "with:", err)
			return 1
		}
	}
}
