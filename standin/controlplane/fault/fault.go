// Package fault is the vocabulary with which a caller tells the simulated
// kubelets what is to go wrong: one label, a handful of annotations, and the
// names of the faults.
//
// A fault is chosen by, in this order: the pod's label steward-test/fault; its
// annotation of the same name; what it needs and does not have (package
// program: a ConfigMap that it names, a Service that it calls); the tag of its
// first container's image (shop/checkout:2.4.1-crash; -missing and broken… fail
// to be pulled). The last two make a repair honest: nobody has to remove a
// label for a pod to become well.
package fault

import (
	"fmt"
	"strings"
)

// Label on a pod (or an annotation of the same name) chooses its fault. On a
// node it chooses the node's: NotReady, Unreachable, MemoryPressure,
// DiskPressure, or None to make it healthy again.
const Label = "steward-test/fault"

// Annotations of a pod that tune its fault.
const (
	// Container names the container that fails; the first one if absent.
	Container = "steward-test/container"
	// Message replaces the message of the waiting state, the probe or the
	// terminated state, and of the Event about it.
	Message = "steward-test/message"
	// Reason replaces the reason of the waiting state (image-pull,
	// config-missing, mount-failed) or of the terminated state (crash).
	Reason = "steward-test/reason"
	// ExitCode replaces the exit code of a crash: a number.
	ExitCode = "steward-test/exit-code"
	// Delay is how long slow-ready takes to become ready, or how long a crash
	// runs before it exits: a Go duration.
	Delay = "steward-test/delay"
	// Needs lists what the program in the pod cannot do without; see package
	// program.
	Needs = "steward-test/needs"
	// NeedsFault is the fault of a pod whose need of a Service is not met: Crash
	// if absent, or Unready.
	NeedsFault = "steward-test/needs-fault"
	// Log is what the pod's containers print: lines of text.
	Log = "steward-test/log"
	// PreviousLog is what they printed before the last restart.
	PreviousLog = "steward-test/previous-log"
	// CPU is what metrics.k8s.io says the pod uses, for all its containers
	// together: a quantity.
	CPU = "steward-test/cpu"
	// Memory is the same for memory.
	Memory = "steward-test/memory"
)

// Annotations that package program writes: what it has found out, and why.
const (
	Decided        = "steward-test/decided"
	DecidedMessage = "steward-test/decided-message"
)

// What Decided says of a pod that lacks nothing, from the start or again. It
// names a fault otherwise.
const (
	Met       = "met"
	Recovered = "recovered"
)

// The faults of a pod.
const (
	// None is a healthy pod.
	None = "none"
	// ImagePull is ErrImagePull, then ImagePullBackOff.
	ImagePull = "image-pull"
	// Crash is CrashLoopBackOff with a growing restart count, last exit code 1.
	Crash = "crash"
	// OOM is a crash whose last state is OOMKilled, 137.
	OOM = "oom"
	// Liveness is a crash by the kubelet's hand: a failing liveness probe, 137.
	Liveness = "liveness"
	// InitCrash is Init:CrashLoopBackOff.
	InitCrash = "init-crash"
	// InitHang is an init container that never ends.
	InitHang = "init-hang"
	// ConfigMissing is CreateContainerConfigError.
	ConfigMissing = "config-missing"
	// MountFailed stays in ContainerCreating with FailedMount Events.
	MountFailed = "mount-failed"
	// Unready runs and never becomes ready.
	Unready = "unready"
	// SlowReady runs and becomes ready after a while, five seconds by default.
	SlowReady = "slow-ready"
	// StuckTerminating is healthy, but does not go away when deleted.
	StuckTerminating = "stuck-terminating"
	// Manual is left alone: the caller writes the pod's status. It goes away
	// when deleted.
	Manual = "manual"
)

// The faults of a node.
const (
	// NotReady is Ready=False, KubeletNotReady.
	NotReady = "not-ready"
	// Unreachable is Ready=Unknown, NodeStatusUnknown.
	Unreachable = "unreachable"
	// MemoryPressure is the condition of that name.
	MemoryPressure = "memory-pressure"
	// DiskPressure is the condition of that name.
	DiskPressure = "disk-pressure"
)

// OfPods lists every fault of a pod.
func OfPods() []string {
	return []string{
		None, ImagePull, Crash, OOM, Liveness, InitCrash, InitHang, ConfigMissing,
		MountFailed, Unready, SlowReady, StuckTerminating, Manual,
	}
}

// Undecided is no fault: no stage fits a pod until package program has looked.
const Undecided = "undecided"

// Expression is the jq program that gives the fault of a pod, always one word.
func Expression() string {
	byImage := fmt.Sprintf(
		`.spec.containers[0].image | if test(":([^/@]*-missing|broken[^/@]*)$") then %q`+
			` else (capture(":[^/@]*?-(?<fault>%s)$").fault // %q) end`,
		ImagePull, strings.Join(OfPods(), "|"), None)
	byNeed := fmt.Sprintf(`.metadata.annotations[%q] // (if %s then %q else %q end) | select(IN(%q, %q) | not)`,
		Decided, HasNeeds, Undecided, Met, Met, Recovered)
	return fmt.Sprintf(`.metadata.labels[%[1]q] // .metadata.annotations[%[1]q] // (%[2]s) // (%[3]s)`, Label, byNeed, byImage)
}

// HasNeeds is the jq program that tells whether a pod names anything that
// package program has to look for, in the words of that package's Of.
const HasNeeds = `(.metadata.annotations["` + Needs + `"] != null or any(` +
	`((.spec.containers[], .spec.initContainers[]?) | (.env[]?.valueFrom | .configMapKeyRef?, .secretKeyRef?), (.envFrom[]? | .configMapRef?, .secretRef?)),` +
	` (.spec.volumes[]? | .configMap?, .secret?); . != null and .optional != true))`
