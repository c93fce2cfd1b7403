package ops

import (
	"fmt"
	"regexp"
	"strings"
)

// Ref is a TARGET as a person writes it: [[cluster/]namespace/][kind/]name.
// An empty field was not said.
type Ref struct {
	Cluster   string
	Namespace string
	Kind      string // a Kubernetes kind such as "Deployment"
	Name      string
}

// nameLimit is the longest name Kubernetes gives an object (a DNS subdomain,
// RFC 1123).
const nameLimit = 253

var refSegment = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?$`)

// ParseRef reads a TARGET from the right: the segment before the name is the
// kind if it is one, then comes the namespace, then the cluster. A cluster
// needs a namespace. The error is a *Refusal.
func ParseRef(text string) (Ref, error) {
	segments := strings.Split(text, "/")
	if len(segments) > 4 {
		return Ref{}, badRef(text, "it has more than four parts")
	}
	for _, segment := range segments {
		if len(segment) > nameLimit || !refSegment.MatchString(segment) {
			return Ref{}, badRef(text, fmt.Sprintf("%q cannot be the name of a Kubernetes object", Shorten(segment, 40)))
		}
	}
	last := len(segments) - 1
	ref := Ref{Name: segments[last]}
	rest := segments[:last]
	if n := len(rest); n > 0 {
		if kind, ok := KindOf(rest[n-1]); ok {
			ref.Kind, rest = kind, rest[:n-1]
		}
	}
	switch len(rest) {
	case 0:
	case 1:
		ref.Namespace = rest[0]
	case 2:
		ref.Cluster, ref.Namespace = rest[0], rest[1]
	default:
		return Ref{}, badRef(text, fmt.Sprintf("%q is not a kind that steward knows", rest[2]))
	}
	return ref, nil
}

// String writes the Ref as a person would type it.
func (r Ref) String() string {
	parts := make([]string, 0, 4)
	for _, part := range []string{r.Cluster, r.Namespace, ShortKind(r.Kind), r.Name} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}

// Or fills what was not said from the defaults, which come from the channel's
// settings. A named cluster never takes the default namespace of another
// cluster.
func (r Ref) Or(defaults Ref) Ref {
	if r.Cluster == "" {
		r.Cluster = defaults.Cluster
	}
	if r.Namespace == "" && r.Cluster == defaults.Cluster {
		r.Namespace = defaults.Namespace
	}
	return r
}

func badRef(text, why string) *Refusal {
	return &Refusal{
		Reason: BadTarget,
		What:   fmt.Sprintf("%q is not a target.", Shorten(text, 80)),
		Why:    strings.ToUpper(why[:1]) + why[1:] + ".",
		Next:   "Write it as [[cluster/]namespace/][kind/]name, for example checkout, shop/checkout or prod-eu/shop/deploy/checkout.",
	}
}
