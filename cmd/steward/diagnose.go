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

func newDiagnose() *cobra.Command {
	var at kubeFlags
	var kept snapshotFlags
	var own playbookFlag
	var schema bool
	cmd := &cobra.Command{
		Use:   "diagnose TARGET",
		Short: "Name what is wrong with a service, and why. Exit 0 healthy, 1 causes found, 2 error, 3 could not tell",
		Example: "  steward diagnose checkout -n shop\n  steward diagnose shop/deploy/checkout --context prod-eu -o json\n" +
			"  steward diagnose checkout -n shop --save-snapshot checkout.json\n  steward diagnose --from-snapshot checkout.json",
		Args: func(cmd *cobra.Command, args []string) error {
			if schema {
				return cobra.NoArgs(cmd, args)
			}
			if kept.from != "" {
				return cobra.MaximumNArgs(1)(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
	}
	at.add(cmd, "the namespace, unless TARGET names it")
	kept.add(cmd)
	own.add(cmd)
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of what -o json prints, and diagnose nothing")
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if schema {
			_, err := cmd.OutOrStdout().Write(diagnose.Schema)
			return err
		}
		if err := checkOutput(*format); err != nil {
			return err
		}
		result, err := diagnosed(cmd.Context(), at, kept, own, args)
		if err != nil {
			return err
		}
		return printDiagnosis(cmd.OutOrStdout(), *format, result)
	}
	return cmd
}

// diagnosed answers from a cluster or from a file.
func diagnosed(ctx context.Context, at kubeFlags, kept snapshotFlags, own playbookFlag, args []string) (ops.Diagnosis, error) {
	if kept.from != "" {
		return replayed(kept, own, args)
	}
	local, err := localCluster(at.kubeconfig, at.context)
	if err != nil {
		return ops.Diagnosis{}, err
	}
	d := diagnose.New(local.clusters, kept.options())
	if err := d.UsePlaybooks(own.folder); err != nil {
		return ops.Diagnosis{}, err
	}
	ref, err := ops.ParseRef(args[0])
	if err != nil {
		return ops.Diagnosis{}, err
	}
	if ref.Namespace == "" {
		ref.Namespace = local.namespaceOr(at.namespace)
	}
	target, err := local.clusters.Resolve(ctx, ref, nil, everything)
	if err != nil {
		return ops.Diagnosis{}, err
	}
	snapshot, err := d.Snapshot(ctx, target, everything)
	if err != nil {
		return ops.Diagnosis{}, err
	}
	return d.Decide(snapshot), kept.keep(snapshot)
}

// replayed diagnoses the target of a snapshot's file, or another one that is in
// it.
func replayed(kept snapshotFlags, own playbookFlag, args []string) (ops.Diagnosis, error) {
	snapshot, err := kept.read()
	if err != nil {
		return ops.Diagnosis{}, err
	}
	if len(args) == 1 {
		ref, err := ops.ParseRef(args[0])
		if err != nil {
			return ops.Diagnosis{}, err
		}
		if ref.Kind == "" || ref.Namespace == "" && ops.Namespaced(ref.Kind) {
			return ops.Diagnosis{}, fmt.Errorf("from a snapshot, a target is named in full: write %q as NAMESPACE/KIND/NAME", args[0])
		}
		snapshot.Target = ops.DiagnosisTarget{Namespace: ref.Namespace, Kind: ref.Kind, Name: ref.Name}
	}
	if snapshot.Target.Name == "" {
		return ops.Diagnosis{}, fmt.Errorf("%s holds a scan: name a target as NAMESPACE/KIND/NAME, or use steward scan --from-snapshot", kept.from)
	}
	engine, err := own.engine()
	if err != nil {
		return ops.Diagnosis{}, err
	}
	return engine.Decide(snapshot), nil
}

// everything is what somebody with a kubeconfig may see: the API server says
// what that is.
func everything(ops.Target) bool { return true }

func printDiagnosis(out io.Writer, format string, d ops.Diagnosis) error {
	if format == "json" {
		if err := json.NewEncoder(out).Encode(d); err != nil {
			return err
		}
	} else {
		newTerminal(out).diagnosis(d)
	}
	switch d.Status {
	case ops.StatusHealthy:
		return nil
	case ops.StatusUnhealthy:
		return exit(exitNo)
	default:
		return exit(exitDoubt)
	}
}
