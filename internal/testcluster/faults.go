package testcluster

// FaultLabel on a pod, or an annotation of that name, chooses what goes wrong
// with it. Without either, the tag of the first container's image does:
// "checkout:2.4.1-crash" has the fault "crash", and tags that end in "-missing"
// or begin with "broken" cannot be pulled. The label on a node chooses the
// node's fault.
const FaultLabel = "steward-test/fault"

// Faults of pods.
const (
	FaultNone             = "none"              // healthy; as a label it also heals a pod
	FaultImagePull        = "image-pull"        // ErrImagePull, ImagePullBackOff
	FaultCrash            = "crash"             // CrashLoopBackOff, last exit code 1
	FaultOOM              = "oom"               // CrashLoopBackOff, OOMKilled, 137
	FaultLiveness         = "liveness"          // killed by its liveness probe, 137
	FaultInitCrash        = "init-crash"        // Init:CrashLoopBackOff
	FaultInitHang         = "init-hang"         // an init container that never ends
	FaultConfigMissing    = "config-missing"    // CreateContainerConfigError
	FaultMountFailed      = "mount-failed"      // ContainerCreating, FailedMount
	FaultUnready          = "unready"           // runs, never ready
	FaultSlowReady        = "slow-ready"        // ready after 5 s
	FaultStuckTerminating = "stuck-terminating" // healthy, survives its deletion
	FaultManual           = "manual"            // the test writes the pod's status
)

// Faults of nodes; FaultNone heals.
const (
	FaultNotReady       = "not-ready"
	FaultUnreachable    = "unreachable"
	FaultMemoryPressure = "memory-pressure"
	FaultDiskPressure   = "disk-pressure"
)

// Annotations of a pod that tune its fault.
const (
	AnnotationContainer   = "steward-test/container"    // the one that fails; the first if absent
	AnnotationMessage     = "steward-test/message"      // of the state and the Event
	AnnotationReason      = "steward-test/reason"       // of the waiting or terminated state
	AnnotationExitCode    = "steward-test/exit-code"    // of a crash
	AnnotationDelay       = "steward-test/delay"        // until ready, or until a crash: a Go duration
	AnnotationLog         = "steward-test/log"          // what the containers print
	AnnotationPreviousLog = "steward-test/previous-log" // what they printed before the restart
	AnnotationCPU         = "steward-test/cpu"          // what metrics.k8s.io says the pod uses
	AnnotationMemory      = "steward-test/memory"       // the same for memory
)
