package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

func TestHelpFollowsFromTheVerbs(t *testing.T) {
	h := open(t)
	for i, typed := range []string{"", "help"} {
		h.command("U0ANA", "C0SHOP", typed)
		want(t, "help", h.ephemeral("U0ANA", "C0SHOP", i+1).words(), strings.ReplaceAll(`
*steward finds out what is wrong with a service, and lets you repair it.*
Type ´/k8s VERB [TARGET] [key=value …] [because LINK]´, or mention steward in a thread with the same words.
*To look*
´/k8s diagnose [TARGET]´  Find out what is wrong with a service, with every check shown
´/k8s access´  Show what you may do in this channel, and who can let you do more
*To change* (you see the plan and confirm it first)
´/k8s rollback TARGET [to=REVISION] [because LINK]´  Return a workload to an earlier template
´/k8s restart TARGET [because LINK]´  Replace every pod of a workload
´/k8s scale TARGET replicas=N [because LINK]´  Change how many pods a workload has
TARGET is ´[[cluster/]namespace/][kind/]name´, such as ´checkout´, ´shop/checkout´ or ´prod-eu/shop/deploy/checkout´.
LINK is the PagerDuty incident or the Jira issue that makes the change necessary.
´/k8s VERB help´ tells more about one verb.`, "´", "`"))
	}
	h.command("U0ANA", "C0SHOP", "rollback help")
	want(t, "the verb's help", h.ephemeral("U0ANA", "C0SHOP", 3).words(), strings.ReplaceAll(`
*Return a workload to an earlier template.*
´/k8s rollback TARGET [to=REVISION] [because LINK]´
• ´to=REVISION´ (optional)  the revision to return to; the one before without it
You see the plan first; nothing changes until you confirm it. ´because LINK´ names the PagerDuty incident or the Jira issue that makes it necessary.
For example:
• ´/k8s rollback checkout to=41´`, "´", "`"))
	if len(h.runner.requests()) != 0 {
		t.Error("help went through the Runner")
	}
}

func TestBadWordsGetAClearAnswerAndNothingIsDone(t *testing.T) {
	h := open(t)
	for i, c := range []struct{ typed, words string }{
		{"rolback checkout", "⛔ *steward has no verb \"rolback\".*\nDid you mean rollback?\nYou can choose from: `rollback`, `restart`, `scale`, `access`, `diagnose`\nType `/k8s help` to see what each of them does."},
		{"diagnose <!channel>", "⛔ *\"&lt;!channel&gt;\" is not a target.*\n\"&lt;!channel&gt;\" cannot be the name of a Kubernetes object.\nWrite it as [[cluster/]namespace/][kind/]name, for example checkout, shop/checkout or prod-eu/shop/deploy/checkout."},
		{"rollback checkout to=41 to=42", "⛔ *to is given twice.*\nOnce as \"41\", once as \"42\".\nYou can choose from: `to=REVISION`\nWrite it as `/k8s rollback TARGET [to=REVISION] [because LINK]`. For example: `/k8s rollback checkout to=41`."},
		{"diagnose " + strings.Repeat("x", 9991), "⛔ *This command is too long to be read.*\nIt has 10000 characters; steward reads at most 3000.\nType `/k8s help` to see what a command looks like."},
		{"diagnose check\u202eout", "⛔ *This command holds a character that cannot be seen.*\nIt is U+202E, at character 15. Such characters hide what a command really says.\nType the command by hand instead of pasting it."},
	} {
		h.command("U0ANA", "C0SHOP", c.typed)
		want(t, fmt.Sprintf("the answer to %.30q", c.typed), h.ephemeral("U0ANA", "C0SHOP", i+1).words(), c.words)
	}
	if len(h.runner.requests()) != 0 {
		t.Error("the Runner was asked")
	}
}

func TestALongAnswerComesInSeveralMessagesAndSaysWhatIsMissing(t *testing.T) {
	h := open(t)
	lines := make([]string, 2000)
	for i := range lines {
		lines[i] = fmt.Sprintf("%04d <!channel> ``` the quick brown fox", i)
	}
	h.runner.plays(func(ops.Request) (ops.Reply, error) {
		return ops.Reply{Answer: &ops.Answer{Headline: "Much.", Sections: []ops.Section{{Title: "A log", Lines: lines, Fixed: true}}}}, nil
	})
	h.command("U0ANA", "C0SHOP", "access")
	last := h.ephemeral("U0ANA", "C0SHOP", 4)
	if words := last.words(); !strings.HasSuffix(words, "\nThe rest of this answer (18 parts) is too long for Slack. Ask for less, for example for one object.\n[Share with channel]") {
		t.Errorf("the end: …%s", words[max(0, len(words)-300):])
	}
	first := h.ephemeral("U0ANA", "C0SHOP", 1)
	if !strings.HasPrefix(first.words(), "*Much.*\n*A log*\n```\n0000 &lt;!channel&gt; ''' the quick brown fox\n0001") {
		t.Errorf("the beginning: %.200s", first.words())
	}
}
