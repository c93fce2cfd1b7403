package diagnose

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// pullSecretBroken looks at the Secrets that the pod pulls with.
func pullSecretBroken(s *scope) answer {
	run := s.run()
	if text, _ := s.pullMessage(); saysNotFound.MatchString(text) && !saysAuth.MatchString(text) {
		return no("the registry gave an answer without asking for credentials")
	}
	if event := s.lastEvent(run.ref(), "FailedToRetrieveImagePullSecret"); event != nil {
		a := yes(byField, event.Message).with(s.imageFacts()...).seen(run.ref(), "events[FailedToRetrieveImagePullSecret].message", event.Message, event.Last)
		return s.pullSecrets(a)
	}
	return s.pullSecrets(no("the pull secrets that it names are there"))
}

// pullSecrets finds the first Secret that cannot work; without one it gives
// the answer otherwise.
func (s *scope) pullSecrets(otherwise answer) answer {
	run := s.run()
	registry, _, _ := splitImage(run.Spec.Image)
	names := run.Pod.Spec.ImagePullSecrets
	missing := ""
	for _, reference := range names {
		ref := Ref{"Secret", run.Pod.Namespace, reference.Name}
		wrong, gap := s.pullSecretFault(ref, registry)
		if gap != "" {
			missing = gap
		}
		if wrong != "" {
			return yes(byField, wrong).with(s.imageFacts()...).with("secret", ref.Name, "wrong", wrong).
				seen(run.ref(), "spec.imagePullSecrets", ref.Name, s.At).seen(ref, "", wrong, s.At)
		}
	}
	if otherwise.Verdict == "no" && missing != "" {
		return unknown(missing)
	}
	if otherwise.Verdict == "no" && len(names) == 0 {
		otherwise.Observed = "the pod names no pull secret"
	}
	return otherwise
}

// pullSecretFault says what is wrong with a Secret for pulling from a
// registry, or what is not known about it.
func (s *scope) pullSecretFault(ref Ref, registry string) (wrong, gap string) {
	verdict, missing := s.exists(ref)
	switch verdict {
	case "no":
		return fmt.Sprintf("the Secret %s does not exist", ref.Name), ""
	case "unknown":
		return "", missing
	default:
	}
	secret := s.configs[ref]
	switch {
	case secret == nil || secret.Type == "":
		return "", "the type of the Secret " + ref.Name + ": steward reads Secrets as metadata only"
	case secret.Type != string(corev1.SecretTypeDockerConfigJson) && secret.Type != string(corev1.SecretTypeDockercfg):
		return fmt.Sprintf("the Secret %s has the type %s and holds no pull credentials", ref.Name, secret.Type), ""
	case len(secret.Registries) > 0 && !slices.ContainsFunc(secret.Registries, func(host string) bool { return sameRegistry(host, registry) }):
		return fmt.Sprintf("the Secret %s has credentials for %s, not for %s", ref.Name, strings.Join(secret.Registries, ", "), registry), ""
	}
	return "", ""
}

// sameRegistry compares hosts as Docker's configuration writes them:
// "https://index.docker.io/v1/" stands for docker.io.
func sameRegistry(configured, registry string) bool {
	configured = strings.TrimPrefix(strings.TrimPrefix(configured, "https://"), "http://")
	host, _, _ := strings.Cut(configured, "/")
	return host == registry || registry == "docker.io" && (host == "index.docker.io" || host == "registry-1.docker.io")
}

// imageRanBefore looks for an earlier revision with another image that ran:
// then it is the change of the image.
func imageRanBefore(s *scope) answer {
	w := s.Workload()
	failing := s.Failure.Revision
	if w == nil || failing == nil || failing != w.current() || w.previous() == nil {
		return no("what fails is not the newest of several revisions")
	}
	image, before := s.run().Spec.Image, w.previous().image(s.Failure.Container)
	if before == "" || before == image {
		return no("the image is the same as before")
	}
	change := s.rolloutOf(w, failing)
	return yes(byChange, fmt.Sprintf("revision %d ran %s", w.previous().Number, before)).by(change).
		seen(w.previous().Ref, "spec.template.spec.containers["+s.Failure.Container+"].image", before, w.previous().Created)
}

// rolloutOf is the change that brought a revision, nil if it is the first.
func (v *view) rolloutOf(w *workload, r *revision) *Change {
	changes := v.rollouts(w)
	for i, each := range w.Revisions {
		if each == r && i < len(changes) {
			return changes[i]
		}
	}
	return nil
}

// imageTagMoved compares what one tag stands for in the pods that fail and in
// those that work.
func imageTagMoved(s *scope) answer {
	run, w := s.run(), s.Workload()
	if w == nil || run.Status == nil || run.Status.ImageID == "" || s.rolledOutOnly() {
		return no("not the same image in pods that work and pods that fail")
	}
	for _, pod := range w.Pods {
		if !podReady(pod) {
			continue
		}
		for _, good := range runs(pod) {
			if good.Spec.Name != run.Spec.Name || good.Spec.Image != run.Spec.Image || good.Status.ImageID == "" || digest(good.Status.ImageID) == digest(run.Status.ImageID) {
				continue
			}
			return yes(byField, "the same tag, two images").with(s.imageFacts()...).
				with("digest_bad", digest(run.Status.ImageID), "digest_good", digest(good.Status.ImageID), "good_pod", pod.Name).
				with("pinned", pinned(run.Spec.Image, good.Status.ImageID)).
				seen(run.ref(), run.path()+".imageID", run.Status.ImageID, s.At).
				seen(refOf("Pod", pod), good.path()+".imageID", good.Status.ImageID, s.At)
		}
	}
	return no("every pod with this tag has the same image")
}

// rolledOutOnly is for workloads where nothing works that could be compared.
func (s *scope) rolledOutOnly() bool {
	for _, pod := range s.Workload().Pods {
		if podReady(pod) {
			return false
		}
	}
	return true
}

// digest is the "sha256:…" of an imageID such as
// "docker-pullable://registry/name@sha256:…".
func digest(imageID string) string {
	if at := strings.LastIndexByte(imageID, '@'); at >= 0 {
		return imageID[at+1:]
	}
	return imageID
}

func pinned(image, imageID string) string {
	name, _, _ := strings.Cut(image, "@")
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, '/') {
		name = name[:at]
	}
	return name + "@" + digest(imageID)
}
