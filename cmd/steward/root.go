package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/steward-bot/steward/internal/settings"
)

// The exit codes that scripts rely on.
const (
	exitOK    = 0
	exitNo    = 1 // causes found; not allowed; broken; not well
	exitError = 2
	exitDoubt = 3 // diagnose and scan could not tell
)

// exit is an answer that is told by the exit code, and has been printed.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func exitCode(err error, stderr io.Writer) int {
	var code exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(stderr, "steward:", printable(err.Error()))
	return exitError
}

// newRoot builds the command line, one file a verb.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "steward",
		Short:         "The responsible bot: diagnose and repair a Kubernetes service, justified, recorded and verified",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().String("config", "steward.yaml", "the settings `FILE`")
	root.AddCommand(
		newServe(),
		newDemo(),
		newDiagnose(),
		newScan(),
		newAudit(),
		newRBAC(),
		newPlaybook(),
		newDoctor(),
	)
	refuseTypos(root)
	return root
}

// load reads the settings that --config names.
func load(cmd *cobra.Command) (settings.Settings, error) {
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return settings.Settings{}, err
	}
	return settings.Load(path)
}

// output adds -o to a command and gives what was chosen: "text" or "json".
func output(cmd *cobra.Command) *string {
	return cmd.Flags().StringP("output", "o", "text", "how to print: text or json")
}

func checkOutput(format string) error {
	if format != "text" && format != "json" {
		return fmt.Errorf("-o %s is not a format that steward prints: choose text or json", format)
	}
	return nil
}
