package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/steward-bot/steward/ops"
)

// update writes the generated documents anew instead of comparing them.
var update = flag.Bool("update", false, "write the golden files and generated documents anew")

// TestTheListOfCommandsIsTrue holds docs/commands.md to what the program says
// of itself.
func TestTheListOfCommandsIsTrue(t *testing.T) {
	var page strings.Builder
	page.WriteString("# Commands\n\nWritten by `make golden` from what steward says of itself.\n\n## In Slack\n\n")
	for _, action := range list(nil, nil, nil, nil) {
		page.WriteString(verbSection(action.Spec()))
	}
	page.WriteString("## On the command line\n\n")
	root := newRoot()
	root.InitDefaultHelpFlag()
	for _, cmd := range root.Commands() {
		page.WriteString(commandSections(t, cmd))
	}

	path := filepath.Join("..", "..", "docs", "commands.md")
	if *update {
		if err := os.WriteFile(path, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != page.String() {
		t.Errorf("docs/commands.md is not what steward says of itself: run `make golden` and read the diff")
	}
}

func verbSection(spec ops.Spec) string {
	words := []string{"/k8s", spec.Verb}
	switch spec.Target {
	case ops.RequiredTarget:
		words = append(words, "TARGET")
	case ops.OptionalTarget:
		words = append(words, "[TARGET]")
	}
	for _, arg := range spec.Args {
		word := arg.Name + "=" + arg.Value
		if !arg.Required {
			word = "[" + word + "]"
		}
		words = append(words, word)
	}
	if spec.Write {
		words = append(words, "[because LINK]")
	}
	section := fmt.Sprintf("### `%s`\n\n%s.\n\n", strings.Join(words, " "), spec.Summary)
	for _, arg := range spec.Args {
		section += fmt.Sprintf("- `%s`: %s\n", arg.Name, arg.Summary)
	}
	if len(spec.Args) > 0 {
		section += "\n"
	}
	for _, example := range spec.Examples {
		section += "    /k8s " + example + "\n"
	}
	return section + "\n"
}

func commandSections(t *testing.T, cmd *cobra.Command) string {
	if !cmd.IsAvailableCommand() || cmd.Name() == "help" || cmd.Name() == "completion" {
		return ""
	}
	sections := ""
	for _, sub := range cmd.Commands() {
		sections += commandSections(t, sub)
	}
	if sections != "" {
		return sections
	}
	var help bytes.Buffer
	name := cmd.CommandPath()
	if code := run(t.Context(), append(strings.Fields(name)[1:], "--help"), nil, &help, &help); code != exitOK {
		t.Errorf("%s --help: exit code %d", name, code)
	}
	return fmt.Sprintf("### `%s`\n\n```\n%s```\n\n", name, help.String())
}
