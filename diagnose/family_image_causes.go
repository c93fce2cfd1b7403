package diagnose

var rollBack = remedy{
	Text: "Roll back to revision {previous}[[, which ran {previous_image}]].", Action: "rollback", Args: map[string]string{"to": "{previous}"},
}

func imageCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "image-not-found", Title: "The image does not exist",
			Means: "The registry answered that it has no such repository or tag. Most often a release names a tag whose build failed, was not pushed, or is misspelt. " +
				"The kubelet tries again with growing pauses (ImagePullBackOff): that is the symptom, not the cause.",
			Summary: "{starting} cannot start: the image {image} does not exist in its registry[[; revision {previous} ran {previous_image}]].",
			Remedies: []remedy{
				rollBack,
				{Text: "Publish the missing image: `docker push {image}`. The kubelet pulls it by itself within five minutes."},
				{Text: "Set an image that exists: `kubectl -n {namespace} set image {target} {container}=IMAGE`."},
			},
		},
		{
			ID: "image-pull-auth", Title: "The registry refuses the credentials",
			Means:   "The registry wants credentials, and the pod has none, or wrong ones. Pull credentials are Secrets of the type kubernetes.io/dockerconfigjson in the pod's own namespace, named in imagePullSecrets of the pod or of its ServiceAccount, and count only for the registry that is written in them.",
			Summary: "{starting} cannot start: {registry} refuses to give {repository}[[, because {wrong}]].",
			Remedies: []remedy{
				{Text: "Make the Secret anew: `kubectl -n {namespace} create secret docker-registry {secret} --docker-server={registry} --docker-username=USER --docker-password=PASSWORD`."},
				{Text: "Name a Secret with credentials for {registry} in `spec.template.spec.imagePullSecrets` of {object}, or in its ServiceAccount: `kubectl -n {namespace} patch serviceaccount default -p '{\"imagePullSecrets\":[{\"name\":\"SECRET\"}]}'`."},
				rollBack,
			},
		},
		{
			ID: "image-rate-limited", Title: "The registry limits the rate of pulls",
			Means:   "The registry has counted too many pulls from this address or account (HTTP 429). Nothing is wrong with the image; other images of the same registry fail too. It passes by itself, often within six hours.",
			Summary: "{starting} cannot start: {registry} has limited the rate of pulls.",
			Remedies: []remedy{
				{Text: "Pull with an account, which has a higher limit: `kubectl -n {namespace} create secret docker-registry {registry}-pull --docker-server={registry} --docker-username=USER --docker-password=PASSWORD`, and name it in imagePullSecrets."},
				{Text: "Mirror {repository} into a registry of your own, and set that image."},
			},
		},
		{
			ID: "registry-unreachable", Title: "The registry cannot be reached",
			Means:   "The node could not talk to the registry at all: its name does not resolve, nothing answers, or its certificate is not trusted. From one node, it is that node's network or its list of authorities; from all, it is the registry, a proxy or the way out of the cluster.",
			Summary: "{starting} cannot start: {registry} cannot be reached {where}.",
			Remedies: []remedy{
				{Text: "Ask from the node itself: `kubectl debug node/{node} -it --image=busybox -- wget -S -O- https://{registry}/v2/`."},
				{Text: "For x509, add the registry's authority to the nodes; for no such host or a timeout, look at DNS, proxy and egress rules of the nodes."},
			},
		},
		{
			ID: "image-wrong-architecture", Title: "The image is for another architecture",
			Means:   "The image was built for another processor than the node has: there is no entry for it in the manifest list, or the program cannot be executed (exec format error).",
			Summary: "{starting} cannot start: {image} has nothing for the architecture[[ {architecture}]] of the node {node}.",
			Remedies: []remedy{
				{Text: "Build it for this architecture too: `docker buildx build --platform linux/amd64,linux/arm64 -t {image} --push .`."},
				{Text: "Run it where it fits: `kubectl -n {namespace} patch {target} -p '{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"kubernetes.io/arch\":\"amd64\"}}}}}'`."},
				rollBack,
			},
		},
		{
			ID: "image-name-invalid", Title: "The image field is impossible",
			Means:   "No pull was tried: the image's name cannot be read, or imagePullPolicy forbids pulling an image that the node does not have.",
			Summary: "{starting} cannot start: with the image {image}, {why}.",
			Remedies: []remedy{
				{Text: "Mend the field: `kubectl -n {namespace} set image {target} {container}=IMAGE`, or set `imagePullPolicy: IfNotPresent`."},
				rollBack,
			},
		},
		{
			ID: "image-tag-moved", Title: "The tag stands for another image now",
			Means:   "Pods with the same image field run different images: somebody pushed the tag again, and pods that start now get the new one. Nothing in the cluster shows a change.",
			Summary: "{subject_name} runs two images under one tag: {image} is {digest_bad} in the pods that fail, and {digest_good} in {good_pod}, which works.",
			Remedies: []remedy{
				{Text: "Pin the image that works: `kubectl -n {namespace} set image {target} {container}={pinned}`."},
				{Text: "Push releases under tags of their own, and let the registry refuse to move a tag."},
			},
		},
	}
}
