package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/audit"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

func newAudit() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Read the journal: who did what, when, why and how it ended"}
	cmd.AddCommand(newAuditList(), newAuditVerify(), newAuditExport())
	return cmd
}

func newAuditList() *cobra.Command {
	var since time.Duration
	var limit int
	var reads bool
	var who string
	cmd := &cobra.Command{
		Use:     "list [TARGET]",
		Short:   "List the steps of every request, oldest first",
		Example: "  steward audit list prod-eu/shop/deploy/checkout --since 24h\n  steward audit list --who U0ANA -o json",
		Args:    cobra.MaximumNArgs(1),
	}
	cmd.Flags().DurationVar(&since, "since", 0, "how far back, such as 24h; everything if it is left out")
	cmd.Flags().IntVar(&limit, "limit", 0, "the newest so many; all if it is left out")
	cmd.Flags().StringVar(&who, "who", "", "only what this Slack user id asked for")
	cmd.Flags().BoolVar(&reads, "reads", false, "answered reads too")
	format := output(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*format); err != nil {
			return err
		}
		query := ops.Query{Limit: limit, ActorID: who, Writes: !reads}
		if since > 0 {
			query.Since = time.Now().Add(-since)
		}
		if len(args) == 1 {
			ref, err := ops.ParseRef(args[0])
			if err != nil {
				return err
			}
			query.Cluster, query.Namespace, query.Kind, query.Name = ref.Cluster, ref.Namespace, ref.Kind, ref.Name
		}
		return withJournal(cmd, func(ctx context.Context, journal *audit.Journal) error {
			records, err := journal.Records(ctx, query)
			if err != nil {
				return err
			}
			return printRecords(cmd.OutOrStdout(), *format, records)
		})
	}
	return cmd
}

func newAuditVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [HASH…]",
		Short: "Compute the chain anew; with hashes from tickets or logs, also show whether its tail was cut",
		Long: "Compute every hash of the journal anew. Exit 0 when it is whole, 1 when a record was changed or is missing.\n\n" +
			"A chain alone does not show that its tail was cut off. Give the hashes that stand in Jira comments, PagerDuty notes or log lines: each must be in the chain.",
	}
	cmd.RunE = func(cmd *cobra.Command, known []string) error {
		return withJournal(cmd, func(ctx context.Context, journal *audit.Journal) error {
			report, err := journal.Verify(ctx, known...)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), report)
			if !report.OK() {
				return exit(exitNo)
			}
			return nil
		})
	}
	return cmd
}

func newAuditExport() *cobra.Command {
	return &cobra.Command{
		Use:   "export",
		Short: "Write every record as one line of JSON, oldest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withJournal(cmd, func(ctx context.Context, journal *audit.Journal) error {
				return journal.Export(ctx, cmd.OutOrStdout())
			})
		},
	}
}

// withJournal opens the journal to read, beside a steward that is at work.
func withJournal(cmd *cobra.Command, read func(context.Context, *audit.Journal) error) error {
	s, err := load(cmd)
	if err != nil {
		return err
	}
	state, err := openStore(cmd.Context(), s, store.OpenToRead, zap.NewNop())
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no journal yet: %w: start steward once to make it, or correct state.dsn", err)
	}
	if err != nil {
		return err
	}
	defer state.Close(context.WithoutCancel(cmd.Context())) //nolint:errcheck // it was only read
	return read(cmd.Context(), audit.NewJournal(state, nil, zap.NewNop()))
}

func printRecords(out io.Writer, format string, records []ops.Record) error {
	lines := json.NewEncoder(out)
	for _, r := range records {
		if format == "json" {
			if err := lines.Encode(r); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(out, recordLine(r))
	}
	return nil
}

// recordLine is one step for people. What others wrote in it has lost its
// control characters: a terminal obeys them.
func recordLine(r ops.Record) string {
	line := fmt.Sprintf("%6d  %s  %-9s  %s", r.Seq, r.At.UTC().Format(time.RFC3339), r.Step, ops.Shorten(r.Request.Verb, 40))
	if r.Target != nil {
		line += " " + r.Target.String()
	}
	line += fmt.Sprintf(" by %s (%s)", ops.Shorten(r.Request.Actor.ID, 40), ops.Shorten(r.Request.Actor.Name, 40))
	if r.Ticket != nil {
		line += " because " + ops.Shorten(r.Ticket.Key, 40)
	}
	return line + ": " + ops.Shorten(r.Summary, 200)
}
