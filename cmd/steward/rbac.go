package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/settings"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/rbac"
)

func newRBAC() *cobra.Command {
	cmd := &cobra.Command{Use: "rbac", Short: "Ask the policy who may do what, without Slack"}
	cmd.PersistentFlags().String("policy", "", "the policy `FILE`; the settings' own if it is not named")
	cmd.AddCommand(newRBACCheck(), newRBACExplain(), newRBACTest())
	return cmd
}

func newRBACCheck() *cobra.Command {
	return rbacQuestion("check", "Exit 0 when the policy allows it, 1 when it does not", func(out io.Writer, result rbac.Result) {
		fmt.Fprintln(out, string(result.Got)+": "+result.Because.Reason())
	})
}

func newRBACExplain() *cobra.Command {
	return rbacQuestion("explain", "Show every rule that matched or nearly matched, and which decided", func(out io.Writer, result rbac.Result) {
		fmt.Fprintln(out, result.Because.String())
	})
}

// rbacQuestion builds a verb that asks the policy one question.
func rbacQuestion(verb, short string, say func(io.Writer, rbac.Result)) *cobra.Command {
	var ask rbac.Case
	cmd := &cobra.Command{
		Use:     verb + " TARGET",
		Short:   short,
		Example: "  steward rbac " + verb + " --who U0ANA --groups S0ONCALL --channel C0SHOP --action rollback prod-eu/shop/deploy/checkout",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&ask.Who, "who", "", "who asks: a Slack user id, or role:NAME")
	cmd.Flags().StringSliceVar(&ask.Groups, "groups", nil, "the Slack user group ids they are in")
	cmd.Flags().StringVar(&ask.Environment, "environment", "", "the environment; the named cluster's own if it is left out")
	cmd.Flags().StringVar(&ask.Cluster, "cluster", "", "the cluster, unless TARGET names it")
	cmd.Flags().StringVarP(&ask.Namespace, "namespace", "n", "", "the namespace, unless TARGET names it")
	cmd.Flags().StringVar(&ask.Channel, "channel", "", "the Slack channel id; the command line if it is left out")
	cmd.Flags().StringVar(&ask.Action, "action", "", "the verb")
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ask.Target = args[0]
		if err := checkOutput(*format); err != nil {
			return err
		}
		enforcer, s, err := policy(cmd)
		if err != nil {
			return err
		}
		fillFrom(&ask, s)
		result, err := enforcer.Check(ask)
		if err != nil {
			return err
		}
		if *format == "json" {
			if err := json.NewEncoder(cmd.OutOrStdout()).Encode(result); err != nil {
				return err
			}
		} else {
			say(cmd.OutOrStdout(), result)
		}
		if result.Got != rbac.Allow {
			return exit(exitNo)
		}
		return nil
	}
	return cmd
}

func newRBACTest() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test FILE",
		Short: "Ask every case of a YAML file, and exit 1 when the policy answers otherwise than expected",
		Args:  cobra.ExactArgs(1),
	}
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*format); err != nil {
			return err
		}
		enforcer, _, err := policy(cmd)
		if err != nil {
			return err
		}
		results, err := enforcer.Test(args[0])
		if err != nil {
			return err
		}
		return report(cmd.OutOrStdout(), *format, results)
	}
	return cmd
}

func report(out io.Writer, format string, results []rbac.Result) error {
	failed := 0
	for _, result := range results {
		if !result.Passed {
			failed++
		}
		if format == "text" {
			fmt.Fprintln(out, result)
		}
	}
	if format == "json" {
		if err := json.NewEncoder(out).Encode(results); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "%d passed, %d failed\n", len(results)-failed, failed)
	}
	if failed > 0 {
		return exit(exitNo)
	}
	return nil
}

// policy opens the policy that --policy names, or that of the settings. The
// settings may be missing when --policy is given; wrong they may not be, since
// the answer depends on the environment that they give to a cluster.
func policy(cmd *cobra.Command) (*rbac.Enforcer, settings.Settings, error) {
	path, err := cmd.Flags().GetString("policy")
	if err != nil {
		return nil, settings.Settings{}, err
	}
	s, err := load(cmd)
	if err != nil && (path == "" || !errors.Is(err, fs.ErrNotExist)) {
		return nil, s, err
	}
	if path == "" {
		path = s.RBAC.Policy
	}
	enforcer, err := rbac.Open(path, zap.NewNop(), verbs()...)
	return enforcer, s, err
}

// fillFrom takes from the settings what the question left out: the only
// cluster, and the cluster's environment.
func fillFrom(ask *rbac.Case, s settings.Settings) {
	if ref, err := ops.ParseRef(ask.Target); err == nil && ref.Cluster != "" {
		ask.Cluster = ref.Cluster
	}
	if ask.Cluster == "" && len(s.Clusters) == 1 {
		ask.Cluster = s.Clusters[0].Name
	}
	for _, cluster := range s.Clusters {
		if cluster.Name == ask.Cluster && ask.Environment == "" {
			ask.Environment = cluster.Environment
		}
	}
}
