package stages

import (
	"fmt"

	"sigs.k8s.io/kwok/pkg/apis/v1alpha1"

	"github.com/steward-bot/steward/standin/controlplane/fault"
)

// illness is what a node's fault does to one of its conditions.
type illness struct{ fault, condition, status, reason, message, event string }

func illnesses() []illness {
	return []illness{
		{fault.NotReady, "Ready", "False", "KubeletNotReady", "container runtime is down", "NodeNotReady"},
		{fault.Unreachable, "Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", "NodeNotReady"},
		{fault.MemoryPressure, "MemoryPressure", "True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available", "NodeHasInsufficientMemory"},
		{fault.DiskPressure, "DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure", "NodeHasDiskPressure"},
	}
}

// nodeSteps keep nodes as their label says. A node without the label is left
// alone once it has a Ready condition: a caller may write its status.
func nodeSteps(kubeletPort int) []step {
	steps := []step{
		{
			name: "node-initialize", kind: "Node",
			when: []condition{absent(ready)},
			do:   []action{patchStatus(conditions("{{ range NodeConditions }}") + fmt.Sprintf(address, kubeletPort))},
		},
		{
			name: "node-healed", kind: "Node",
			when: []condition{is(label(), fault.None), exists(unwell)},
			do:   []action{patchStatus(conditions("{{ range NodeConditions }}"))},
		},
		{
			name: "node-heartbeat", kind: "Node", after: delay{milliseconds: 300_000},
			when: []condition{is(ready, "True"), absent(label())},
			do:   []action{patchStatus(heartbeat)},
		},
	}
	for _, i := range illnesses() {
		steps = append(steps, step{
			name: "node-" + i.fault, kind: "Node",
			when: []condition{
				is(label(), i.fault),
				isNot(fmt.Sprintf(`.status.conditions[]? | select(.type == %q) | .status`, i.condition), i.status),
			},
			do: []action{
				patchStatus(conditions(fmt.Sprintf(
					`{{ range list (dict "type" %q "status" %q "reason" %q "message" %q) }}`, i.condition, i.status, i.reason, i.message))),
				{event: &v1alpha1.StageEvent{Type: "Normal", Reason: i.event, Message: "Node status is now: " + i.event}},
			},
		})
	}
	return steps
}

// address is where a node's kubelet answers: on this machine, whatever the
// node's own address is.
const address = `
addresses:
- {type: Hostname, address: {{ .metadata.name }}}
- {type: InternalDNS, address: localhost}
daemonEndpoints: {kubeletEndpoint: {Port: %d}}
phase: Running
`

// unwell is true, or absent, of a node's conditions.
const unwell = `.status.conditions[]? | select((.type == "Ready") != (.status == "True")) | .type`

// conditions renders whatever conditions the range gives.
func conditions(each string) string {
	return "conditions:\n" + each + `
- {{ dict "type" .type "status" .status "reason" .reason "message" .message "lastHeartbeatTime" Now "lastTransitionTime" Now | toJson }}
{{ end }}
`
}

// heartbeat renews the time of every condition and nothing else. Leases, which
// KWOK renews by itself, are what keeps a node alive.
const heartbeat = `conditions:
{{ range .status.conditions }}
- {type: {{ .type }}, lastHeartbeatTime: {{ Now | quote }}}
{{ end }}
`
