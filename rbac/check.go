package rbac

import (
	"fmt"
	"slices"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// Case is one question to the policy, with the answer that is expected: an
// item of a test file, or what `steward rbac check` was asked.
type Case struct {
	Line int `yaml:"-" json:"line,omitempty"` // in the test file, from 1

	Who         string   `yaml:"who" json:"who"`                           // U… or user:U…; S…, group:S… or role:NAME for somebody who has just that
	Groups      []string `yaml:"groups" json:"groups,omitempty"`           // S… or group:S…
	Environment string   `yaml:"environment" json:"environment"`           //
	Cluster     string   `yaml:"cluster" json:"cluster"`                   //
	Namespace   string   `yaml:"namespace" json:"namespace,omitempty"`     //
	Target      string   `yaml:"target" json:"target"`                     // KIND/NAME; a bare NAME is a Deployment
	Channel     string   `yaml:"channel" json:"channel,omitempty"`         // C…; empty for the command line
	Action      string   `yaml:"action" json:"action"`                     //
	Expect      Effect   `yaml:"expect,omitempty" json:"expect,omitempty"` // of a test file only
}

// Result is what the policy says to one Case.
type Result struct {
	Case    Case        `json:"case"`
	Got     Effect      `json:"got"`
	Passed  bool        `json:"passed"` // Got is what was expected
	Because Explanation `json:"because"`
}

// String is the result in one line.
func (r Result) String() string {
	c := r.Case
	verdict := "ok"
	if !r.Passed {
		verdict = fmt.Sprintf("FAIL: expected %s", c.Expect)
	}
	return fmt.Sprintf("line %d: %s %s on %s: %s (%s)", c.Line, c.Who, c.Action, c.Target, verdict, r.Because.Reason())
}

// Check asks one case. The error says what the case lacks.
func (e *Enforcer) Check(c Case) (Result, error) {
	p := e.current.Load()
	subjects, err := c.subjects(p)
	if err != nil {
		return Result{}, err
	}
	target, err := c.target()
	if err != nil {
		return Result{}, err
	}
	if c.Channel != "" && (!channelID.MatchString(c.Channel) || strings.ContainsAny(c.Channel, "*?")) {
		return Result{}, fmt.Errorf("channel %s: write a channel's id such as C0123ABCD, or leave it out for the command line", quote(c.Channel))
	}
	if len(e.actions) > 0 && !slices.Contains(e.actions, c.Action) {
		return Result{}, fmt.Errorf("action %s: write one of %s", quote(c.Action), strings.Join(e.actions, ", "))
	}
	if c.Environment == "" || c.Cluster == "" || c.Action == "" {
		return Result{}, fmt.Errorf("environment, cluster and action must be given")
	}
	because := p.explain(subjects, ask(target, c.Channel, c.Action))
	got := Deny
	if because.Allowed {
		got = Allow
	}
	return Result{Case: c, Got: got, Passed: got == c.Expect, Because: because}, nil
}

// subjects gives what the case's asker holds.
func (c Case) subjects(p *policy) ([]string, error) {
	who := c.Who
	switch {
	case strings.HasPrefix(who, "U"), strings.HasPrefix(who, "W"):
		who = "user:" + who
	case strings.HasPrefix(who, "S"):
		who = "group:" + who
	}
	if !personSubject.MatchString(who) && !roleSubject.MatchString(who) {
		return nil, fmt.Errorf("who is %s: write user:U… or group:S… with Slack's id, or role:NAME", quote(c.Who))
	}
	all := []string{who}
	for _, group := range c.Groups {
		group = "group:" + strings.TrimPrefix(group, "group:")
		if !personSubject.MatchString(group) {
			return nil, fmt.Errorf("groups has %s: write S…, Slack's id of a user group", quote(group))
		}
		all = append(all, group)
	}
	return p.withRoles(all), nil
}

// target reads TARGET. What it says of cluster and namespace must agree with
// the case's own.
func (c *Case) target() (ops.Target, error) {
	ref, err := ops.ParseRef(c.Target)
	if err != nil {
		return ops.Target{}, fmt.Errorf("target is %s: write KIND/NAME such as deploy/checkout", quote(c.Target))
	}
	for _, part := range []struct{ name, said, given string }{{"cluster", ref.Cluster, c.Cluster}, {"namespace", ref.Namespace, c.Namespace}} {
		if part.said != "" && part.given != "" && part.said != part.given {
			return ops.Target{}, fmt.Errorf("the target names %s %s, the case %s: write it once", part.name, quote(part.said), quote(part.given))
		}
	}
	ref = ref.Or(ops.Ref{Cluster: c.Cluster})
	if ref.Namespace == "" {
		ref.Namespace = c.Namespace
	}
	if ref.Kind == "" {
		ref.Kind = "Deployment"
	}
	if !ops.Namespaced(ref.Kind) {
		ref.Namespace = ""
	}
	c.Cluster, c.Namespace = ref.Cluster, ref.Namespace
	return ops.Target{Cluster: ref.Cluster, Environment: c.Environment, Namespace: ref.Namespace, Kind: ref.Kind, Name: ref.Name}, nil
}
