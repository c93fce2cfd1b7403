package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// refuseTypos makes every command say what would have worked. cobra itself
// answers "audit verifi" with the help of audit and exit code 0, which a script
// takes for a journal that is whole.
func refuseTypos(root *cobra.Command) {
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: `%s --help` lists the flags", err, cmd.CommandPath())
	})
	refuseIn(root)
}

func refuseIn(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		refuseIn(sub)
	}
	if cmd.HasSubCommands() {
		cmd.Args, cmd.RunE = oneOfTheVerbs, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		return
	}
	if fits := cmd.Args; fits != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if fits(cmd, args) == nil {
				return nil
			}
			return fmt.Errorf("%s was given %q: write `%s`", cmd.CommandPath(), args, cmd.UseLine())
		}
	}
}

// oneOfTheVerbs admits no argument: a word that got here is no command.
func oneOfTheVerbs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	names := []string{}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			names = append(names, sub.Name())
		}
	}
	return fmt.Errorf("there is no `%s %s`: choose one of %s", cmd.CommandPath(), args[0], strings.Join(names, ", "))
}
