package rbac

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/steward-bot/steward/ops"
)

const rolePrefix = "role:"

// The shapes of a rule's fields. Slack writes ids in capitals: users U or W,
// user groups S, channels C, G (private) or D (direct messages).
var (
	personSubject = regexp.MustCompile(`^(user:[UW]|group:S)[A-Z0-9]+$`)
	roleSubject   = regexp.MustCompile(`^role:[A-Za-z0-9][A-Za-z0-9._-]*$`)
	anyName       = regexp.MustCompile(`^[A-Za-z0-9._:@/*?-]+$`)
	objectName    = regexp.MustCompile(`^[A-Za-z0-9._:*?-]+$`)
	namespaceName = regexp.MustCompile(`^[a-z0-9*?-]+$`)
	channelID     = regexp.MustCompile(`^(\*|[CGD][A-Z0-9*?]*)$`)
	actionName    = regexp.MustCompile(`^[a-z0-9*?-]+$`)
)

// visited are the kinds that a diagnosis comes by besides those that a TARGET
// can name, with kubectl's short names.
var visited = []struct{ kind, short string }{
	{"ConfigMap", "cm"},
	{"Secret", ""},
	{"ServiceAccount", "sa"},
	{"Endpoints", "ep"},
	{"EndpointSlice", ""},
	{"NetworkPolicy", "netpol"},
	{"ResourceQuota", "quota"},
	{"LimitRange", "limits"},
	{"IngressClass", ""},
	{"PersistentVolume", "pv"},
	{"StorageClass", "sc"},
	{"PriorityClass", "pc"},
	{"Event", "ev"},
	{"Lease", ""},
	{"ReplicationController", "rc"},
	{"ControllerRevision", ""},
	{"Rollout", ""},
	{"APIService", ""},
	{"MutatingWebhookConfiguration", ""},
	{"ValidatingWebhookConfiguration", ""},
	{"CustomResourceDefinition", "crd"},
}

// kindOf gives the kind that a word of the policy names.
func kindOf(word string) (string, bool) {
	if kind, ok := ops.KindOf(word); ok {
		return kind, true
	}
	word = strings.ToLower(word)
	for _, v := range visited {
		if kind := strings.ToLower(v.kind); word == kind || word == kind+"s" || v.short != "" && word == v.short {
			return v.kind, true
		}
	}
	return "", false
}

func kinds() []string {
	all := ops.Kinds()
	for _, v := range visited {
		all = append(all, v.kind)
	}
	return all
}

func checkSubject(subject string) error {
	if subject == everybody || personSubject.MatchString(subject) || roleSubject.MatchString(subject) {
		return nil
	}
	return fmt.Errorf("SUBJECT %s: write user:U… or group:S… with Slack's id, role:NAME, or * for everybody", quote(subject))
}

func checkPattern(name, pattern string, shape *regexp.Regexp) error {
	switch {
	case pattern == "":
		return fmt.Errorf("%s is empty: write a name, a glob, or * for any", name)
	case strings.Contains(pattern, "**"):
		return fmt.Errorf("%s %s: a single * is any run of characters", name, quote(pattern))
	case !shape.MatchString(pattern) && shape == namespaceName && strings.ToLower(pattern) != pattern:
		return fmt.Errorf("%s %s: Kubernetes writes namespaces in lower case", name, quote(pattern))
	case !shape.MatchString(pattern):
		return fmt.Errorf("%s %s: a glob is made of letters, digits, . : - _ with * for any run of characters and ? for one", name, quote(pattern))
	}
	return nil
}

// parseObject reads KIND/NAME and writes the kind as Kubernetes does. "*" alone
// is every object, "*/NAME" any kind.
func parseObject(pattern string) (string, error) {
	if pattern == "*" {
		return pattern, nil
	}
	kind, name, found := strings.Cut(pattern, "/")
	if !found {
		return "", fmt.Errorf("KIND/NAME %s: write KIND/NAME such as Deployment/checkout*, or * for every object", quote(pattern))
	}
	if err := checkPattern("KIND/NAME", name, objectName); err != nil {
		return "", fmt.Errorf("in KIND/NAME %s: %w", quote(pattern), err)
	}
	if kind == "*" {
		return pattern, nil
	}
	known, ok := kindOf(kind)
	if !ok {
		return "", fmt.Errorf("KIND/NAME %s: there is no kind %s (nearest: %s); write one of %s, their short names, or *",
			quote(pattern), quote(kind), nearest(kind, kinds()), strings.Join(kinds(), ", "))
	}
	return known + "/" + name, nil
}

func checkChannel(channel string) error {
	if channelID.MatchString(channel) && !strings.Contains(channel, "**") {
		return nil
	}
	return fmt.Errorf("CHANNEL %s: write the channel's id such as C0123ABCD (Slack shows it at the end of “View channel details”), or * for any; "+
		"a name can be given to another channel, so names are not accepted", quote(channel))
}

func checkAction(action string, known []string) error {
	if !actionName.MatchString(action) || strings.Contains(action, "**") {
		return fmt.Errorf("ACTION %s: write a verb in lower case such as rollback, a glob, or * for any", quote(action))
	}
	if len(known) == 0 || slices.ContainsFunc(known, func(k string) bool { return glob(action, k) }) {
		return nil
	}
	return fmt.Errorf("ACTION %s: there is no such verb (nearest: %s); write one of %s, a glob, or * for any",
		quote(action), nearest(action, known), strings.Join(known, ", "))
}

func checkEffect(effect string) error {
	if effect == string(Allow) || effect == string(Deny) {
		return nil
	}
	if strings.Contains(effect, "#") {
		return fmt.Errorf("the last field is %s: write allow or deny; a comment stands on a line of its own", quote(effect))
	}
	return fmt.Errorf("the last field is %s: write allow or deny", quote(effect))
}

// nearest gives the choice that is closest to what was typed.
func nearest(typed string, choices []string) string {
	typed = strings.ToLower(ops.Shorten(typed, 60))
	return slices.MinFunc(choices, func(a, b string) int {
		return levenshtein.ComputeDistance(typed, strings.ToLower(a)) - levenshtein.ComputeDistance(typed, strings.ToLower(b))
	})
}

// quote shows what a file holds, bounded and on one line.
func quote(text string) string { return fmt.Sprintf("%q", ops.Shorten(text, 60)) }
