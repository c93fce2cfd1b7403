package stages

import (
	"fmt"
	"strings"

	"github.com/steward-bot/steward/standin/controlplane/fault"
)

// quick is how long a simulated kubelet takes to start a container, in
// milliseconds: enough for a watcher to see the pod pending.
const quick = 100

// Conditions that the steps share.
var (
	alive    = absent(".metadata.deletionTimestamp")
	pristine = absent(".status.containerStatuses")
	running  = is(".status.phase", "Running")
	unended  = is(".status.phase", "Pending", "Running")
	// unstarted pods have containers that have never run.
	unstarted = is(`.status.containerStatuses == null or any(.status.containerStatuses[]; .state.waiting.reason |`+
		` IN("CreateContainerConfigError", "ContainerCreating"))`, "true")
	// unstartable ones have no container that runs now.
	unstartable = is(`.status.containerStatuses == null or any(.status.containerStatuses[]; .state.waiting.reason |`+
		` IN("CrashLoopBackOff", "ContainerCreating"))`, "true")
)

// ready is the jq expression for the status of the pod's Ready condition.
const ready = `.status.conditions[]? | select(.type == "Ready") | .status`

// unknownFault is what an Event says when a label is misspelt.
var unknownFault = fmt.Sprintf("%q", "unknown fault; choose one of "+strings.Join(fault.OfPods(), ", "))

func faulty(names ...string) condition { return is(fault.Expression(), names...) }

func label() string { return fmt.Sprintf(".metadata.labels[%q]", fault.Label) }

func annotation(name string) string { return fmt.Sprintf(".metadata.annotations[%q]", name) }

// podSteps are the lives of pods that do not crash.
func podSteps() []step {
	probeFails := says("Warning", `"Unhealthy"`,
		`printf "Readiness probe failed: %s" (default "HTTP probe failed with statuscode: 503" $foundMessage)`)
	return append([]step{
		{
			name: "pod-ready", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, pristine, faulty(fault.None, fault.StuckTerminating)},
			do:   []action{status(runningStatus)},
		},
		{
			name: "pod-unready", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, unstarted, faulty(fault.Unready)},
			do:   []action{probeFails, status(unreadyStatus)},
		},
		{
			name: "pod-loses-readiness", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, running, faulty(fault.Unready), is(ready, "True")},
			do:   []action{probeFails, status(unreadyStatus)},
		},
		{
			name: "pod-slow", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, unstarted, faulty(fault.SlowReady)},
			do:   []action{status(unreadyStatus)},
		},
		{
			name: "pod-slow-ready", kind: "Pod", after: delay{milliseconds: 5000, jq: annotation(fault.Delay)},
			when: []condition{alive, running, faulty(fault.SlowReady), isNot(ready, "True")},
			do:   []action{status(runningStatus)},
		},
		{
			// Only a label that says so heals a pod: one without it may be a pod
			// whose status the caller writes.
			name: "pod-healed", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, exists(".status.containerStatuses"), is(label(), fault.None), isNot(ready, "True"), unended},
			do:   []action{status(runningStatus)},
		},
		{
			name: "pod-recovers", kind: "Pod", after: mainContainers.backOff(),
			when: []condition{alive, exists(".status.containerStatuses"), is(annotation(fault.Decided), fault.Recovered), isNot(ready, "True"), unended, faulty(fault.None)},
			do:   []action{status(runningStatus)},
		},
		{
			name: "pod-complete", kind: "Pod", after: delay{milliseconds: 300, jq: annotation(fault.Delay)},
			when: []condition{alive, running, faulty(fault.None), is(".metadata.ownerReferences[].kind", "Job")},
			do:   []action{status(completeStatus)},
		},
		{
			name: "pod-delete", kind: "Pod",
			when: []condition{exists(".metadata.deletionTimestamp"), isNot(fault.Expression(), fault.StuckTerminating)},
			do:   []action{{remove: true}},
		},
		{
			name: "pod-unknown-fault", kind: "Pod",
			when: []condition{alive, pristine, isNot(fault.Expression(), append(fault.OfPods(), fault.Undecided)...)},
			do:   []action{says("Warning", `"UnknownFault"`, unknownFault), status(creatingStatus)},
		},
	}, waitingSteps()...)
}

// otherMessage is true of a pod that waits for its configuration and now lacks
// something else than it says.
const otherMessage = `.metadata.annotations["` + fault.DecidedMessage + `"] as $now | $now != null and any(.status.containerStatuses[]?.state.waiting;` +
	` .reason == "CreateContainerConfigError" and .message != $now)`

// waitingSteps are the lives of pods whose containers never start.
func waitingSteps() []step {
	return []step{
		{
			name: "pod-image-pull", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, pristine, faulty(fault.ImagePull)},
			do: []action{
				says("Normal", `"Pulling"`, `printf "Pulling image %q" $container.image`),
				says("Warning", `"Failed"`, `printf "Failed to pull image %q: %s" $container.image $message`, pullCause),
				says("Warning", `"Failed"`, `printf "Error: %s" (dig "metadata" "annotations" "steward-test/reason" $reason .)`, pullCause),
				status(waitingStatus, pullCause),
			},
		},
		{
			name: "pod-image-pull-back-off", kind: "Pod", after: delay{milliseconds: 500},
			when: []condition{alive, faulty(fault.ImagePull), is(".status.containerStatuses[].state.waiting.reason", "ErrImagePull")},
			do: []action{
				says("Normal", `"BackOff"`, `printf "Back-off pulling image %q" $container.image`),
				says("Warning", `"Failed"`, `"Error: ImagePullBackOff"`),
				status(waitingStatus, pullCause, pullBackOff),
			},
		},
		{
			name: "pod-config-missing", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, unstartable, faulty(fault.ConfigMissing)},
			do: []action{
				says("Warning", `"Failed"`, `printf "Error: %s" $message`, configCause),
				status(waitingStatus, configCause),
			},
		},
		{
			name: "pod-config-still-missing", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, faulty(fault.ConfigMissing), is(otherMessage, "true")},
			do: []action{
				says("Warning", `"Failed"`, `printf "Error: %s" $message`, configCause),
				status(waitingStatus, configCause),
			},
		},
		{
			name: "pod-mount-failed", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, pristine, faulty(fault.MountFailed)},
			do: []action{
				says("Warning", `$reason`, `$message`, mountCause),
				status(creatingStatus),
			},
		},
	}
}
