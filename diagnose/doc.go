// Package diagnose names what is wrong with a service, and why.
//
// It collects, then decides. Engine.Collect takes a Snapshot: all that is to be known
// of the target and of what it needs, immutable and writable to a file. An
// Engine decides: it walks trees of questions over the snapshot, as an expert
// would ask them, and concludes causes. Deciding is pure: the same snapshot
// gives the same diagnosis, byte for byte.
//
// The files, by what they are about; a test holds this list to them:
//
//   - What the other rooms use: diagnose.go, scan*.go, caches.go, catalogue.go,
//     schema.go.
//   - What a Snapshot holds, trimmed, redacted and hashed: snapshot*.go, ref.go;
//     assemble*.go puts it together.
//   - Reading a cluster, within a deadline and the asker's sight: source.go says
//     how, live*.go asks the API server and the kubelets, cached*.go answers from
//     memory, prepare*.go makes what is kept, and collect*.go knows what to ask for.
//   - The snapshot indexed, and what is worked out from it: view.go, workload*.go,
//     revision.go, template.go, pod.go, readiness.go, changes*.go, dependency.go,
//     endpoints.go, fronts.go, scaling.go, intent.go.
//   - The failures of pods, in classes and groups: classify.go, failure.go.
//   - Rules of Kubernetes worked out anew: placement*.go and predicate*.go where
//     the scheduler may put a pod, policy*.go what NetworkPolicies let through,
//     mesh.go what a mesh does.
//   - What runtimes and clients print, in tables: signature*.go.
//   - What knowledge is made of: scope.go, check.go, symptom.go, cause.go,
//     facts.go, family.go.
//   - The knowledge itself: family_*.go, listed in families.go. The trees, in YAML:
//     playbooks/, read by tree*.go.
//   - Administrators' own knowledge in YAML and CEL, which becomes the same trees,
//     checks and causes: playbook*.go; problem.go is what is wrong with it.
//   - From trees to a diagnosis: engine.go, course.go, walk.go, settle.go,
//     precedence.go, report.go.
//   - Words and numbers for people: age.go, nearest.go, ordinal.go.
//
// # Adding a cause
//
// A family is one area of knowledge: family_NAME*.go with its checks, causes and
// relations, playbooks/NAME.yaml with the order in which an expert asks, and
// testdata/pairs/NAME.yaml with a snapshot for each cause and a near miss; and
// one line in families.go. The family workload has its trees in target.yaml.
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
//  6. Write its id into testdata/catalogue.txt, for good, and let make golden
//     write its page in docs/causes.
//  7. Bring it about on the real control plane, in a script of test/causes: by
//     manifests where that can be, else with a status, events and logs. What is
//     not read from a real API server is found here and nowhere else.
//
// What looks like the fault and is none goes into testdata/healthy: a tool that
// cries wolf is not read.
//
// A container that fails is in exactly one class (failure.go), so that a tree
// with "each: pulling" never sees what another tree explains.
package diagnose
