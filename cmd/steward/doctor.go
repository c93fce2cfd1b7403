package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/steward-bot/steward/internal/settings"
)

// examTimeout bounds each examination: doctor answers even when nobody else does.
const examTimeout = 15 * time.Second

// finding is the result of one examination.
type finding struct {
	Subject  string `json:"subject"`        // what was looked at: "slack: scopes"
	OK       bool   `json:"ok"`             //
	Observed string `json:"observed"`       // what is so
	Mend     string `json:"mend,omitempty"` // what to do, when it is not well
}

func well(subject, observed string) finding {
	return finding{Subject: subject, OK: true, Observed: observed}
}

func unwell(subject, observed, mend string) finding {
	return finding{Subject: subject, Observed: observed, Mend: mend}
}

// exam looks at one part of the installation.
type exam func(ctx context.Context, s settings.Settings) []finding

func newDoctor() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check Slack, Jira, PagerDuty, every cluster's permissions, the policy and the store, and say how to mend each",
		Args:  cobra.NoArgs,
	}
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(*format); err != nil {
			return err
		}
		s, err := load(cmd)
		if err != nil {
			return err
		}
		return printFindings(cmd.OutOrStdout(), *format, examine(cmd.Context(), s))
	}
	return cmd
}

// examine makes every examination side by side, and gives the findings in the
// order of the list.
func examine(ctx context.Context, s settings.Settings) []finding {
	exams := []exam{examineSlack, examineJira, examinePagerDuty, examineClusters, examinePolicy, examineStore}
	results := make([][]finding, len(exams))
	var all sync.WaitGroup
	for i, look := range exams {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, examTimeout)
			defer cancel()
			results[i] = look(ctx, s)
		})
	}
	all.Wait()
	findings := []finding{}
	for _, result := range results {
		findings = append(findings, result...)
	}
	return findings
}

func printFindings(out io.Writer, format string, findings []finding) error {
	bad := 0
	for _, f := range findings {
		if !f.OK {
			bad++
		}
	}
	if format == "json" {
		if err := json.NewEncoder(out).Encode(findings); err != nil {
			return err
		}
	} else {
		printText(out, findings, bad)
	}
	if bad > 0 {
		return exit(exitNo)
	}
	return nil
}

func printText(out io.Writer, findings []finding, bad int) {
	for _, f := range findings {
		mark := "ok  "
		if !f.OK {
			mark = "FAIL"
		}
		fmt.Fprintf(out, "%s  %s: %s\n", mark, f.Subject, f.Observed)
		if !f.OK {
			fmt.Fprintf(out, "      mend: %s\n", f.Mend)
		}
	}
	if bad == 0 {
		fmt.Fprintf(out, "\nAll %d checks are well.\n", len(findings))
		return
	}
	fmt.Fprintf(out, "\n%d of %d checks are not well.\n", bad, len(findings))
}
