package bot

import (
	"fmt"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// command is what a person typed after /k8s or after the mention:
// VERB [TARGET] [key=value …] [because LINK].
type command struct {
	Spec    ops.Spec
	Target  string
	Args    map[string]string
	Because string
	// Help asks how to use steward, or the one verb of Spec.
	Help bool
}

// because introduces the justification: it takes the rest of the command.
const because = "because"

// parse reads a command by the verbs' Specs. The error is a *ops.Refusal that
// says what would have been understood.
func parse(text string, specs []ops.Spec) (command, error) {
	text, err := readable(unmark(text))
	if err != nil {
		return command{}, err
	}
	words, err := split(beforeBecause(text))
	if err != nil {
		return command{}, err
	}
	if len(words) == 0 {
		return command{Help: true}, nil
	}
	verb := strings.ToLower(words[0])
	if isHelp(verb) {
		return parseHelp(words[1:], specs)
	}
	spec, err := findSpec(verb, specs)
	if err != nil {
		return command{}, err
	}
	cmd := command{Spec: spec, Because: afterBecause(text)}
	for _, w := range words[1:] {
		if isHelp(w) {
			return command{Spec: spec, Help: true}, nil
		}
		if err := cmd.take(w); err != nil {
			return command{}, err
		}
	}
	return cmd, cmd.complete()
}

// parseHelp reads what follows "help": nothing, or a verb.
func parseHelp(words []string, specs []ops.Spec) (command, error) {
	if len(words) == 0 {
		return command{Help: true}, nil
	}
	spec, err := findSpec(strings.ToLower(words[0]), specs)
	return command{Spec: spec, Help: true}, err
}

func isHelp(word string) bool {
	switch strings.ToLower(word) {
	case "help", "--help", "-h", "?":
		return true
	}
	return false
}

// take reads one word after the verb: key=value, or the TARGET.
func (c *command) take(word string) error {
	key, value, isArg := strings.Cut(word, "=")
	if isArg {
		return c.takeArg(strings.ToLower(key), value)
	}
	if c.Spec.Target == ops.NoTarget {
		return c.wrong(fmt.Sprintf("%s takes no target.", c.Spec.Verb), fmt.Sprintf("You named %q.", ops.Shorten(word, 80)))
	}
	if c.Target != "" {
		return c.wrong(
			fmt.Sprintf("%s takes one target.", c.Spec.Verb),
			fmt.Sprintf("You named %q and %q.", ops.Shorten(c.Target, 80), ops.Shorten(word, 80)))
	}
	if _, err := ops.ParseRef(word); err != nil {
		return err // a *ops.Refusal that says how a target is written
	}
	c.Target = word
	return nil
}

func (c *command) takeArg(key, value string) error {
	known := false
	for _, arg := range c.Spec.Args {
		known = known || arg.Name == key
	}
	_, twice := c.Args[key]
	switch {
	case !known && len(c.Spec.Args) == 0:
		return c.wrong(fmt.Sprintf("%s has no argument %q.", c.Spec.Verb, ops.Shorten(key, 40)), "It takes none.")
	case !known:
		return c.wrong(fmt.Sprintf("%s has no argument %q.", c.Spec.Verb, ops.Shorten(key, 40)), "")
	case twice:
		return c.wrong(fmt.Sprintf("%s is given twice.", key), fmt.Sprintf("Once as %q, once as %q.", ops.Shorten(c.Args[key], 40), ops.Shorten(value, 40)))
	case value == "":
		return c.wrong(fmt.Sprintf("%s= has no value.", key), "Write the value directly after the equals sign, without a space.")
	}
	if c.Args == nil {
		c.Args = map[string]string{}
	}
	c.Args[key] = value
	return nil
}

// complete refuses a command that lacks what its verb needs.
func (c *command) complete() error {
	if c.Spec.Target == ops.RequiredTarget && c.Target == "" {
		return c.wrong(c.Spec.Verb+" needs a target.", "")
	}
	for _, arg := range c.Spec.Args {
		if arg.Required && c.Args[arg.Name] == "" {
			return c.wrong(fmt.Sprintf("%s needs %s=%s.", c.Spec.Verb, arg.Name, arg.Value), sentence(arg.Summary))
		}
	}
	return nil
}

// wrong refuses a command and shows how its verb is used.
func (c *command) wrong(what, why string) error {
	refusal := &ops.Refusal{Reason: ops.BadArgument, What: what, Why: why, Next: "Write it as `/k8s " + usage(c.Spec) + "`."}
	if len(c.Spec.Examples) > 0 {
		refusal.Next += " For example: `/k8s " + c.Spec.Examples[0] + "`."
	}
	for _, arg := range c.Spec.Args {
		refusal.Choices = append(refusal.Choices, arg.Name+"="+arg.Value)
	}
	return refusal
}

func findSpec(verb string, specs []ops.Spec) (ops.Spec, error) {
	verbs := make([]string, 0, len(specs))
	for _, spec := range specs {
		if spec.Verb == verb {
			return spec, nil
		}
		verbs = append(verbs, spec.Verb)
	}
	sorted, meant := nearest(verb, verbs)
	refusal := &ops.Refusal{
		Reason:  ops.UnknownVerb,
		What:    fmt.Sprintf("steward has no verb %q.", ops.Shorten(verb, 40)),
		Next:    "Type `/k8s help` to see what each of them does.",
		Choices: sorted,
	}
	if meant != "" {
		refusal.Why = "Did you mean " + meant + "?"
	}
	return ops.Spec{}, refusal
}

// beforeBecause is the command up to its justification.
func beforeBecause(text string) string {
	if at := becauseAt(text); at >= 0 {
		return text[:at]
	}
	return text
}

// afterBecause is the justification of a command, "" without one.
func afterBecause(text string) string {
	if at := becauseAt(text); at >= 0 {
		return strings.Trim(text[at+len(because):], " \"'`“”")
	}
	return ""
}

// becauseAt finds the word because, in any case, which is never the first word.
func becauseAt(text string) int {
	for at := 1; at+len(because) <= len(text); at++ {
		end := at + len(because)
		if text[at-1] == ' ' && strings.EqualFold(text[at:end], because) && (end == len(text) || text[end] == ' ') {
			return at
		}
	}
	return -1
}

// sentence ends a clause of a Spec as a sentence.
func sentence(clause string) string {
	if clause == "" {
		return ""
	}
	return sentenceCase(clause) + "."
}
