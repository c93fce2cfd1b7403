package stages

import (
	"fmt"

	"github.com/steward-bot/steward/standin/controlplane/fault"
)

// restarts tells the steps of init containers from those of the main ones.
type restarts struct{ statuses, containers string }

var (
	mainContainers = restarts{statuses: "containerStatuses", containers: "containers"}
	initContainers = restarts{statuses: "initContainerStatuses", containers: "initContainers"}
)

// failing is the jq expression for a part of the failing container's status.
func (r restarts) failing(part string) string {
	return fmt.Sprintf(`. as $pod | .status.%s[]? | select(.name == ($pod.metadata.annotations[%q] // $pod.spec.%s[0].name)) | %s`,
		r.statuses, fault.Container, r.containers, part)
}

// backOff is the pause before the next restart: one second, doubled at each up
// to a quarter of a minute, as the templates say in the waiting state's message.
// A real kubelet begins with ten seconds and goes up to five minutes; nobody
// wants to wait for a simulation.
func (r restarts) backOff() delay {
	return delay{milliseconds: quick, jq: r.failing(`select(.restartCount > 0) | .restartCount | pow(2; [. - 1, 4] | min) | "\(.)s"`)}
}

// lifetime is how long a crashing container runs before it exits.
func lifetime() delay { return delay{milliseconds: 2 * quick, jq: annotation(fault.Delay)} }

// crashSteps are the lives of pods whose containers exit again and again.
func crashSteps() []step {
	steps := []step{
		{
			name: "pod-crash-start", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, unstarted, faulty(fault.Crash, fault.OOM, fault.Liveness)},
			do:   []action{status(unreadyStatus)},
		},
		{
			name: "pod-crash-restart", kind: "Pod", after: mainContainers.backOff(),
			when: []condition{
				alive, faulty(fault.Crash, fault.OOM, fault.Liveness),
				is(mainContainers.failing(".state.waiting.reason"), "CrashLoopBackOff"),
			},
			do: []action{status(crashRestartStatus)},
		},
	}
	steps = append(steps, exits(fault.Crash, `{{- $reason := "Error" }}{{ $exitCode := "1" }}`)...)
	steps = append(steps, exits(fault.OOM, `{{- $reason := "OOMKilled" }}{{ $exitCode := "137" }}`)...)
	steps = append(steps, exits(fault.Liveness, `{{- $reason := "Error" }}{{ $exitCode := "137" }}`,
		says("Warning", `"Unhealthy"`, `printf "Liveness probe failed: %s" (default "HTTP probe failed with statuscode: 500" $ownMessage)`),
		says("Normal", `"Killing"`, `printf "Container %s failed liveness probe, will be restarted" $failing`),
	)...)
	return append(steps, initSteps()...)
}

// exits are the two ends of a container's run: back-off where the pod restarts
// its containers, a failed pod where it does not.
func exits(name, cause string, first ...action) []step {
	ran := []condition{alive, running, faulty(name), exists(mainContainers.failing(".state.running"))}
	backOff := says("Warning", `"BackOff"`, `printf "Back-off restarting failed container %s in pod %s" $failing $pod`)
	return []step{
		{
			name: "pod-" + name + "-exit", kind: "Pod", after: lifetime(),
			when: append(ran[:len(ran):len(ran)], isNot(".spec.restartPolicy", "Never")),
			do:   append(first[:len(first):len(first)], backOff, status(crashExitStatus, cause, crashEnd)),
		},
		{
			name: "pod-" + name + "-fail", kind: "Pod", after: lifetime(),
			when: append(ran[:len(ran):len(ran)], is(".spec.restartPolicy", "Never")),
			do:   append(first[:len(first):len(first)], status(crashFailStatus, cause, crashEnd)),
		},
	}
}

// initSteps are the lives of pods that do not get past an init container. A pod
// without init containers that asks for it is told so.
func initSteps() []step {
	const init = ".spec.initContainers"
	return []step{
		{
			name: "pod-init-start", kind: "Pod", after: delay{milliseconds: quick},
			when: []condition{alive, pristine, faulty(fault.InitCrash, fault.InitHang), exists(init)},
			do:   []action{status(initStatus, `{{ $state := "start" }}`)},
		},
		{
			name: "pod-init-exit", kind: "Pod", after: lifetime(),
			when: []condition{alive, faulty(fault.InitCrash), exists(initContainers.failing(".state.running"))},
			do: []action{
				says("Warning", `"BackOff"`, `printf "Back-off restarting failed container %s in pod %s" $initFailing $pod`),
				status(initStatus, `{{ $state := "exit" }}`),
			},
		},
		{
			name: "pod-init-restart", kind: "Pod", after: initContainers.backOff(),
			when: []condition{alive, faulty(fault.InitCrash), is(initContainers.failing(".state.waiting.reason"), "CrashLoopBackOff")},
			do:   []action{status(initStatus, `{{ $state := "restart" }}`)},
		},
		{
			name: "pod-init-absent", kind: "Pod",
			when: []condition{alive, pristine, faulty(fault.InitCrash, fault.InitHang), absent(init)},
			do:   []action{says("Warning", `"UnknownFault"`, `"this fault needs a pod with init containers"`), status(creatingStatus)},
		},
	}
}
