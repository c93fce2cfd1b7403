// Package rbac decides who may do what, where. The policy is a CSV file that
// Casbin loads, one rule a line:
//
//	p, SUBJECT, ENVIRONMENT, CLUSTER, NAMESPACE, KIND/NAME, CHANNEL, ACTION, allow|deny
//	g, user:U…|group:S…, role:NAME
//
// Nothing is allowed but by a rule, and one matching deny beats every allow,
// whatever the order of the lines. SUBJECT is user:U… or group:S… (Slack's
// ids), role:NAME (whoever a g line gives it) or * (everybody). CHANNEL is a
// Slack channel id; channel names can be taken over and are refused. ACTION is
// a verb. Apart from SUBJECT every field may be a glob; see glob for what * and
// ? reach.
//
// A namespace of * alone also reaches what lives in no namespace, such as
// nodes; any longer glob does not, so that "shop*" stays inside namespaces. A
// Namespace object counts as living in itself, as it does for Kubernetes' own
// RBAC.
package rbac

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// Enforcer answers from the last good policy. It is safe for concurrent use
// and never reads the network.
type Enforcer struct {
	path    string
	actions []string
	log     *zap.Logger
	every   time.Duration // between two looks at the file

	current atomic.Pointer[policy]
	failure atomic.Pointer[error] // why the file as it is now is not in force
}

// Open loads the policy file. The actions are the verbs that exist: with any
// given, a rule for another one is an error, because a misspelt deny allows.
// The error names every mistake with its line.
func Open(path string, log *zap.Logger, actions ...string) (*Enforcer, error) {
	e := &Enforcer{path: path, actions: actions, log: log, every: lookInterval}
	text, err := read("the policy", path)
	if err != nil {
		return nil, err
	}
	policy, err := e.compile(text)
	if err != nil {
		return nil, err
	}
	e.use(policy)
	return e, nil
}

// compile makes a whole policy that is proven to answer, or none.
func (e *Enforcer) compile(text []byte) (*policy, error) {
	rules, members, err := parse(e.path, bytes.TrimPrefix(text, []byte("\ufeff")), e.actions)
	if err != nil {
		return nil, err
	}
	policy, err := newPolicy(filepath.Base(e.path), rules, members)
	if err != nil {
		return nil, fmt.Errorf("loading %s into Casbin: %w", e.path, err)
	}
	policy.hash, policy.loaded = sha256.Sum256(text), time.Now()
	return policy, nil
}

// use puts a policy in force for every question from now on.
func (e *Enforcer) use(p *policy) {
	e.current.Store(p)
	e.failure.Store(nil)
	e.log.Info("policy in force", zap.String("file", e.path), zap.Int("rules", len(p.rules)), zap.Int("roles", len(p.holders)))
	for _, warning := range p.warnings() {
		e.log.Warn("policy", zap.String("file", e.path), zap.String("warning", warning))
	}
}

// Allowed tells whether the actor may do the action on the target from the
// channel; an empty channel is the command line. A question that lacks the
// actor's id, or the target's cluster, environment, kind or name, gets a no.
func (e *Enforcer) Allowed(actor ops.Actor, target ops.Target, channel, action string) bool {
	p := e.current.Load()
	q := ask(target, channel, action)
	return actor.ID != "" && q.complete() && p.allows(p.held(actor), q)
}

// Warnings gives what is probably a mistake in the policy in force, though it
// is valid: a role that nobody has, or that no rule mentions.
func (e *Enforcer) Warnings() []string { return e.current.Load().warnings() }
