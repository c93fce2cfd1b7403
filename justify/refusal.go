package justify

import (
	"errors"
	"fmt"
	"strings"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// titles are the systems as people know them.
var titles = map[string]string{ops.PagerDuty: "PagerDuty", ops.Jira: "Jira"}

func title(system string) string {
	if known, ok := titles[system]; ok {
		return known
	}
	return system
}

// finish fills in what the person can do next where the source left it open.
func finish(err error, instead string) error {
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) {
		refusal = &ops.Refusal{
			Reason: ops.Unavailable,
			What:   "Nothing was changed: the justification could not be checked.",
			Err:    err,
		}
	}
	if refusal.Next == "" {
		refusal.Next = give(instead)
	}
	return refusal
}

// give asks for what would justify the action.
func give(instead string) string {
	if instead == "" {
		return mapIt
	}
	return "Give " + instead + "."
}

const mapIt = "Ask whoever runs steward to name this workload under justify.services in its settings."

func missing(verb string, target ops.Target, instead string) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.JustificationMissing,
		What:   fmt.Sprintf("%s on %s needs a justification.", verb, target.Object()),
		Why:    "None was given.",
		Next:   give(instead),
	}
}

func malformed(text, why, instead string) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.JustificationBad,
		What:   fmt.Sprintf("%q is no justification that steward can check.", redact.Text(ops.Shorten(text, 80))),
		Why:    why,
		Next:   give(instead),
	}
}

func notAccepted(system, verb string, target ops.Target, instead string) *ops.Refusal {
	environment := target.Environment
	if environment == "" {
		environment = "an environment without a name, which counts as production"
	}
	return &ops.Refusal{
		Reason: ops.JustificationMissing,
		What:   fmt.Sprintf("%s does not justify %s in %s.", title(system), verb, environment),
		Why:    "The settings, under justify.rules, accept other systems there.",
		Next:   give(instead),
	}
}

func unmapped(system string, target ops.Target, instead string) *ops.Refusal {
	what, key := "PagerDuty service", PagerDutyAnnotation
	if system == ops.Jira {
		what, key = "Jira project", JiraProjectAnnotation
	}
	next := fmt.Sprintf("Ask whoever runs steward to name it under justify.services in its settings, or annotate it or its namespace with %s.", key)
	if instead != "" {
		next = "Give " + instead + ". Or a" + next[1:]
	}
	return &ops.Refusal{
		Reason: ops.JustificationUnready,
		What:   fmt.Sprintf("steward does not know to which %s %s belongs.", what, target.Object()),
		Why:    "Without that, any ticket would do.",
		Next:   next,
	}
}

// failure says why a vendor's answer is of no use.
type failure struct {
	system string
	status int    // of the answer; 0 when there was none
	late   bool   // the deadline passed
	err    error  // what the client library said
	token  string // must not show
}

// refusal never holds what the vendor sent but its status: that may be
// anything.
func (f failure) refusal() *ops.Refusal {
	name := title(f.system)
	r := &ops.Refusal{
		Reason: ops.Unavailable,
		Why:    "A justification counts only if the vendor confirms it now.",
		Next:   "Try again in a moment.",
		Err:    f.cause(),
	}
	switch {
	case f.status == 401 || f.status == 403:
		r.What = fmt.Sprintf("Nothing was changed: %s refuses steward's credentials (%d).", name, f.status)
		r.Next = "Ask whoever runs steward to renew them; `steward doctor` checks them."
	case f.status == 429:
		r.What = fmt.Sprintf("Nothing was changed: %s asks steward to slow down (429).", name)
	case f.status >= 500:
		r.What = fmt.Sprintf("Nothing was changed: %s has an error of its own (%d).", name, f.status)
	case f.late:
		r.What = fmt.Sprintf("Nothing was changed: %s did not answer in time.", name)
	case f.status >= 300:
		r.What = fmt.Sprintf("Nothing was changed: %s gave an unexpected answer (%d).", name, f.status)
	default:
		r.What = fmt.Sprintf("Nothing was changed: %s could not be reached, or its answer made no sense.", name)
	}
	return r
}

// cause is for the log: bounded, on one line, and without secrets.
func (f failure) cause() error {
	text := "no error"
	if f.err != nil {
		text = f.err.Error()
	}
	if f.token != "" {
		text = strings.ReplaceAll(text, f.token, redact.Hidden)
	}
	return fmt.Errorf("asking %s: %s", title(f.system), redact.Text(ops.Shorten(text, 300)))
}
