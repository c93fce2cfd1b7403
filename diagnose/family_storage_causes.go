package diagnose

func storageCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "storage-class-missing", Title: "A claim's storage class does not exist",
			Means: "A claim asks for a volume of a class, and the class says who makes it. Without one nobody does, and the claim waits for ever. " +
				"A claim that names no class gets the default one, if the cluster has any.",
			Summary: "The claim {claim} gets no volume: {why}[[; the nearest there is {near_class}]].",
			Remedies: []remedy{
				{Text: "A claim cannot change its class. Make {claim} again with storageClassName {near_class}, after `kubectl -n {claim_namespace} delete pvc {claim}`; for a StatefulSet correct volumeClaimTemplates first."},
				{Text: "Make {claim} again with the default class, {default_class}, after `kubectl -n {claim_namespace} delete pvc {claim}`."},
				{Text: "Make {candidate} the default class: `kubectl annotate storageclass {candidate} storageclass.kubernetes.io/is-default-class=true`."},
				{Text: "Make the class {class}, with the provisioner that this cluster has: `kubectl get csidrivers` lists them."},
				{Text: "Make a class, or name one in {claim}: `kubectl get storageclasses` lists those there are."},
			},
		},
		{
			ID: "provisioner-failing", Title: "What makes or mounts the volume fails",
			Means: "Volumes are made, attached and mounted by a driver: a controller somewhere in the cluster, and a pod of it on each node. " +
				"One of them does not work, or refuses what is asked of it.",
			Summary: "{subject_name} has no volume: {why}.",
			Remedies: []remedy{
				{Text: "See why the driver's pod does not run: `kubectl -n {driver_namespace} describe pod {driver_pod}` and `kubectl -n {driver_namespace} logs {driver_pod} --all-containers`."},
				{Text: "See to the driver's pod on {lacking}: `kubectl get pods -A -o wide --field-selector spec.nodeName={lacking}`; it must run there before the volume can be mounted."},
				{Text: "Mend what {driver} names: its quota, its rights or its parameters in the class {class}; then it tries again by itself. `kubectl -n {claim_namespace} describe pvc {claim}` shows its last word."},
				{Text: "See what {driver} says: `kubectl get pods -A | grep -i csi`, and the logs of its controller."},
			},
		},
		{
			ID: "volume-mismatch", Title: "No volume fits the claim",
			Means: "The claim is to get a volume that people have made, and none of those fits: a volume must have the claim's class, modes and labels, and at least its size, " +
				"and belong to nobody else.",
			Summary: "The claim {claim} gets no volume: {why}.",
			Remedies: []remedy{
				{Text: "If the data in {released} are of no use any more, or are those that {claim} is to have, free it: `kubectl patch pv {released} --type=json -p '[{\"op\":\"remove\",\"path\":\"/spec/claimRef\"}]'`."},
				{Text: "Make {claim} and the volume {volume} alike. A claim cannot be changed: `kubectl -n {claim_namespace} delete pvc {claim}`, and make it again with what `kubectl get pv {volume} -o yaml` has."},
				{Text: "Make a volume that fits {claim} ({asked})."},
			},
		},
		{
			ID: "volume-attached-elsewhere", Title: "Another node holds the volume",
			Means: "The volume can be attached to one node at a time, and another has it: an old pod uses it there, or the machine died before it let go. " +
				"The new pod waits until it is free.",
			Summary: "{starting} cannot start: the volume of {claim} is held by {holder}[[, where {holder_pod} uses it]], and {pod} is on {pod_node}.",
			Remedies: []remedy{
				{Text: "Let the old pod go before the new one comes, since both want one volume: `kubectl -n {own_namespace} patch deploy/{own} -p '{\"spec\":{\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":null}}}'`."},
				{Text: "If {holder_pod} is not wanted any more, delete it, and {pod} gets the volume: `kubectl -n {holder_namespace} delete pod {holder_pod}`."},
				{Text: "If nothing on {holder} uses the volume any more, release it: `kubectl delete volumeattachment {attachment}`."},
				{Text: "Release the volume {volume} where it is attached; then {pod} gets it."},
			},
		},
		{
			ID: "volume-lost", Title: "The volume is gone, or goes, or waits for a restart",
			Means: "The claim is there, but what it stands for is not, or not as it should be: the volume was deleted, the claim itself was and lives only until its last pod ends, " +
				"or the volume has grown and its file system has not.",
			Summary: "The claim {claim} is not as it should be: {why}.",
			Remedies: []remedy{
				{Text: "Start {user_name} anew, so that the file system of {claim} grows.", Action: "restart", On: "user"},
				{Text: "Keep the data before the last pod goes, for a claim that is being deleted cannot be kept: `kubectl patch pv {kept_volume} -p '{\"spec\":{\"persistentVolumeReclaimPolicy\":\"Retain\"}}'`; then copy them, or bind the volume to a new claim."},
				{Text: "Restore the data from a snapshot or a backup into a new claim; {gone} does not come back. `kubectl -n {claim_namespace} get volumesnapshots` lists the snapshots, where there are any."},
				{Text: "Start the pods anew that mount {grown}, so that its file system grows."},
				{Text: "Wait until {unbound} is gone, and make it again: it had no volume yet."},
			},
		},
		{
			ID: "volume-full", Title: "The volume is full",
			Means:   "The program cannot write any more, because the volume of a claim has no space left, or no inodes. Most programs end then, or answer with errors.",
			Summary: "The volume of the claim {claim} is full[[: {share}]][[ ({line})]].",
			Remedies: []remedy{
				{Text: "Let it grow: `kubectl -n {claim_namespace} patch pvc {claim} -p '{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"{larger}\"}}}}'`."},
				{Text: "See what fills it, and remove what nobody needs: `kubectl -n {claim_namespace} exec {pod} -- du -xh -d 2 {mount}`."},
				{Text: "Make a larger claim and copy the data: volumes of the class {fixed_class} do not grow."},
				{Text: "Remove small files that nobody needs: it is inodes that are used up, {inodes} of them, and a larger volume has more."},
				{Text: "Make room in the volume of {claim}, or let it grow where its class allows that."},
			},
		},
	}
}
