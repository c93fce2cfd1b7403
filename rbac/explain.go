package rbac

import (
	"fmt"
	"slices"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// Explanation says how a decision came about.
type Explanation struct {
	File     string   `json:"file"` // the policy file's base name
	Allowed  bool     `json:"allowed"`
	Subjects []string `json:"subjects"`          // what the asker holds, sorted
	Decided  *Rule    `json:"decided,omitempty"` // nil: no rule matches, so the answer is no
	Matched  []Rule   `json:"matched"`           // the asker's rules that match, in the file's order
	Near     []Near   `json:"near"`              // rules that would match but for one field
}

// Near is a rule that misses by one field.
type Near struct {
	Rule  Rule   `json:"rule"`
	Field string `json:"field"` // as the policy format names it, e.g. "CHANNEL"
	Asked string `json:"asked"` // what was asked for; what the asker holds, for SUBJECT
}

// Explain shows every rule that matched or nearly matched, and which decided.
// It is for administrators: it tells of rules that the asker cannot see.
func (e *Enforcer) Explain(actor ops.Actor, target ops.Target, channel, action string) Explanation {
	p := e.current.Load()
	var subjects []string
	if actor.ID != "" {
		subjects = p.held(actor)
	}
	return p.explain(subjects, ask(target, channel, action))
}

func (p *policy) explain(subjects []string, q question) Explanation {
	x := Explanation{File: p.file, Subjects: subjects, Allowed: q.complete() && p.allows(subjects, q), Matched: []Rule{}, Near: []Near{}}
	for _, rule := range p.rules {
		missed, held := rule.misses(q), slices.Contains(subjects, rule.Subject)
		switch {
		case held && len(missed) == 0:
			x.Matched = append(x.Matched, rule)
			if x.Decided == nil || rule.Effect == Deny && x.Decided.Effect == Allow {
				x.Decided = &rule
			}
		case held && len(missed) == 1:
			x.Near = append(x.Near, Near{Rule: rule, Field: missed[0].name, Asked: missed[0].asked})
		case !held && len(missed) == 0:
			x.Near = append(x.Near, Near{Rule: rule, Field: "SUBJECT", Asked: strings.Join(subjects, ", ")})
		}
	}
	return x
}

// Reason says in one line what decided.
func (x Explanation) Reason() string {
	switch {
	case x.Decided == nil:
		return "denied: no rule allows it"
	case !x.Allowed && x.Decided.Effect == Allow:
		return "denied: the question is incomplete"
	case x.Allowed:
		return fmt.Sprintf("allowed by %s:%d: %s", x.File, x.Decided.Line, x.Decided)
	}
	return fmt.Sprintf("denied by %s:%d: %s", x.File, x.Decided.Line, x.Decided)
}

// String is the whole explanation on several lines, for the command line.
func (x Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nthe asker is %s\n", x.Reason(), strings.Join(x.Subjects, ", "))
	if len(x.Matched) > 0 {
		b.WriteString("rules that match:\n")
	}
	for _, rule := range x.Matched {
		fmt.Fprintf(&b, "  %s:%d: %s\n", x.File, rule.Line, rule)
	}
	if len(x.Near) > 0 {
		b.WriteString("rules that miss by one field:\n")
	}
	for _, near := range x.Near {
		asked := near.Asked
		if asked == "" {
			asked = "none"
		}
		fmt.Fprintf(&b, "  %s:%d: %s\n      %s: asked for %s\n", x.File, near.Rule.Line, near.Rule, near.Field, asked)
	}
	return b.String()
}
