package bot

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

func specs() []ops.Spec {
	return []ops.Spec{
		{Verb: "diagnose", Summary: "Find out what is wrong with a service", Target: ops.RequiredTarget, Examples: []string{"diagnose checkout"}},
		{Verb: "status", Summary: "Show how a rollout stands", Target: ops.RequiredTarget},
		{
			Verb: "rollback", Summary: "Return a workload to an earlier template", Target: ops.RequiredTarget, Write: true, Kinds: []string{"Deployment", "StatefulSet", "DaemonSet"},
			Args: []ops.Arg{{Name: "to", Value: "REVISION", Summary: "the revision to return to; the one before without it"}}, Examples: []string{"rollback checkout to=41"},
		},
		{Verb: "rollforward", Summary: "Return to the template before the rollbacks", Target: ops.RequiredTarget, Write: true},
		{
			Verb: "scale", Summary: "Change how many pods a workload has", Target: ops.RequiredTarget, Write: true,
			Args: []ops.Arg{{Name: "replicas", Value: "N", Summary: "how many pods there shall be", Required: true}}, Examples: []string{"scale checkout replicas=5"},
		},
		{Verb: "audit", Summary: "Show what was done", Target: ops.OptionalTarget, Args: []ops.Arg{{Name: "since", Value: "DURATION", Summary: "how far to look back"}}},
		{Verb: "access", Summary: "Show what you may do here", Target: ops.NoTarget, Examples: []string{"access"}},
	}
}

func TestACommandIsReadAsItWasMeant(t *testing.T) {
	const pd = "https://acme.pagerduty.com/incidents/Q1XCHK0001"
	for typed, want := range map[string]string{
		"":                         "help ",
		"  help ":                  "help ",
		"help rollback":            "help rollback",
		"rollback help":            "help rollback",
		"rollback checkout --help": "help rollback",
		"diagnose checkout":        "diagnose checkout {} ",
		"DIAGNOSE checkout":        "diagnose checkout {} ",
		"diagnose\u00a0 prod-eu/shop/deploy/checkout":          "diagnose prod-eu/shop/deploy/checkout {} ",
		"diagnose\n\tcheckout":                                 "diagnose checkout {} ",
		"diagnose `shop/checkout`":                             "diagnose shop/checkout {} ",
		"diagnose “checkout”":                                  "diagnose checkout {} ",
		"rollback checkout to=41 because " + pd:                "rollback checkout {to=41} " + pd,
		"rollback to=41 checkout Because " + pd:                "rollback checkout {to=41} " + pd,
		"rollback checkout TO=41 because <" + pd + "|open me>": "rollback checkout {to=41} " + pd,
		"rollback checkout because <" + pd + ">":               "rollback checkout {} " + pd,
		`rollback checkout to="41" because "SHOP-7"`:           "rollback checkout {to=41} SHOP-7",
		"rollback checkout because SHOP-7 to=41":               "rollback checkout {} SHOP-7 to=41",
		"rollback checkout because":                            "rollback checkout {} ",
		"rollback checkout because it’s \"down":                "rollback checkout {} it’s \"down",
		"rollback checkout because a&amp;b &lt;c&gt;":          "rollback checkout {} a&b <c>",
		"audit":                   "audit  {} ",
		"audit since=24h":         "audit  {since=24h} ",
		"audit checkout since=1h": "audit checkout {since=1h} ",
		"access":                  "access  {} ",
	} {
		cmd, err := parse(typed, specs())
		got := fmt.Sprintf("%s %s {%s} %s", cmd.Spec.Verb, cmd.Target, strings.Join(pairs(cmd.Args), " "), cmd.Because)
		if cmd.Help {
			got = "help " + cmd.Spec.Verb
		}
		if err != nil || got != want {
			t.Errorf("%q reads %q, not %q (%v)", typed, got, want, err)
		}
	}
}

func TestACommandThatCannotBeReadIsRefusedWithWhatCould(t *testing.T) {
	for typed, want := range map[string]string{
		"rolback checkout":                      `steward has no verb "rolback". Did you mean rollback? Choose from: rollback, scale, status, rollforward, audit, access, diagnose. Type ` + "`/k8s help` to see what each of them does.",
		"frobnicate":                            `steward has no verb "frobnicate". Choose from: rollback, scale, diagnose, audit, status, rollforward, access. Type ` + "`/k8s help` to see what each of them does.",
		"help rolback":                          `steward has no verb "rolback". Did you mean rollback? Choose from: rollback, scale, status, rollforward, audit, access, diagnose. Type ` + "`/k8s help` to see what each of them does.",
		"diagnose":                              "diagnose needs a target. Write it as `/k8s diagnose TARGET`. For example: `/k8s diagnose checkout`.",
		"diagnose a b":                          `diagnose takes one target. You named "a" and "b". Write it as ` + "`/k8s diagnose TARGET`. For example: `/k8s diagnose checkout`.",
		"access checkout":                       `access takes no target. You named "checkout". Write it as ` + "`/k8s access`. For example: `/k8s access`.",
		"access since=1h":                       `access has no argument "since". It takes none. Write it as ` + "`/k8s access`. For example: `/k8s access`.",
		"rollback checkout rev=41":              `rollback has no argument "rev". Choose from: to=REVISION. Write it as ` + "`/k8s rollback TARGET [to=REVISION] [because LINK]`. For example: `/k8s rollback checkout to=41`.",
		"rollback checkout to=41 to=42":         `to is given twice. Once as "41", once as "42". Choose from: to=REVISION. Write it as ` + "`/k8s rollback TARGET [to=REVISION] [because LINK]`. For example: `/k8s rollback checkout to=41`.",
		"rollback checkout to=":                 "to= has no value. Write the value directly after the equals sign, without a space. Choose from: to=REVISION. Write it as `/k8s rollback TARGET [to=REVISION] [because LINK]`. For example: `/k8s rollback checkout to=41`.",
		"scale checkout":                        "scale needs replicas=N. How many pods there shall be. Choose from: replicas=N. Write it as `/k8s scale TARGET replicas=N [because LINK]`. For example: `/k8s scale checkout replicas=5`.",
		"diagnose a/b/c/d/e":                    `"a/b/c/d/e" is not a target. It has more than four parts. Write it as [[cluster/]namespace/][kind/]name, for example checkout, shop/checkout or prod-eu/shop/deploy/checkout.`,
		"diagnose <!channel>":                   `"<!channel>" is not a target. "<!channel>" cannot be the name of a Kubernetes object. Write it as [[cluster/]namespace/][kind/]name, for example checkout, shop/checkout or prod-eu/shop/deploy/checkout.`,
		"diagnose <@U0ANA|ana>":                 `"<@U0ANA|ana>" is not a target. "<@U0ANA|ana>" cannot be the name of a Kubernetes object. Write it as [[cluster/]namespace/][kind/]name, for example checkout, shop/checkout or prod-eu/shop/deploy/checkout.`,
		`diagnose "checkout`:                    "A quotation mark in this command is never closed. After the last opening one comes \"checkout\". Close it with \", or leave it out: names need no quotes.",
		"diagnose check\u202eout":               "This command holds a character that cannot be seen. It is U+202E, at character 15. Such characters hide what a command really says. Type the command by hand instead of pasting it.",
		"diagnose check\x07out":                 "This command holds a character that cannot be seen. It is U+0007, at character 15. Such characters hide what a command really says. Type the command by hand instead of pasting it.",
		"diagnose \xff":                         "This command holds a character that cannot be seen. It is U+FFFD, at character 10. Such characters hide what a command really says. Type the command by hand instead of pasting it.",
		"diagnose " + strings.Repeat("x", 9991): "This command is too long to be read. It has 10000 characters; steward reads at most 3000. Type `/k8s help` to see what a command looks like.",
		strings.Repeat("x", 3000):               `steward has no verb "` + strings.Repeat("x", 39) + `…". Choose from: diagnose, status, rollback, rollforward, scale, audit, access. Type ` + "`/k8s help` to see what each of them does.",
	} {
		_, err := parse(typed, specs())
		var refusal *ops.Refusal
		if !errors.As(err, &refusal) || refusal.Error() != want {
			t.Errorf("%.60q: %v\n  not: %s", typed, err, want)
		}
	}
}

func TestWhatComesBeforeAMentionIsForPeople(t *testing.T) {
	for said, want := range map[string]string{
		"<@U0STEWARD> diagnose checkout":              "diagnose checkout",
		"ana, look: <@U0STEWARD|steward>  diagnose x": "diagnose x",
		"<@W0STEWARD>":      "",
		"no mention at all": "no mention at all",
	} {
		if got := afterMention(said); got != want {
			t.Errorf("%q: %q, not %q", said, got, want)
		}
	}
}

func TestAnAlertProposesItsTarget(t *testing.T) {
	for text, want := range map[string]string{
		"[FIRING] error rate of shop/checkout is 5%":              "shop/checkout",
		"Deployment prod-eu/shop/deploy/checkout: not available.": "prod-eu/shop/deploy/checkout",
		"see https://grafana.example/d/abc":                       "",
		"`shop/checkout`":                                         "shop/checkout",
		"nothing here":                                            "",
		strings.Repeat("a/", 5000):                                "",
	} {
		if got := guessTarget(text); got != want {
			t.Errorf("%.40q: %q, not %q", text, got, want)
		}
	}
}

// FuzzParse holds: parse never panics, refuses with a *ops.Refusal, and what it
// takes can be typed back and reads the same.
func FuzzParse(f *testing.F) {
	for _, typed := range []string{"", "rollback checkout to=41 because SHOP-7", "diagnose <https://x|y>", `scale "a b" replicas=3`, "audit since=‘1h’", "rollback a because because because", "\u202e", "help help"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cmd, err := parse(text, specs())
		var refusal *ops.Refusal
		if err != nil {
			if !errors.As(err, &refusal) || refusal.What == "" || refusal.Next == "" {
				t.Fatalf("%q: %v", text, err)
			}
			checkSafe(t, renderRefusal(refusal))
			return
		}
		if cmd.Help {
			return
		}
		if cmd.Target != "" {
			if _, err := ops.ParseRef(cmd.Target); err != nil {
				t.Fatalf("%q took the target %q", text, cmd.Target)
			}
		}
		req := ops.Request{Verb: cmd.Spec.Verb, Target: cmd.Target, Args: cmd.Args, Because: cmd.Because}
		checkSafe(t, message{blocks: renderLoading(req).Blocks.BlockSet})
		checkSafe(t, message{blocks: renderJustification("token", req, "why", nil).Blocks.BlockSet})
	})
}
