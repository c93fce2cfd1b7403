// Package actions holds the verbs of steward, one file a verb, and the Runner:
// the only gate that a request passes on its way to a cluster.
//
// A verb is a Read, which answers, or a Write, which plans, applies and
// watches. Verbs know Kubernetes; they know nothing of Slack, of access, of
// justifications or of the journal. The Runner knows all of these through the
// small interfaces below, and nothing of Kubernetes.
package actions

import (
	"context"

	"github.com/steward-bot/steward/ops"
)

// Action is what every verb has.
type Action interface {
	// Spec describes the verb. It gives the same Spec at every call.
	Spec() ops.Spec
}

// Query is what a verb is asked: by whom, with which arguments, about what.
type Query struct {
	Request ops.Request
	Target  *ops.Target // nil when the verb takes none, or none was given
	Default ops.Ref     // the cluster and namespace of the channel, where it has them
	// May tells whether the asker may see an object. A verb calls it for
	// every object besides its target that it is about to show.
	May func(ops.Target) bool
}

// Read is a verb that changes nothing.
type Read interface {
	Action
	// Answer gives what was asked. A *ops.Refusal is shown as it is; any other
	// error is logged, and shown as an internal one.
	Answer(ctx context.Context, q Query) (ops.Answer, error)
}

// Write is a verb that changes a cluster.
type Write interface {
	Action
	// Plan works out what would be done, without doing it. It reads the live
	// object, never a cache. Planning the same request twice on an unchanged
	// object gives the same fingerprint.
	Plan(ctx context.Context, q Query) (ops.Plan, error)
	// Apply does what the plan says if the object is still as the plan found
	// it, and otherwise changes nothing and gives a *ops.Refusal with the
	// reason Stale, Gone or Paused. Applying a plan that is Done is no error.
	Apply(ctx context.Context, req ops.Request, plan ops.Plan) error
	// Done tells whether the live object already stands where the plan wants
	// it: a process that died after the patch must not patch again. A deleted
	// object gives a *ops.Refusal with the reason Gone.
	Done(ctx context.Context, plan ops.Plan) (bool, error)
	// Watch follows the rollout to its end and reports progress on the way. It
	// gives the outcome without a verification; ctx bounds the wait. It may be
	// called in another process than Apply was.
	Watch(ctx context.Context, req ops.Request, plan ops.Plan, tell func(ops.Progress)) (ops.Outcome, error)
}

// Resolver finds the one object that a TARGET names.
type Resolver interface {
	// Resolve looks among the objects that see admits. The error is a
	// *ops.Refusal that lists the nearest names that see admits.
	Resolve(ctx context.Context, ref ops.Ref, kinds []string, see func(ops.Target) bool) (ops.Target, error)
}

// Identity says who the asker is, as Slack has it.
type Identity interface {
	// Verify gives the request's actor with name, e-mail address and groups,
	// or a *ops.Refusal when the account or the channel must not act here.
	// With fresh, nothing cached is used: for writes.
	Verify(ctx context.Context, req ops.Request, fresh bool) (ops.Actor, error)
}

// Access decides who may do what, where.
type Access interface {
	// Allowed tells whether the actor may do the action on the target from
	// the channel. It never reads the network.
	Allowed(actor ops.Actor, target ops.Target, channel, action string) bool
	// Refusal explains a no: what the asker may do instead and whom to ask.
	Refusal(actor ops.Actor, target ops.Target, channel, action string) *ops.Refusal
}

// Justifier checks justifications live.
type Justifier interface {
	// Needed lists the systems that a justification for the verb on the target
	// may come from; none means that no justification is needed.
	Needed(target ops.Target, verb string) []string
	// Verify asks the vendor, now. The error is a *ops.Refusal, also when the
	// vendor did not answer; with nothing to verify its reason is
	// JustificationMissing, and it says whose tickets would do.
	Verify(ctx context.Context, because, verb string, target ops.Target) (ops.Ticket, error)
}

// Journal is the one source of truth about what was asked and done.
type Journal interface {
	// Append writes the record, its chain hash and the jobs that follow from it
	// in one transaction, and fills in Seq, Prev and Hash. A second StepStarted
	// or StepEnded of one request gives ops.ErrRecorded.
	Append(ctx context.Context, record *ops.Record) error
	// Records gives the selected records, oldest first.
	Records(ctx context.Context, query ops.Query) ([]ops.Record, error)
}

// Diagnoser names what is wrong with a target.
type Diagnoser interface {
	// Diagnose looks at the target now. May tells what the asker may see of
	// the objects on the way. A partial answer is no error: it is in the
	// diagnosis as unknown.
	Diagnose(ctx context.Context, target ops.Target, may func(ops.Target) bool) (ops.Diagnosis, error)
	// Scan looks at everything in the target's namespace, or in its whole
	// cluster when that is empty.
	Scan(ctx context.Context, target ops.Target, may func(ops.Target) bool) (ops.Scan, error)
}

// Narrator tells the people in the request's thread what becomes of it. It
// must not fail the write: what it cannot tell, it logs and tells later.
type Narrator interface {
	Progress(ctx context.Context, req ops.Request, plan ops.Plan, progress ops.Progress)
	Outcome(ctx context.Context, req ops.Request, plan ops.Plan, outcome ops.Outcome)
}

// Locker keeps writes on one target from overlapping, across processes.
type Locker interface {
	// Lock takes the lease named key for holder, or renews it. It gives "" then,
	// and the present holder when that is somebody else.
	// A free lease is taken at once; the lease ends by itself when it is not
	// renewed.
	Lock(ctx context.Context, key, holder string) (present string, err error)
	// Unlock gives the lease back; a lease that holder does not hold is left.
	Unlock(ctx context.Context, key, holder string) error
}
