// Package diagnose names what is wrong with a service, and why.
//
// It collects, then decides. Collect takes a Snapshot: all that is to be known
// of the target and of what it needs, immutable and writable to a file. An
// Engine decides: it walks trees of questions over the snapshot, as an expert
// would ask them, and concludes causes. Deciding is pure: the same snapshot
// gives the same diagnosis, byte for byte.
//
//   - snapshot*.go, assemble.go: what a Snapshot holds; trimmed, redacted, hashed.
//   - source.go, live*.go, collect*.go: reading a cluster, within a deadline and
//     the asker's sight.
//   - view.go, workload.go, revision.go, pod.go, classify.go, failure.go: the
//     indexed snapshot, and its pods' failures in groups.
//   - check.go, symptom.go, cause.go, family.go: what knowledge is made of;
//     checks.go lists it.
//   - tree*.go, playbooks/: the trees, in YAML.
//   - playbook*.go: administrators' own knowledge in YAML and CEL, which becomes
//     the same trees, checks and causes; problem.go: what is wrong with it.
//   - engine.go, course.go, walk.go, settle.go, precedence.go, report.go: from
//     trees to a diagnosis.
//   - diagnose.go, scan.go, schema.go: what the other rooms use.
//   - signature*.go: what runtimes and clients print, in one table.
//
// # Adding a cause
//
// A family is one area of knowledge: family_NAME.go with its checks, causes and
// relations, playbooks/NAME.yaml with the order in which an expert asks, and
// testdata/pairs/NAME.yaml with a snapshot for each cause and a near miss; and
// one line in checks.go.
//
//  1. Write the pair: what the cluster would say, on one of the bases of
//     world_test.go, and one fact that makes it another cause, or none.
//  2. Write the check: a pure function from a scope to yes, no or unknown, with
//     what was observed, the fields that prove it, and the facts that the texts
//     need. Say unknown, with what is missing, wherever something could not be
//     read: scope.exists and view.read tell.
//  3. Say what its yes rests on: byField proves, bySignature and byChange
//     together make likely, one of them possible; byContext only leads on.
//  4. Write the cause: what it means for somebody who meets it for the first
//     time, one sentence, and remedies with {facts}. A remedy whose facts are
//     not all known is left out, so put the most particular first.
//  5. Put the question in its place in the tree. Where two causes fit, the more
//     particular is asked first; where two trees find two that fit, the table
//     in precedence.go decides.
//
// What looks like the fault and is none goes into testdata/healthy: a tool that
// cries wolf is not read.
//
// A container that fails is in exactly one class (failure.go), so that a tree
// with "each: pulling" never sees what another tree explains.
package diagnose
