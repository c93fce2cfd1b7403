// Package justify turns a pasted link into a verified Ticket, or says why it
// cannot. A justification is never taken at its word: the vendor is asked,
// now, whether the incident or issue exists in our account, is open or
// approved, and concerns the very workload that is about to be changed. When
// the vendor cannot be asked, the answer is no.
//
// A Source decides nothing about the person who asks: that is rbac's. Adding
// one is a file here, a section in internal/settings, and its making in
// cmd/steward/wire_justify.go.
package justify

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/steward-bot/steward/ops"
)

// deadline bounds one verification, with its retry: a person is waiting.
const deadline = 5 * time.Second

// Config says which writes need which justification, and whose tickets concern
// which workload.
type Config struct {
	Rules    []Rule
	Services []Service
	Timeout  time.Duration // of one verification; 0 means 5 seconds
}

// Justifier checks justifications live. It is safe for concurrent use.
type Justifier struct {
	rules    []Rule
	services []Service
	sources  []Source
	timeout  time.Duration
}

// New makes a Justifier that asks the given sources. With none, no write that
// needs a justification can be done.
func New(config Config, sources ...Source) *Justifier {
	if config.Timeout == 0 {
		config.Timeout = deadline
	}
	return &Justifier{rules: config.Rules, services: config.Services, sources: sources, timeout: config.Timeout}
}

// Needed lists the systems that a justification for the verb on the target may
// come from; none means that no justification is needed.
func (j *Justifier) Needed(target ops.Target, verb string) []string {
	accept, ruled := accepted(j.rules, target.Environment, verb)
	if ruled {
		return slices.Clone(accept)
	}
	return j.systems()
}

// systems lists every configured source, or all that exist when none is: an
// empty list would say that no justification is needed.
func (j *Justifier) systems() []string {
	var systems []string
	for _, source := range j.sources {
		systems = append(systems, source.System())
	}
	if len(systems) == 0 {
		return []string{ops.PagerDuty, ops.Jira}
	}
	return systems
}

// Verify asks the vendor, now. The error is a *ops.Refusal, also when the
// vendor did not answer.
func (j *Justifier) Verify(ctx context.Context, because, verb string, target ops.Target) (ops.Ticket, error) {
	concern := concernOf(j.services, target)
	accept := j.Needed(target, verb)
	if len(accept) == 0 { // none is needed, and one was given: it must be true all the same
		accept = j.systems()
	}
	instead := j.instead(accept, concern)
	if strings.TrimSpace(because) == "" {
		return ops.Ticket{}, missing(verb, target, instead)
	}
	pasted, wrong := paste(because)
	if wrong != "" {
		return ops.Ticket{}, malformed(because, wrong, instead)
	}
	source, check, err := j.recognise(pasted)
	switch {
	case err != nil:
		return ops.Ticket{}, finish(err, instead)
	case source == nil:
		return ops.Ticket{}, malformed(because, "It is neither a link nor a key of a system that steward asks.", instead)
	case !slices.Contains(accept, source.System()):
		return ops.Ticket{}, notAccepted(source.System(), verb, target, instead)
	case source.Wants(concern) == "":
		return ops.Ticket{}, unmapped(source.System(), target, instead)
	}
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	ticket, err := check(ctx, concern)
	if err != nil {
		return ops.Ticket{}, finish(err, instead)
	}
	return ticket, nil
}

// recognise finds the source that the pasted text is about; none is no error.
func (j *Justifier) recognise(pasted Pasted) (Source, Check, error) {
	for _, source := range j.sources {
		check, err := source.Recognise(pasted)
		if err != nil || check != nil {
			return source, check, err
		}
	}
	return nil, nil, nil
}

// instead says in words what would justify this action; empty when nothing
// can, because the workload is mapped nowhere.
func (j *Justifier) instead(accept []string, concern Concern) string {
	var ways []string
	for _, source := range j.sources {
		if wants := source.Wants(concern); wants != "" && slices.Contains(accept, source.System()) {
			ways = append(ways, wants)
		}
	}
	return strings.Join(ways, ", or ")
}
