package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/steward-bot/steward/diagnose"
)

func newPlaybook() *cobra.Command {
	cmd := &cobra.Command{Use: "playbook", Short: "Check playbooks, which are your own knowledge for the diagnosis, without a cluster"}
	cmd.AddCommand(newPlaybookLint(), newPlaybookTest())
	return cmd
}

func newPlaybookLint() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "lint DIR|FILE...",
		Short:   "Name what is wrong with playbooks, by file and line, and what is allowed there. Exit 0 right, 1 wrong, 2 error",
		Example: "  steward playbook lint playbooks/\n  steward playbook lint playbooks/pool-exhausted.yaml -o json",
		Args:    cobra.MinimumNArgs(1),
	}
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*format); err != nil {
			return err
		}
		problems, playbooks, err := diagnose.LintPlaybooks(args...)
		if err != nil {
			return err
		}
		return printLint(cmd.OutOrStdout(), *format, problems, playbooks)
	}
	return cmd
}

func printLint(out io.Writer, format string, problems diagnose.Problems, playbooks int) error {
	switch {
	case format == "json":
		result := struct {
			Playbooks int                `json:"playbooks"` // 0 where something is wrong
			Problems  []diagnose.Problem `json:"problems"`
		}{playbooks, append([]diagnose.Problem{}, problems...)}
		if err := json.NewEncoder(out).Encode(result); err != nil {
			return err
		}
	case len(problems) > 0:
		fmt.Fprintln(out, printable(problems.Error()))
	case playbooks == 1:
		fmt.Fprintln(out, "1 playbook, and it is right.")
	default:
		fmt.Fprintf(out, "%d playbooks, and all are right.\n", playbooks)
	}
	if len(problems) > 0 {
		return exit(exitNo)
	}
	return nil
}

func newPlaybookTest() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "test DIR|FILE...",
		Short:   "Diagnose saved snapshots with playbooks, and compare the causes with those expected. Exit 0 as expected, 1 otherwise, 2 error",
		Example: "  steward playbook test playbooks/\n  steward playbook test playbooks/pool-exhausted_test.yaml -o json",
		Args:    cobra.MinimumNArgs(1),
	}
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*format); err != nil {
			return err
		}
		results, err := diagnose.RunPlaybookTests(args...)
		if err != nil {
			return err
		}
		return printPlaybookTests(cmd.OutOrStdout(), *format, results)
	}
	return cmd
}

func printPlaybookTests(out io.Writer, format string, results []diagnose.PlaybookResult) error {
	failed := 0
	for _, result := range results {
		if !result.Passed {
			failed++
		}
		if format == "text" {
			fmt.Fprintln(out, printable(result.String()))
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

// playbookFlag names a folder of playbooks, for a diagnosis by hand.
type playbookFlag struct{ folder string }

func (f *playbookFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.folder, "playbooks", "", "a `DIR` of your own playbooks, besides the built-in knowledge")
}

// engine decides upon a snapshot's file with what is in the folder.
func (f playbookFlag) engine() (*diagnose.Engine, error) {
	if f.folder == "" {
		return diagnose.NewEngine()
	}
	files, err := diagnose.ReadPlaybooks(f.folder)
	if err != nil {
		return nil, err
	}
	return diagnose.NewEngine(files...)
}
