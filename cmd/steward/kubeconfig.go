package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/steward-bot/steward/kube"
)

// kubeFlags choose a cluster as kubectl's flags of the same names do.
type kubeFlags struct{ namespace, context, kubeconfig string }

func (f *kubeFlags) add(cmd *cobra.Command, namespace string) {
	cmd.Flags().StringVarP(&f.namespace, "namespace", "n", "", namespace)
	cmd.Flags().StringVar(&f.context, "context", "", "the kubeconfig's context; its current one if it is left out")
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "the kubeconfig `FILE`; $KUBECONFIG or ~/.kube/config if it is left out")
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
