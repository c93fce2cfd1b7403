package main

import (
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"github.com/steward-bot/steward/diagnose"
	"github.com/steward-bot/steward/ops"
)

func newDiagnose() *cobra.Command {
	var at kubeFlags
	var schema bool
	cmd := &cobra.Command{
		Use:     "diagnose TARGET",
		Short:   "Name what is wrong with a service, and why. Exit 0 healthy, 1 causes found, 2 error, 3 could not tell",
		Example: "  steward diagnose checkout -n shop\n  steward diagnose shop/deploy/checkout --context prod-eu -o json",
		Args: func(cmd *cobra.Command, args []string) error {
			if schema {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
	}
	at.add(cmd, "the namespace, unless TARGET names it")
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
		local, err := localCluster(at.kubeconfig, at.context)
		if err != nil {
			return err
		}
		ref, err := ops.ParseRef(args[0])
		if err != nil {
			return err
		}
		if ref.Namespace == "" {
			ref.Namespace = local.namespaceOr(at.namespace)
		}
		target, err := local.clusters.Resolve(cmd.Context(), ref, nil, everything)
		if err != nil {
			return err
		}
		result, err := diagnose.New(local.clusters, diagnose.Options{}).Diagnose(cmd.Context(), target, everything)
		if err != nil {
			return err
		}
		return printDiagnosis(cmd.OutOrStdout(), *format, result)
	}
	return cmd
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
		renderDiagnosis(out, d)
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
