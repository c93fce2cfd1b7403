package diagnose

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// accessFamily knows what a service account may not do.
func accessFamily() family {
	return family{
		Name:   "access",
		Causes: accessCauses(),
		Checks: []check{
			{"api-forbids", "Does its log say that the API server forbids it something?", apiForbids},
			{"rbac-granted-since", "Was it granted only after the program had asked?", grantedSince},
			{"rbac-not-granted", "Does no role grant it to the service account?", notGranted},
		},
		Wants: accessWants,
	}
}

// demand is what a service account asked of the API server and was not given.
type demand struct {
	Namespace, Account string // of the service account
	Verb               string
	Group, Resource    string // the resource with its subresource: "pods/log"
	Name               string // of the object, "" for a whole list
	In                 string // the namespace, "" for the whole cluster
	Path               string // of what is no resource
}

var (
	forbiddenUser = regexp.MustCompile(`User \\*"system:serviceaccount:([^":\s\\]{1,63}):([^":\s\\]{1,253})\\*" cannot (\w{1,40}) (resource|path) \\*"([^"\s\\]{1,160})\\*"`)
	forbiddenIn   = regexp.MustCompile(`in the namespace:? \\*"([^"\s\\]{1,63})`)
	forbiddenOf   = regexp.MustCompile(`in API group \\*"([^"\s\\]{0,160})\\*"`)
	forbiddenName = regexp.MustCompile(`\\*"([^"\s\\]{1,253})\\*" is forbidden: User`)
)

// demandIn reads a line in which a client passes the API server's words on.
func demandIn(line string) (demand, bool) {
	m := forbiddenUser.FindStringSubmatch(line)
	if m == nil {
		return demand{}, false
	}
	d := demand{Namespace: m[1], Account: m[2], Verb: m[3]}
	if m[4] == "path" {
		d.Path = m[5]
		return d, true
	}
	d.Resource = m[5]
	if group := forbiddenOf.FindStringSubmatch(line); group != nil {
		d.Group = group[1]
	}
	if in := forbiddenIn.FindStringSubmatch(line); in != nil {
		d.In = in[1]
	}
	if name := forbiddenName.FindStringSubmatch(line); name != nil {
		d.Name = name[1]
	}
	return d, true
}

// kubectl writes the resource as kubectl's flags want it: "deployments.apps/scale".
func (d *demand) kubectl() string {
	resource, sub, has := strings.Cut(d.Resource, "/")
	if d.Group != "" {
		resource += "." + d.Group
	}
	if has {
		resource += "/" + sub
	}
	return resource
}

// String says what was asked.
func (d *demand) String() string {
	switch {
	case d.Path != "":
		return d.Verb + " " + d.Path
	case d.In == "":
		return d.Verb + " " + d.kubectl() + " in the whole cluster"
	default:
		return d.Verb + " " + d.kubectl() + " in the namespace " + d.In
	}
}

// worse are meanings that explain an end better than a refusal before them.
var worse = []meaning{saysEnvMissing, saysHostDown, saysBadLogin, saysSchema, saysPortTaken, saysNoAccess, saysHeapFull}

// demandInLog is the last thing that the failure's log says was forbidden, if
// nothing follows it that explains the failure better.
func (s *scope) demandInLog() (d demand, line string, a answer) {
	found, a := s.logHit(saysForbidden)
	if a.Verdict != ops.Yes {
		return demand{}, "", a
	}
	text, _, _, _ := s.failureLog()
	before, after := aroundLast(text, "orbidden: User")
	d, ok := demandIn(before)
	if !ok {
		return demand{}, "", no("the log does not say what")
	}
	for _, other := range worse {
		if later, is := matchLog(after, other); is {
			return demand{}, "", no("its log goes on: " + later.Line)
		}
	}
	return d, found.Line, a
}

// demandLimit bounds a line that is read for a demand, in bytes.
const demandLimit = 8 << 10

// aroundLast gives the last line that has a mark, and what follows it.
func aroundLast(text, mark string) (line, after string) {
	at := strings.LastIndex(text, mark)
	if at < 0 {
		return "", ""
	}
	from := max(strings.LastIndexByte(text[:at], '\n')+1, at-demandLimit)
	line, after, _ = strings.Cut(text[from:], "\n")
	return line[:min(len(line), 2*demandLimit)], after
}

func apiForbids(s *scope) answer {
	d, line, a := s.demandInLog()
	if a.Verdict != ops.Yes {
		return a
	}
	says := yes(bySignature, line)
	says.Evidence = a.Evidence
	says = ofWorkload(says, s.ownerOf(s.pod())).with("account", d.Account, "account_namespace", d.Namespace, "verb", d.Verb, "may_not", d.String(), "api_line", line)
	if d.Path != "" {
		return says.with("path", d.Path)
	}
	says = says.with("resource", d.kubectl(), "name_asked", d.Name)
	if d.In != "" {
		return says.with("in", d.In)
	}
	return says.with("everywhere", "the whole cluster")
}

// grantedSince tells that RBAC grants now what it did not when the program
// asked.
func grantedSince(s *scope) answer {
	d, _, a := s.demandInLog()
	if a.Verdict != ops.Yes {
		return a
	}
	grant, missing := s.grantOf(&d)
	switch {
	case grant == nil && missing != "":
		return no("not everything that could grant it may be read")
	case grant == nil:
		return no("nothing grants it")
	}
	asked := endedAt(s.run())
	if since := s.grantedAt(grant); !asked.IsZero() && since.After(asked) {
		return yes(bySignature, fmt.Sprintf("%s grants it since %s", grant.Binding, since.UTC().Format("15:04"))).at(grant.Binding).
			with("since", since.UTC().Format("15:04"), "granted_by", grant.Binding.Kind+" "+grant.Binding.Name).
			seen(grant.Binding, "roleRef", grant.Role.String(), since)
	}
	return no(grant.Binding.String() + " grants it, and did when it was asked")
}

func notGranted(s *scope) answer {
	d, _, a := s.demandInLog()
	if a.Verdict != ops.Yes {
		return a
	}
	grant, missing := s.grantOf(&d)
	switch {
	case grant != nil:
		return no(fmt.Sprintf("%s grants it by %s", grant.Binding, grant.Role))
	case missing != "":
		return unknown(missing)
	}
	account := Ref{"ServiceAccount", d.Namespace, d.Account}
	return s.withBindings(yes(byField, "no role that is bound to it lets it "+d.String()).at(account), &d)
}
