package diagnose

import (
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// imageFamily knows why an image cannot be pulled, or is not what it was.
func imageFamily() family {
	return family{
		Name:   "image",
		Causes: imageCauses(),
		Checks: []check{
			{"image-name-invalid", "Is the image's name, or its pull policy, impossible?", imageNameInvalid},
			{"image-rate-limited", "Does the registry refuse because of too many pulls?", imageRateLimited},
			{"image-not-found", "Does the registry say that the image does not exist?", imageNotFound},
			{"image-pull-auth", "Does the registry refuse the credentials?", imagePullAuth},
			{"image-wrong-architecture", "Is there no image for the node's architecture?", imageWrongArchitecture},
			{"registry-unreachable", "Can the registry not be reached?", registryUnreachable},
			{"pull-secret-broken", "Is a pull secret absent, of the wrong type, or for another registry?", pullSecretBroken},
			{"image-ran-before", "Did an earlier revision's image run?", imageRanBefore},
			{"image-tag-moved", "Does the same tag stand for another image in the pods that work?", imageTagMoved},
		},
	}
}

// What registries and container runtimes say, in lower case. The words come
// from containerd's and CRI-O's resolvers and from the registry's error codes
// (opencontainers/distribution-spec, "Error Codes").
var (
	saysNotFound     = regexp.MustCompile(`manifest unknown|manifest_unknown|name_unknown|name unknown|repository .* not found|: not found|does not exist|no such image|status: 404|404 not found`)
	saysAuth         = regexp.MustCompile(`\b401\b|\b403\b|unauthorized|authentication required|access denied|access to the resource is denied|no basic auth|denied: |insufficient_scope|authorization failed|forbidden|invalid username`)
	saysRate         = regexp.MustCompile(`\b429\b|toomanyrequests|too many requests|rate limit|pull limit`)
	saysUnreachable  = regexp.MustCompile(`no such host|i/o timeout|x509|tls:|connection refused|connection reset|network is unreachable|no route to host|server misbehaving|tls handshake|context deadline exceeded|temporary failure in name resolution|\b50[0234]\b|eof$|client\.timeout`)
	saysArchitecture = regexp.MustCompile(`no matching manifest|no match for platform|does not match the specified platform|no image found in (?:manifest list|image index) for architecture`)
)

// pullMessage collects what is said about the pull: the waiting message, and
// the events with the registry's own words, which the back-off hides.
func (s *scope) pullMessage() (text string, about answer) {
	run := s.run()
	reason, message := run.waiting()
	about = yes(byField, "").seen(run.ref(), run.path()+".state.waiting.reason", reason, s.At)
	if message != "" {
		about = about.seen(run.ref(), run.path()+".state.waiting.message", message, s.At)
	}
	text = message
	for _, each := range s.Failure.Runs {
		for _, event := range s.events[each.ref()] {
			if strings.HasPrefix(event.Message, "Error: ") && onlyBackOff(strings.ToLower(event.Message)) {
				continue // repeats the state
			}
			if event.Reason != "Failed" && event.Reason != "ErrImageNeverPull" && event.Reason != "InspectFailed" || event.Container() != "" && event.Container() != run.Spec.Name {
				continue
			}
			if text += "\n" + event.Message; len(about.Evidence) < 3 && event.Message != message {
				about = about.seen(each.ref(), "events[Failed].message", event.Message, event.Last)
			}
		}
	}
	return strings.ToLower(text), about
}

// says asks whether the pull failed in certain words.
func (s *scope) says(words *regexp.Regexp) answer {
	text, about := s.pullMessage()
	match := words.FindString(text)
	if match == "" {
		if strings.TrimSpace(text) == "" || onlyBackOff(text) {
			return unknown("the registry's answer: the Event that told it is gone")
		}
		return no("the registry did not say so")
	}
	about.Observed = "the answer says: " + match
	return about.with(s.imageFacts()...)
}

// onlyBackOff tells that a message says that pulling is put off, not why.
func onlyBackOff(text string) bool {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !(strings.HasPrefix(line, "back-off pulling image") && !strings.Contains(line, "\": ")) && line != "error: imagepullbackoff" && line != "error: errimagepull" {
			return false
		}
	}
	return true
}

func (s *scope) imageFacts() []string {
	image := s.run().Spec.Image
	registry, repository, tag := splitImage(image)
	return []string{"image", image, "registry", registry, "repository", repository, "tag", tag}
}

// splitImage takes an image's name apart. Registry is docker.io where none is
// named, tag is "latest" (github.com/distribution/reference).
func splitImage(image string) (registry, repository, tag string) {
	registry, repository, tag = "docker.io", image, "latest"
	if first, rest, ok := strings.Cut(image, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		registry, repository = first, rest
	}
	if name, digest, ok := strings.Cut(repository, "@"); ok {
		return registry, name, digest
	}
	if at := strings.LastIndexByte(repository, ':'); at >= 0 {
		repository, tag = repository[:at], repository[at+1:]
	}
	return registry, repository, tag
}

func imageNameInvalid(s *scope) answer {
	run := s.run()
	reason, message := run.waiting()
	switch reason {
	case "InvalidImageName":
		return yes(byField, "the kubelet cannot read the name "+run.Spec.Image).with(s.imageFacts()...).
			with("why", "the name is not one that a registry could have").
			seen(run.ref(), run.path()+".state.waiting.reason", reason, s.At).
			seen(run.ref(), "spec.containers["+run.Spec.Name+"].image", run.Spec.Image, s.At)
	case "ErrImageNeverPull":
		return yes(byField, "imagePullPolicy is Never, and the node has no such image").with(s.imageFacts()...).
			with("why", "imagePullPolicy is Never, and the node does not have the image").
			seen(run.ref(), run.path()+".state.waiting.message", message, s.At).
			seen(run.ref(), "spec.containers["+run.Spec.Name+"].imagePullPolicy", string(run.Spec.ImagePullPolicy), s.At)
	default:
		return no(reason)
	}
}

func imageNotFound(s *scope) answer { return s.says(saysNotFound) }

func imageRateLimited(s *scope) answer { return s.says(saysRate) }

func imagePullAuth(s *scope) answer { return s.says(saysAuth) }

func imageWrongArchitecture(s *scope) answer {
	a := s.says(saysArchitecture)
	return s.withArchitecture(a)
}

// withArchitecture adds what the node is.
func (s *scope) withArchitecture(a answer) answer {
	name := s.pod().Spec.NodeName
	node := get[corev1.Node](s.view, Ref{Kind: "Node", Name: name})
	if a.Verdict != "yes" || node == nil {
		return a
	}
	arch := node.Status.NodeInfo.Architecture
	return a.with("architecture", arch).seen(refOf("Node", node), "status.nodeInfo.architecture", arch, s.At)
}

func registryUnreachable(s *scope) answer {
	a := s.says(saysUnreachable)
	if a.Verdict != "yes" {
		return a
	}
	nodes := map[string]bool{}
	for _, pod := range s.Failure.Pods {
		nodes[pod.Spec.NodeName] = true
	}
	where := "from " + count(len(nodes), "node")
	if len(nodes) == 1 && len(s.Failure.Pods) > 1 {
		where = "from the node " + s.pod().Spec.NodeName + " alone, where all the failing pods are"
	}
	return a.with("where", where)
}
