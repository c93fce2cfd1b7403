package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/steward-bot/steward/diagnose"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

func newDiagnose() *cobra.Command {
	var namespace, context, kubeconfig string
	cmd := &cobra.Command{
		Use:     "diagnose TARGET",
		Short:   "Name what is wrong with a service, and why. Exit 0 healthy, 1 causes found, 2 error, 3 could not tell",
		Example: "  steward diagnose checkout -n shop\n  steward diagnose shop/deploy/checkout --context prod-eu -o json",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().StringVarP(&namespace, "namespace", "n", "", "the namespace, unless TARGET names it")
	cmd.Flags().StringVar(&context, "context", "", "the kubeconfig's context; its current one if it is left out")
	cmd.Flags().StringVar(&kubeconfig, "kubeconfig", "", "the kubeconfig `FILE`; $KUBECONFIG or ~/.kube/config if it is left out")
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*format); err != nil {
			return err
		}
		local, err := localCluster(kubeconfig, context)
		if err != nil {
			return err
		}
		ref, err := ops.ParseRef(args[0])
		if err != nil {
			return err
		}
		if ref.Namespace == "" {
			ref.Namespace = local.namespaceOr(namespace)
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

// local is the cluster of a kubeconfig, as kubectl would choose it.
type local struct {
	clusters  *kube.Clusters
	namespace string // of the context; empty when it names none
}

func (l local) namespaceOr(flag string) string {
	if flag != "" {
		return flag
	}
	return l.namespace
}

func localCluster(kubeconfig, context string) (local, error) {
	if kubeconfig == "" {
		kubeconfig = defaultKubeconfig()
	}
	config, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		return local{}, fmt.Errorf("reading the kubeconfig %s: %w: name one with --kubeconfig FILE", kubeconfig, err)
	}
	if context == "" {
		context = config.CurrentContext
	}
	chosen, found := config.Contexts[context]
	if !found {
		names := []string{}
		for name := range config.Contexts {
			names = append(names, name)
		}
		return local{}, fmt.Errorf("the kubeconfig %s has no context %q: choose one of %s with --context", kubeconfig, context, strings.Join(names, ", "))
	}
	clusters, err := kube.Open([]kube.Config{{Name: clusterName(context), Environment: "cli", Kubeconfig: kubeconfig, Context: context}}, zap.NewNop())
	if err != nil {
		return local{}, err
	}
	return local{clusters: clusters, namespace: chosen.Namespace}, nil
}

func defaultKubeconfig() string {
	if list := filepath.SplitList(os.Getenv("KUBECONFIG")); len(list) > 0 {
		return list[0]
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "config"
	}
	return filepath.Join(home, ".kube", "config")
}

var unfit = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

// clusterName makes a context's name fit into a target: some are addresses.
func clusterName(context string) string {
	name := strings.Trim(unfit.ReplaceAllString(context, "-"), "-.")
	if name == "" {
		return "cluster"
	}
	return name
}
