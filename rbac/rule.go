package rbac

import (
	"strings"

	"github.com/steward-bot/steward/ops"
)

// Effect is what a rule does when it matches.
type Effect string

// The effects. Deny beats Allow.
const (
	Allow Effect = "allow"
	Deny  Effect = "deny"
)

// Rule is one p line. Its fields are patterns, with the kind as Kubernetes
// writes it: "deploy/checkout*" has become "Deployment/checkout*".
type Rule struct {
	Line        int    `json:"line"` // in the policy file, from 1
	Subject     string `json:"subject"`
	Environment string `json:"environment"`
	Cluster     string `json:"cluster"`
	Namespace   string `json:"namespace"`
	Object      string `json:"object"` // KIND/NAME
	Channel     string `json:"channel"`
	Action      string `json:"action"`
	Effect      Effect `json:"effect"`
}

// String writes the rule as the policy file has it.
func (r Rule) String() string { return "p, " + strings.Join(r.fields(), ", ") }

func (r Rule) fields() []string {
	return []string{r.Subject, r.Environment, r.Cluster, r.Namespace, r.Object, r.Channel, r.Action, string(r.Effect)}
}

// looking are the actions that let somebody know that an object exists.
var looking = []string{"diagnose", "status"}

// question is what is asked of the rules, apart from who asks.
type question struct {
	environment, cluster, namespace, object, channel, action string
}

// ask puts a target into the policy's terms.
func ask(target ops.Target, channel, action string) question {
	namespace := target.Namespace
	if target.Kind == "Namespace" {
		namespace = target.Name
	}
	return question{
		environment: target.Environment,
		cluster:     target.Cluster,
		namespace:   namespace,
		object:      target.Kind + "/" + target.Name,
		channel:     channel,
		action:      action,
	}
}

// complete tells whether the question has all that a decision stands on. The
// namespace and the channel may be missing: nodes have none, and neither has
// the command line.
func (q question) complete() bool {
	kind, name, _ := strings.Cut(q.object, "/")
	return q.environment != "" && q.cluster != "" && q.action != "" && kind != "" && name != "" && !strings.Contains(name, "/")
}

// field is one part of a rule beside what was asked for it.
type field struct {
	name, pattern, asked string
}

// against lays the rule beside the question, in the order in which a refusal
// looks for what is missing.
func (r Rule) against(q question) []field {
	return []field{
		{"CHANNEL", r.Channel, q.channel},
		{"KIND/NAME", r.Object, q.object},
		{"NAMESPACE", r.Namespace, q.namespace},
		{"CLUSTER", r.Cluster, q.cluster},
		{"ENVIRONMENT", r.Environment, q.environment},
		{"ACTION", r.Action, q.action},
	}
}

// misses gives the fields of the rule that do not match the question.
func (r Rule) misses(q question) []field {
	var missed []field
	for _, f := range r.against(q) {
		if !glob(f.pattern, f.asked) {
			missed = append(missed, f)
		}
	}
	return missed
}
