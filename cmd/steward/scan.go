package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/steward-bot/steward/diagnose"
	"github.com/steward-bot/steward/ops"
)

func newScan() *cobra.Command {
	var at kubeFlags
	var all bool
	cmd := &cobra.Command{
		Use:     "scan",
		Short:   "Name what is wrong in a namespace or a whole cluster, by cause. Exit 0 healthy, 1 causes found, 2 error, 3 could not tell",
		Example: "  steward scan -n shop\n  steward scan -A -o json",
		Args:    cobra.NoArgs,
	}
	at.add(cmd, "the namespace; the context's own if it is left out")
	cmd.Flags().BoolVarP(&all, "all-namespaces", "A", false, "the whole cluster")
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(*format); err != nil {
			return err
		}
		local, err := localCluster(at.kubeconfig, at.context)
		if err != nil {
			return err
		}
		target := ops.Target{Cluster: local.clusters.Names()[0]}
		if !all {
			target.Namespace = local.namespaceOr(at.namespace)
		}
		if !all && target.Namespace == "" {
			target.Namespace = "default" // as kubectl does
		}
		scan, err := diagnose.New(local.clusters, diagnose.Options{}).Scan(cmd.Context(), target, everything)
		if err != nil {
			return err
		}
		return printScan(cmd.OutOrStdout(), *format, scan)
	}
	return cmd
}

func printScan(out io.Writer, format string, scan ops.Scan) error {
	if format == "json" {
		if err := json.NewEncoder(out).Encode(scan); err != nil {
			return err
		}
	} else {
		renderScan(out, scan)
	}
	switch {
	case len(scan.Diagnoses) > 0:
		return exit(exitNo)
	case len(scan.Unknown) > 0:
		return exit(exitDoubt)
	}
	return nil
}

// renderScan writes one line a cause, with what it brings down.
func renderScan(out io.Writer, scan ops.Scan) {
	fmt.Fprintf(out, "Looked at %d workloads and what they need: %d causes.\n", scan.Workloads, len(scan.Groups()))
	for _, group := range scan.Groups() {
		fmt.Fprintln(out)
		paragraph(out, fmt.Sprintf("%s (%s): ", group.Cause.ID, group.Cause.Confidence), group.Cause.Summary)
		for _, target := range group.Targets {
			paragraph(out, "  ", target.Kind+"/"+target.Namespace+"/"+target.Name)
		}
	}
	for _, gap := range scan.Unknown {
		paragraph(out, "  not known: ", gap.Missing)
	}
}
