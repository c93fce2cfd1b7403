package diagnose

var logs = remedy{Text: "Read all that it printed: `kubectl -n {namespace} logs {pod} -c {container} --previous`."}

func crashCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "command-not-found", Title: "The command does not exist in the image",
			Means:   "The container's command could not be started: there is no such file in the image, or it may not be executed. The program itself never ran.",
			Summary: "{starting} cannot start: the command {command} {wrong} the image {image}.",
			Remedies: []remedy{
				rollBack,
				{Text: "Set a command that the image has, in spec.template.spec.containers[{container}].command of {object}."},
			},
		},
		{
			ID: "exits-cleanly", Title: "The program ends without an error, again and again",
			Means:   "The program does its work and ends with exit code 0. Under restartPolicy Always Kubernetes starts it anew, with growing pauses: it looks like a crash and is none. What ends is a Job; what serves must stay in the foreground.",
			Summary: "{program} ends by itself with exit code 0 after {ran}, and is started anew each time.",
			Remedies: []remedy{
				{Text: "If it is to end, make it a Job: `kubectl -n {namespace} create job {name} --image={image}`."},
				{Text: "If it is to stay, let its command run in the foreground (no daemon mode, no shell script that ends)."},
				rollBack,
			},
		},
		{
			ID: "fatal-signal", Title: "The program dies of a fatal signal",
			Means:   "The processor or the C library ended the program: SIGSEGV and SIGABRT are faults in its native code, SIGILL an instruction that this node's processor does not have.",
			Summary: "{program} dies of {signal} (exit code {exit_code}) after {ran}.",
			Remedies: []remedy{
				rollBack,
				{Text: "If it happens on some nodes only, compare their processors: `kubectl get pods -n {namespace} -o wide` and `kubectl get nodes -L node.kubernetes.io/instance-type`."},
				logs,
			},
		},
		{
			ID: "port-in-use", Title: "The port is in use already",
			Means:   "Containers of one pod share their ports: two programs cannot listen on the same one. On hostNetwork the whole node shares them.",
			Summary: "{program} ends because {address} is in use already[[, by {other}]]: {line}.",
			Remedies: []remedy{
				{Text: "Give {container} or {other} another port, in its configuration and in containerPort of {object}."},
				{Text: "Find who else listens in the pod or, with hostNetwork, on the node {node}, and give {container} another port."},
				rollBack,
			},
		},
		{
			ID: "init-failed", Title: "An init container fails",
			Means:   "Init containers run one after the other before the main ones, and each must end with exit code 0. While one fails, the pod does not start.",
			Summary: "{starting} cannot start: its init container {container} ends with exit code {exit_code}[[: {line}]].",
			Remedies: []remedy{
				{Text: "Mend what its log says: `kubectl -n {namespace} logs {pod} -c {container}`."},
				rollBack,
			},
		},
		{
			ID: "init-waiting", Title: "An init container waits for something that is not there",
			Means:   "An init container that waits for another service keeps the pod from starting until that one answers.",
			Summary: "{starting} does not start: its init container {container} has run for {running}[[, waiting for {host}: {why}]].",
			Remedies: []remedy{
				{Text: "Bring up {host}, or correct its name in the init container {container}."},
				{Text: "See what it waits for: `kubectl -n {namespace} logs {pod} -c {container}`."},
			},
		},
		{
			ID: "sidecar-failed", Title: "Only a sidecar fails",
			Means:   "The program itself works, but a container that a platform has put beside it does not, and the pod counts as not ready. The cause is with the platform: the sidecar's version, its configuration, or its control plane.",
			Summary: "The sidecar {program} fails while {main} works.[[ {injected}]]",
			Remedies: []remedy{
				{Text: "Read what the sidecar says: `kubectl -n {namespace} logs {pod} -c {container} --previous`, and mend its configuration."},
				{Text: "Pods made anew get the platform's present sidecar: restart {name}.", Action: "restart"},
			},
		},
		{
			ID: "lifecycle-hook-failed", Title: "A lifecycle hook fails",
			Means:   "postStart and preStop are commands that the kubelet runs in the container. When postStart fails, the container is killed and started anew.",
			Summary: "{program} is killed because its {hook} hook fails[[ ({command})]][[: {line}]].",
			Remedies: []remedy{
				{Text: "Mend the hook in spec.template.spec.containers[{container}].lifecycle.{hook} of {object}."},
				rollBack,
			},
		},
	}
}
