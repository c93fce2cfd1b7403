package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/steward-bot/steward/internal/settings"
	"github.com/steward-bot/steward/standin/chat"
	"github.com/steward-bot/steward/standin/cluster"
	"github.com/steward-bot/steward/standin/shop"
)

// demoFlags are what `steward demo` can be told.
type demoFlags struct {
	kubeconfig, context string
	address             string
	standinsOnly        bool
}

func newDemo() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run steward on this machine: a real control plane, a small shop with three faults, and a chat",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd.Context(), f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "use this cluster instead of a local control plane; nothing is put into it")
	cmd.Flags().StringVar(&f.context, "context", "", "the kubeconfig's context")
	cmd.Flags().StringVar(&f.address, "address", "127.0.0.1:8480", "where the chat page is served")
	cmd.Flags().BoolVar(&f.standinsOnly, "standins-only", false, "start Slack, Jira and PagerDuty alone, and print their addresses and tokens as one JSON line")
	return cmd
}

// demo opens the whole world and leaves nothing of it behind.
func demo(ctx context.Context, f demoFlags, out, progress io.Writer) error {
	dir, err := os.MkdirTemp("", "steward-demo-")
	if err != nil {
		return fmt.Errorf("making a folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	vendors, err := openVendors()
	if err != nil {
		return err
	}
	defer vendors.close()
	if f.standinsOnly {
		return standinsOnly(ctx, vendors, out)
	}
	kubeconfig, stop, err := demoCluster(ctx, f, progress)
	if err != nil {
		return err
	}
	defer stop()
	if err := writeDemo(dir, f, kubeconfig, vendors); err != nil {
		return err
	}
	return runDemo(ctx, f, dir, vendors, out, progress)
}

// standinsOnly says where the stand-ins are, and keeps them until ctx ends.
func standinsOnly(ctx context.Context, v *vendors, out io.Writer) error {
	if err := json.NewEncoder(out).Encode(v.describe()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// demoCluster is the user's own cluster, or a control plane of the demo with
// the shop in it.
func demoCluster(ctx context.Context, f demoFlags, progress io.Writer) (kubeconfig string, stop func(), err error) {
	if f.kubeconfig != "" {
		return f.kubeconfig, func() {}, nil
	}
	fmt.Fprintln(progress, "Starting a control plane…")
	local, err := cluster.Start(ctx, cluster.Options{Nodes: 10, Log: io.Discard})
	if err != nil {
		return "", nil, fmt.Errorf("starting the control plane: %w", err)
	}
	stop = func() { local.Stop() }
	if err := openShop(ctx, local.Kubeconfig, progress); err != nil {
		stop()
		return "", nil, err
	}
	return local.Kubeconfig, stop, nil
}

// served is how long the shop works before it is broken: a pod that stops being
// ready within seconds of its start could as well be starting still.
const served = 8 * time.Second

func openShop(ctx context.Context, kubeconfig string, progress io.Writer) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("reading the control plane's kubeconfig: %w", err)
	}
	config.QPS, config.Burst = 100, 200
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making a client for the shop: %w", err)
	}
	s := shop.Shop{Client: client, Namespace: "shop"}
	fmt.Fprintln(progress, "Opening the shop…")
	opening, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := s.Open(opening); err != nil {
		return err
	}
	fmt.Fprintln(progress, "Letting it serve for a moment…")
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(served):
	}
	fmt.Fprintln(progress, "Breaking it in three places…")
	if err := s.Break(opening); err != nil {
		return err
	}
	return nil
}

// writeDemo writes the settings and the policy, as an administrator would.
func writeDemo(dir string, f demoFlags, kubeconfig string, v *vendors) error {
	kubeconfig, err := filepath.Abs(kubeconfig)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "policy.csv"), shop.File("policy.csv"), 0o600); err != nil {
		return fmt.Errorf("writing the demo's policy: %w", err)
	}
	return v.writeSettings(dir, kubeconfig, f.context)
}

// runDemo serves steward and the chat page until ctx ends.
func runDemo(ctx context.Context, f demoFlags, dir string, v *vendors, out, progress io.Writer) error {
	s, err := settings.Load(filepath.Join(dir, "steward.yaml"))
	if err != nil {
		return err
	}
	page, err := chat.New(v.slackHandler, guide(v, f.kubeconfig != ""))
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.address)
	if err != nil {
		return fmt.Errorf("serving the chat page: %w: choose another place with --address 127.0.0.1:0", err)
	}
	server := &http.Server{Handler: page, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(listener) //nolint:errcheck // ends with Close below
	defer server.Close()

	log, err := os.Create(filepath.Join(dir, "steward.log"))
	if err != nil {
		return fmt.Errorf("making steward's log: %w", err)
	}
	defer log.Close()
	ready := func([]net.Addr) {
		fmt.Fprintf(out, "\nThe shop is broken. Mend it: http://%s\n\nType /k8s help there. Ctrl-C ends everything and leaves nothing behind.\n", listener.Addr())
	}
	fmt.Fprintln(progress, "Starting steward…")
	err = serve(ctx, s, log, ready)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		tail(log.Name(), progress)
	}
	return err
}

// tail shows the end of the log of a steward that did not start.
func tail(path string, out io.Writer) {
	const last = 4 << 10 // bytes: the newest few lines
	raw, err := os.ReadFile(path)
	if err != nil {
		return
	}
	if len(raw) > last {
		raw = raw[len(raw)-last:]
	}
	fmt.Fprintf(out, "The end of steward's log:\n%s\n", raw)
}
