package main

import (
	"context"
	"flag"

	"github.com/steward-bot/steward/standin/controlplane/agent"
)

func runAgent(args []string) error {
	var o agent.Options
	flags := flag.NewFlagSet("agent", flag.ContinueOnError)
	flags.StringVar(&o.Kubeconfig, "kubeconfig", "", "user of the API server")
	flags.IntVar(&o.Port, "port", 0, "port on 127.0.0.1")
	flags.StringVar(&o.CertFile, "cert-file", "", "certificate to serve with")
	flags.StringVar(&o.KeyFile, "key-file", "", "its key")
	flags.StringVar(&o.LogsDir, "logs-dir", "", "folder of the log files")
	flags.Func("client-ca-file", "authority of clients; may be repeated", func(file string) error {
		o.ClientCAFiles = append(o.ClientCAFiles, file)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	return agent.Run(context.Background(), o)
}
