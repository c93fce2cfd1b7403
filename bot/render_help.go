package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// renderHelp shows every verb. It follows from the Specs alone.
func renderHelp(specs []ops.Spec) message {
	blocks := []slack.Block{section("*steward finds out what is wrong with a service, and lets you repair it.*\nType `/k8s VERB [TARGET] [key=value …] [because LINK]`, or mention steward in a thread with the same words.")}
	if looks := verbLines(specs, false); len(looks) > 0 {
		blocks = append(blocks, lines(append([]string{"*To look*"}, looks...))...)
	}
	if changes := verbLines(specs, true); len(changes) > 0 {
		blocks = append(blocks, lines(append([]string{"*To change* (you see the plan and confirm it first)"}, changes...))...)
	}
	return message{text: "How to use steward", blocks: append(blocks, aside(strings.Join([]string{
		"TARGET is `[[cluster/]namespace/][kind/]name`, such as `checkout`, `shop/checkout` or `prod-eu/shop/deploy/checkout`.",
		"LINK is the PagerDuty incident or the Jira issue that makes the change necessary.",
		"`/k8s VERB help` tells more about one verb.",
	}, "\n")))}
}

func verbLines(specs []ops.Spec, write bool) []string {
	var safe []string
	for _, spec := range specs {
		if spec.Write == write {
			safe = append(safe, code("/k8s "+usage(spec), 300)+"  "+prose(spec.Summary, 300))
		}
	}
	return safe
}

// renderVerbHelp shows one verb.
func renderVerbHelp(spec ops.Spec) message {
	said := []string{"*" + plain(sentence(spec.Summary), 300) + "*", code("/k8s "+usage(spec), 300)}
	for _, arg := range spec.Args {
		need := "optional"
		if arg.Required {
			need = "required"
		}
		said = append(said, "• "+code(arg.Name+"="+arg.Value, 100)+" ("+need+")  "+prose(arg.Summary, 300))
	}
	if len(spec.Kinds) > 0 {
		said = append(said, "It works on: "+plain(strings.Join(spec.Kinds, ", "), 600)+".")
	}
	if spec.Write {
		said = append(said, "You see the plan first; nothing changes until you confirm it. `because LINK` names the PagerDuty incident or the Jira issue that makes it necessary.")
	}
	if len(spec.Examples) > 0 {
		said = append(said, "For example:")
	}
	for _, example := range spec.Examples {
		said = append(said, "• "+code("/k8s "+example, 300))
	}
	return message{text: "How to use " + plain(spec.Verb, 40), blocks: lines(said)}
}
