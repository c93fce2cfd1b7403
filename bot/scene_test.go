package bot_test

import (
	"time"

	"github.com/steward-bot/steward/ops"
)

// The scene of the stories: a checkout whose image does not exist, and a verb
// of each kind.

func verbs() []ops.Spec {
	return []ops.Spec{
		{Verb: "diagnose", Summary: "Find out what is wrong with a service, with every check shown", Target: ops.OptionalTarget, Examples: []string{"diagnose checkout"}},
		{
			Verb: "rollback", Summary: "Return a workload to an earlier template", Target: ops.RequiredTarget, Write: true,
			Args: []ops.Arg{{Name: "to", Value: "REVISION", Summary: "the revision to return to; the one before without it"}}, Examples: []string{"rollback checkout to=41"},
		},
		{Verb: "restart", Summary: "Replace every pod of a workload", Target: ops.RequiredTarget, Write: true},
		{
			Verb: "scale", Summary: "Change how many pods a workload has", Target: ops.RequiredTarget, Write: true,
			Args: []ops.Arg{{Name: "replicas", Value: "N", Summary: "how many pods there shall be", Required: true}}, Examples: []string{"scale checkout replicas=5"},
		},
		{Verb: "access", Summary: "Show what you may do in this channel, and who can let you do more", Target: ops.NoTarget, Examples: []string{"access"}},
	}
}

var checkout = ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment", Name: "checkout", UID: "u1"}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func incident() *ops.Ticket {
	return &ops.Ticket{
		System: ops.PagerDuty, Key: "Q1XCHK0001", URL: "https://acme.pagerduty.com/incidents/Q1XCHK0001",
		Title: "checkout: error rate above 5%", Status: "triggered", Concern: "service PCHK001", Checked: noon,
	}
}

func rollback() ops.Plan {
	return ops.Plan{
		Verb: "rollback", Target: checkout, Args: map[string]string{"to": "41"},
		Headline: "Roll back checkout to the template of revision 41",
		Facts:    []ops.Fact{{Label: "Revision 41", Text: "made by ana with kubectl on 2026-11-20"}},
		Changes: []ops.Change{
			{Path: "containers[checkout].image", Before: "registry.acme.example/shop/checkout:2.4.1-missing", After: "registry.acme.example/shop/checkout:2.4.0"},
			{Path: "containers[checkout].env[CACHE]", Before: "on"},
		},
		Warnings: []ops.Warning{{Code: "owner-will-undo", Text: "Argo CD manages this Deployment and will undo the rollback."}},
		Blast:    "3 pods are replaced, one at a time.",
		Basis:    ops.Basis{Before: "a", After: "b"},
	}
}

func diagnosis() ops.Diagnosis {
	return ops.Diagnosis{
		Schema: ops.DiagnosisSchema, Cluster: "prod-eu", Target: ops.DiagnosisTarget{Namespace: "shop", Kind: "Deployment", Name: "checkout"},
		At: noon, TookMS: 420, Status: ops.StatusUnhealthy,
		Causes: []ops.Cause{{
			ID: "image-not-found", Confidence: ops.Proven, Object: "Pod/shop/checkout-5d-x2v", Summary: "The image checkout:2.4.1-missing does not exist.",
			Evidence: []ops.Evidence{{Object: "Pod/shop/checkout-5d-x2v", Field: "status.containerStatuses[0].state.waiting.reason", Value: "ErrImagePull", At: noon}},
			Remedy: []ops.Remedy{
				{Text: "Roll back to the template of revision 41.", Action: "rollback", Args: map[string]string{"to": "41"}},
				{Text: "Or publish the tag."},
				{Text: "Scale up cart, which checkout waits for.", Action: "scale", Args: map[string]string{"target": "deploy/cart", "replicas": "3"}},
			},
			Effects: []ops.Effect{{ID: "progress-deadline-exceeded", Object: "Deployment/shop/checkout", Summary: "The rollout does not finish."}},
		}},
		Checks: []ops.Check{
			{ID: "pods-waiting", Question: "Is a container waiting?", Verdict: ops.Yes, Observed: "ErrImagePull on checkout-5d-x2v"},
			{ID: "node-ready", Question: "Is the node unwell?", Verdict: ops.No, Observed: "node-1 is Ready"},
			{ID: "memory", Question: "Was it killed for its memory?", Verdict: ops.Unknown},
		},
		Excluded: []string{"image-pull-auth"},
		Unknown:  []ops.Gap{{Check: "memory", Missing: "steward may not read nodes/metrics"}},
		Changes:  []ops.ChangeEvent{{At: noon, Source: "revisions", Who: "ana", Summary: "image 2.4.0 → 2.4.1-missing", Implicated: true}},
	}
}

// play is what the Runner does unless a story says otherwise: reads answer,
// writes need a link, then preview, then start.
// scan is a look at the whole shop: checkout's image, and a node under two.
func scan() ops.Scan {
	node := ops.Cause{ID: "node-unreachable", Confidence: ops.Proven, Object: "Node/node-1", Summary: "The node node-1 does not answer.", Remedy: []ops.Remedy{{Text: "Look at its kubelet."}}}
	on := func(name string) ops.Diagnosis {
		return ops.Diagnosis{Target: ops.DiagnosisTarget{Namespace: "shop", Kind: "Deployment", Name: name}, Causes: []ops.Cause{node}}
	}
	diagnoses := []ops.Diagnosis{diagnosis(), on("cart"), on("search")}
	groups := ops.GroupByCause(diagnoses)
	ops.SortGroups(groups)
	return ops.Scan{
		Schema: ops.ScanSchema, Cluster: "prod-eu", Namespace: "shop", Workloads: 9, Diagnoses: diagnoses, Groups: groups,
		Unknown: []ops.Gap{{Check: "scan", Missing: "steward may not list secrets in the namespace shop: its role lacks that rule"}},
	}
}

func play(req ops.Request) (ops.Reply, error) {
	switch {
	case req.Verb == "diagnose" && req.Target == "":
		return ops.Reply{Answer: &ops.Answer{Headline: "2 causes of trouble in prod-eu/shop, with 9 workloads looked at.", Scans: []ops.Scan{scan()}}}, nil
	case req.Verb == "diagnose":
		d := diagnosis()
		return ops.Reply{Answer: &ops.Answer{Headline: d.Causes[0].Summary, Diagnosis: &d, Target: &checkout}}, nil
	case req.Verb == "access":
		return ops.Reply{Answer: &ops.Answer{Headline: "What you may do here.", Sections: []ops.Section{
			{Title: "shop", Lines: []string{"diagnose, rollback"}},
			{Title: "As a table", Fixed: true, Lines: []string{"VERB       WHERE", "diagnose   shop/*"}},
		}}}, nil
	case req.Because == "":
		return ops.Reply{Ask: &ops.Ask{Target: checkout, Accept: []string{ops.PagerDuty, ops.Jira}, Text: "A " + req.Verb + " in production needs a justification. Accepted: a PagerDuty incident or a Jira issue."}}, nil
	case req.Because == "resolved":
		return ops.Reply{}, &ops.Refusal{Reason: ops.JustificationClosed, What: "Incident Q1XOLD0001 is resolved.", Why: "Only an open incident justifies a change.", Next: "Give the link of an open one."}
	case req.Confirmed == "":
		return ops.Reply{Preview: &ops.Preview{Plan: rollback(), Ticket: incident()}}, nil
	case req.Confirmed == rollback().Fingerprint():
		return ops.Reply{Accepted: &ops.Accepted{Plan: rollback(), Ticket: incident()}}, nil
	default:
		return ops.Reply{Preview: &ops.Preview{Plan: rollback(), Ticket: incident(), Stale: true}}, nil
	}
}
