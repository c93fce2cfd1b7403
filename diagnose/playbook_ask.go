package diagnose

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
	apicel "k8s.io/apiserver/pkg/apis/cel"

	"github.com/steward-bot/steward/ops"
)

// celCheck is a check of a playbook, ready to be asked.
type celCheck struct {
	ownCheck
	of       *own
	asks     *expression
	facts    map[string]*expression
	evidence []*expression // by ownCheck.Evidence
}

// proofs are what a check can say that its yes rests on.
var proofs = map[string]proof{"": byContext, "field": byField, "signature": bySignature, "change": byChange}

// ask evaluates the check. Whatever keeps it from being evaluated makes it
// unknown, and says so.
func (c *celCheck) ask(s *scope) answer {
	e := &evaluation{scope: s, own: c.of}
	if e.memo == nil {
		withMemo := *s
		withMemo.memo = newMemo()
		e.scope = &withMemo
	}
	holds, missing := e.holds(c.asks)
	switch {
	case missing != "" && c.Missing != "":
		return unknown(c.Missing + " (" + missing + ")")
	case missing != "":
		return unknown(missing)
	case !holds:
		return no(cmp.Or(c.Otherwise, "it is not so"))
	}
	return c.found(e)
}

// found is the answer of a check that holds.
func (c *celCheck) found(e *evaluation) answer {
	change := e.change // by the check itself, not by its facts
	a := yes(proofs[c.Proof], "it is so")
	if change != nil {
		a = a.with("who", change.Who, "when", change.At.UTC().Format("15:04"), "change", change.Summary)
	}
	for _, name := range slices.Sorted(maps.Keys(c.facts)) {
		if text, ok := e.text(c.facts[name]); ok {
			a = a.with(name, text)
		}
	}
	known := e.commonFacts(e.Object)
	e.subjectFacts(known)
	maps.Copy(known, a.Facts)
	if text, ok := known.fill(c.Observed); ok && text != "" {
		a.Observed = text
	}
	if text, ok := known.fill(c.Blames); ok && text != "" {
		if object, isObject := parseRef(text); isObject {
			a = a.at(object)
		}
	}
	a = c.see(a, e, known)
	if change != nil && c.Proof == "change" {
		a = a.by(change).seen(change.Object, change.Field, change.Summary, change.At)
	}
	return a
}

// see adds the evidence: what could not be had is left out.
func (c *celCheck) see(a answer, e *evaluation, known facts) answer {
	for i, evidence := range c.Evidence {
		value, ok := e.text(c.evidence[i])
		if !ok {
			continue
		}
		object := e.Object
		if evidence.Object != "" {
			text, filled := known.fill(evidence.Object)
			at, isObject := parseRef(text)
			if !filled || !isObject {
				continue
			}
			object = at
		}
		a = a.seen(object, evidence.Field, value, e.At)
	}
	return a
}

// holds evaluates a condition. Missing says why that could not be done.
func (e *evaluation) holds(condition *expression) (holds bool, missing string) {
	value, missing := e.eval(condition)
	if missing != "" {
		return false, missing
	}
	is, ok := value.(types.Bool)
	if !ok {
		return false, "its expression gives neither true nor false"
	}
	return bool(is), ""
}

// eval evaluates an expression within the limits of Kubernetes: of one
// evaluation, and of all of a playbook for one object.
func (e *evaluation) eval(x *expression) (value ref.Val, missing string) {
	if e.memo.spent[e.own.name] >= apicel.RuntimeCELCostBudget {
		return nil, fmt.Sprintf("the playbook %s has cost %d already, the most for one object", e.own.name, apicel.RuntimeCELCostBudget)
	}
	value, details, err := x.program.Eval(e)
	if cost := details.ActualCost(); cost != nil {
		e.memo.spent[e.own.name] += *cost
	}
	var notRead unread
	var cancelled interpreter.EvalCancelledError
	switch {
	case err == nil:
		return value, ""
	case errors.As(err, &notRead):
		return nil, string(notRead)
	case errors.As(err, &cancelled):
		return nil, fmt.Sprintf("its expression costs more than %d, the most for one evaluation", apicel.PerCallLimit)
	default:
		return nil, "its expression failed: " + ops.Shorten(err.Error(), valueLimit)
	}
}

// text evaluates an expression to a text for people.
func (e *evaluation) text(x *expression) (string, bool) {
	value, missing := e.eval(x)
	if missing != "" {
		return "", false
	}
	switch v := value.(type) {
	case types.String:
		return string(v), v != ""
	case types.Int:
		return strconv.FormatInt(int64(v), 10), true
	case types.Uint:
		return strconv.FormatUint(uint64(v), 10), true
	case types.Double:
		return strconv.FormatFloat(float64(v), 'g', -1, 64), true
	case types.Bool:
		return strconv.FormatBool(bool(v)), true
	case types.Timestamp:
		return v.UTC().Format(time.RFC3339), true
	case types.Duration:
		return v.String(), true
	default:
		return "", false
	}
}
