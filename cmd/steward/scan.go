package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/steward-bot/steward/diagnose"
	"github.com/steward-bot/steward/ops"
)

func newScan() *cobra.Command {
	var at kubeFlags
	var kept snapshotFlags
	var own playbookFlag
	var all bool
	cmd := &cobra.Command{
		Use:     "scan",
		Short:   "Name what is wrong in a namespace or a whole cluster, by cause. Exit 0 healthy, 1 causes found, 2 error, 3 could not tell",
		Example: "  steward scan -n shop\n  steward scan -A -o json",
		Args:    cobra.NoArgs,
	}
	at.add(cmd, "the namespace; the context's own if it is left out")
	cmd.Flags().BoolVarP(&all, "all-namespaces", "A", false, "the whole cluster")
	kept.add(cmd)
	own.add(cmd)
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(*format); err != nil {
			return err
		}
		scan, err := scanned(cmd.Context(), at, kept, own, all)
		if err != nil {
			return err
		}
		return printScan(cmd.OutOrStdout(), *format, scan)
	}
	return cmd
}

// scanned answers from a cluster or from a file.
func scanned(ctx context.Context, at kubeFlags, kept snapshotFlags, own playbookFlag, all bool) (ops.Scan, error) {
	if kept.from != "" {
		snapshot, err := kept.read()
		if err != nil {
			return ops.Scan{}, err
		}
		engine, err := own.engine()
		if err != nil {
			return ops.Scan{}, err
		}
		return engine.Scan(snapshot), nil
	}
	local, err := localCluster(at.kubeconfig, at.context)
	if err != nil {
		return ops.Scan{}, err
	}
	d := diagnose.New(local.clusters, kept.options())
	if err := d.UsePlaybooks(own.folder); err != nil {
		return ops.Scan{}, err
	}
	place := local.clusters.Places()[0]
	if !all {
		place.Namespace = local.namespaceOr(at.namespace)
	}
	if !all && place.Namespace == "" {
		place.Namespace = "default" // as kubectl does
	}
	snapshot, err := d.Snapshot(ctx, place, everything)
	if err != nil {
		return ops.Scan{}, err
	}
	return d.DecideAll(snapshot), kept.keep(snapshot)
}

func printScan(out io.Writer, format string, scan ops.Scan) error {
	if format == "json" {
		if err := json.NewEncoder(out).Encode(scan); err != nil {
			return err
		}
	} else {
		newTerminal(out).scan(scan)
	}
	switch {
	case len(scan.Diagnoses) > 0:
		return exit(exitNo)
	case len(scan.Unknown) > 0:
		return exit(exitDoubt)
	}
	return nil
}

// scan writes one part a cause, with what it brings down and what to do first.
func (t terminal) scan(scan ops.Scan) {
	groups := scan.Groups
	of := good
	if len(groups) > 0 {
		of = bad
	}
	t.paragraph(0, "", fmt.Sprintf("Looked at %s and what they need: %s.", amount(scan.Workloads, "workload"), amount(len(groups), "cause")), of)
	for _, group := range groups {
		t.blank()
		t.paragraph(0, "", group.Cause.Summary, strong)
		t.paragraph(2, "", fmt.Sprintf("%s, %s, in %s", group.Cause.ID, group.Cause.Confidence, group.Cause.Object), plainTone)
		t.broughtDown(group)
		if len(group.Cause.Remedy) > 0 {
			t.remedy(ops.Diagnosis{Target: group.Targets[0]}, 1, group.Cause.Remedy[0])
		}
	}
	if len(scan.Unknown) > 0 {
		t.blank()
		t.heading(0, "What could not be known")
	}
	for _, gap := range scan.Unknown {
		t.paragraph(2, "", gap.Missing, doubtful)
	}
}

// targetsShown is how many objects of one cause a terminal shows. JSON has all.
const targetsShown = 10

func (t terminal) broughtDown(group ops.Group) {
	if len(group.Targets) == 1 && group.Targets[0].Object() == group.Cause.Object {
		return
	}
	t.heading(2, "It brings down "+amount(len(group.Targets), "object"))
	for i, target := range group.Targets {
		if i == targetsShown {
			t.paragraph(4, "", fmt.Sprintf("and %d more (see -o json)", len(group.Targets)-i), plainTone)
			return
		}
		t.paragraph(4, "", target.Object(), plainTone)
	}
}

// amount writes a number with its noun: "1 workload", "3 workloads".
func amount(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
