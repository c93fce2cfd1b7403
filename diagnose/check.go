package diagnose

import (
	"time"

	"github.com/steward-bot/steward/ops"
)

// check is one question about a scope, with the pure function that answers it.
type check struct {
	ID       string
	Question string // as a person asks it; yes means that something was found
	Ask      func(*scope) answer
}

// proof is what a yes rests on. The kinds of proof along the way to a cause
// make its confidence.
type proof int

// The kinds of proof. A context only tells which way to go.
const (
	byContext   proof = iota
	byField           // a field of an object, or an exact recomputation from fields, says so
	bySignature       // a log, an exit code or a timing looks so
	byChange          // a change precedes it, touches what is implicated, and covers what fails
)

// answer is the result of a check.
type answer struct {
	Verdict  ops.Verdict
	Proofs   []proof
	Observed string         // one line
	Missing  string         // of an unknown: what could not be read
	Object   Ref            // what is at fault, where that is not the tree's own object
	Facts    facts          // names and values for the summary and the remedy
	Evidence []ops.Evidence //
	Change   *Change        // the change that is implicated
	Effects  []ops.Effect   // what it brings about elsewhere
}

// facts are named values that a cause's texts are filled with.
type facts map[string]string

// no answers that nothing was found.
func no(observed string) answer { return answer{Verdict: ops.No, Observed: observed} }

// unknown answers that it could not be known for want of something.
func unknown(missing string) answer {
	return answer{Verdict: ops.Unknown, Observed: "not known", Missing: missing}
}

// yes answers that something was found.
func yes(of proof, observed string) answer {
	return answer{Verdict: ops.Yes, Proofs: []proof{of}, Observed: observed}
}

// found answers yes or no without more ado.
func found(is bool, of proof, ifYes, ifNo string) answer {
	if is {
		return yes(of, ifYes)
	}
	return no(ifNo)
}

// with adds facts.
func (a answer) with(pairs ...string) answer {
	merged := facts{}
	for name, value := range a.Facts {
		merged[name] = value
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		merged[pairs[i]] = pairs[i+1]
	}
	a.Facts = merged
	return a
}

// and adds another kind of proof.
func (a answer) and(of proof) answer {
	a.Proofs = append(a.Proofs[:len(a.Proofs):len(a.Proofs)], of)
	return a
}

// at names the object at fault.
func (a answer) at(object Ref) answer {
	a.Object = object
	return a
}

// brings adds something that it brings about.
func (a answer) brings(id string, object Ref, summary string) answer {
	a.Effects = append(a.Effects[:len(a.Effects):len(a.Effects)], ops.Effect{ID: id, Object: object.String(), Summary: summary})
	return a
}

// by names the change that is implicated.
func (a answer) by(change *Change) answer {
	a.Change = change
	return a
}

// valueLimit bounds a value in evidence, in characters.
const valueLimit = 400

// seen adds a piece of evidence.
func (a answer) seen(object Ref, field, value string, at time.Time) answer {
	a.Evidence = append(a.Evidence[:len(a.Evidence):len(a.Evidence)], ops.Evidence{
		Object: object.String(), Field: field, Value: ops.Shorten(value, valueLimit), At: at.UTC(),
	})
	return a
}
