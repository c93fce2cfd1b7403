// Command controlplane is a whole Kubernetes control plane in one file, for
// tests and demonstrations on a machine that has no Docker: etcd,
// kube-apiserver, kube-controller-manager, kube-scheduler and KWOK are its
// subcommands, and so is kubectl.
//
//	controlplane up --dir DIR [--nodes N]   start a cluster; prints READY and its kubeconfig
//	controlplane kubectl ARGS…              kubectl of the same release
//
// Pods and nodes fail as their labels say: package fault has the words, package
// agent says where logs and metrics come from.
//
// It is a module of its own, so that steward never depends on k8s.io/kubernetes:
// those who use it know only the binary's path and the kubeconfig.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/steward-bot/steward/standin/controlplane/up"
)

func main() {
	os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr))
}

const usage = `A Kubernetes control plane on this machine, without Docker.

  controlplane up --dir DIR [--name NAME] [--nodes N] [--port PORT] [--kubelet NODE=ADDRESS] [--stop-on-stdin-eof] [--remove]
  controlplane kubectl ARGS…

up prints "READY <kubeconfig>" on standard output when pods can be created, tells its
progress on standard error, and runs until it is interrupted.
`

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) < 2 {
		_, _ = fmt.Fprint(stderr, usage)
		return 2
	}
	switch args[1] {
	case "up":
		return upCommand(args[2:], stdin, stdout, stderr)
	case "kubectl":
		return kubectl(args[2:])
	case up.ChildCommand:
		return child(args[2:], stdin, stderr)
	case "help", "-h", "--help":
		_, _ = fmt.Fprint(stdout, usage)
		return 0
	}
	_, _ = fmt.Fprintf(stderr, "controlplane: unknown command %q\n\n%s", args[1], usage)
	return 2
}

func upCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("up", flag.ContinueOnError)
	flags.SetOutput(stderr)
	o := up.Options{Progress: stderr, Ready: func(path string) { _, _ = fmt.Fprintln(stdout, "READY", path) }}
	flags.StringVar(&o.Dir, "dir", "", "folder for the cluster's files (required)")
	flags.StringVar(&o.Name, "name", "local", "name of the cluster and of the kubeconfig's context")
	flags.IntVar(&o.Nodes, "nodes", 10, "number of simulated nodes")
	flags.IntVar(&o.Port, "port", 0, "port of the API server; 0 finds a free one")
	flags.Var(&o.Kubelet, "kubelet", "make the credentials of a real kubelet for this node, listening on this address")
	flags.BoolVar(&o.Remove, "remove", false, "remove the folder at the end")
	onEOF := flags.Bool("stop-on-stdin-eof", false, "stop when standard input ends")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if o.Dir == "" || flags.NArg() > 0 {
		_, _ = fmt.Fprintln(stderr, "controlplane up: give --dir DIR, and nothing without a flag")
		return 2
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if *onEOF {
		go func() {
			_, _ = io.Copy(io.Discard, stdin)
			cancel()
		}()
	}
	if err := up.Run(ctx, o); err != nil {
		_, _ = fmt.Fprintln(stderr, "controlplane:", err)
		return 1
	}
	return 0
}
