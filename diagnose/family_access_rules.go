package diagnose

import (
	"slices"
	"strings"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/component-helpers/auth/rbac/validation"
)

// grant is a binding and the role that it binds.
type grant struct {
	Binding, Role Ref
}

// rule is a demand as a rule that would just do.
func (d *demand) rule() rbacv1.PolicyRule {
	if d.Path != "" {
		return rbacv1.PolicyRule{Verbs: []string{d.Verb}, NonResourceURLs: []string{d.Path}}
	}
	rule := rbacv1.PolicyRule{Verbs: []string{d.Verb}, APIGroups: []string{d.Group}, Resources: []string{d.Resource}}
	if d.Name != "" {
		rule.ResourceNames = []string{d.Name}
	}
	return rule
}

// binds tells whether a subject of a binding is the service account, by its
// name or by a group that it is in.
func (d *demand) binds(subject rbacv1.Subject, namespace string) bool {
	switch subject.Kind {
	case rbacv1.ServiceAccountKind:
		if subject.Namespace != "" {
			namespace = subject.Namespace
		}
		return subject.Name == d.Account && namespace == d.Namespace
	case rbacv1.UserKind:
		return subject.Name == "system:serviceaccount:"+d.Namespace+":"+d.Account
	case rbacv1.GroupKind:
		return slices.Contains([]string{"system:serviceaccounts", "system:serviceaccounts:" + d.Namespace, "system:authenticated"}, subject.Name)
	default:
		return false
	}
}

// bindingsOf lists what is bound to the service account where the demand was
// made: in its namespace, and in the whole cluster.
func (s *scope) bindingsOf(d *demand) []grant {
	var list []grant
	bound := func(subjects []rbacv1.Subject, namespace string) bool {
		return slices.ContainsFunc(subjects, func(each rbacv1.Subject) bool { return d.binds(each, namespace) })
	}
	for _, b := range s.Objects.RoleBindings {
		if d.In == "" || b.Namespace != d.In || !bound(b.Subjects, b.Namespace) {
			continue
		}
		role := Ref{Kind: b.RoleRef.Kind, Name: b.RoleRef.Name}
		if role.Kind == "Role" {
			role.Namespace = b.Namespace
		}
		list = append(list, grant{refOf("RoleBinding", b), role})
	}
	for _, b := range s.Objects.ClusterRoleBindings {
		if bound(b.Subjects, "") {
			list = append(list, grant{refOf("ClusterRoleBinding", b), Ref{Kind: "ClusterRole", Name: b.RoleRef.Name}})
		}
	}
	return list
}

// rulesOf are the rules of a role; those that are gathered from others are
// written into it by a controller.
func (v *view) rulesOf(role Ref) []rbacv1.PolicyRule {
	if r := get[rbacv1.Role](v, role); r != nil {
		return r.Rules
	}
	if r := get[rbacv1.ClusterRole](v, role); r != nil {
		return r.Rules
	}
	return nil
}

// grantOf finds what grants a demand, as the API server's authorizer would.
// Missing is what could not be read, if that may grant it.
func (s *scope) grantOf(d *demand) (found *grant, missing string) {
	for _, each := range s.bindingsOf(d) {
		if ok, _ := validation.Covers(s.rulesOf(each.Role), []rbacv1.PolicyRule{d.rule()}); ok {
			return &each, ""
		}
		if verdict, gap := s.exists(each.Role); verdict == "unknown" {
			missing = gap
		}
	}
	for _, kind := range []string{"RoleBinding", "Role", "ClusterRoleBinding", "ClusterRole"} {
		namespace := ""
		if !strings.HasPrefix(kind, "Cluster") {
			namespace = d.In
		}
		if namespace == "" && !strings.HasPrefix(kind, "Cluster") {
			continue // what is bound in a namespace grants nothing beyond it
		}
		if !s.read(kind, namespace) {
			return nil, s.why(kind, namespace)
		}
		if strings.HasSuffix(kind, "Binding") && s.hides(kind, namespace) {
			missing = "the " + plural(kind) + " that you may not see"
		}
	}
	return nil, missing
}

// hides tells that some objects of a kind may not be seen by the asker.
func (v *view) hides(kind, namespace string) bool {
	return slices.ContainsFunc(v.Hidden, func(ref Ref) bool { return ref.Kind == kind && ref.Namespace == namespace })
}

// grantedAt is since when a binding grants what it does: when it, or its role,
// was made or last changed.
func (s *scope) grantedAt(g *grant) time.Time {
	var since time.Time
	for _, ref := range []Ref{g.Binding, g.Role} {
		if object := s.objects[ref]; object != nil && object.GetCreationTimestamp().After(since) {
			since = object.GetCreationTimestamp().Time
		}
		for _, write := range s.writes[ref] {
			if write.touches("rules") || write.touches("subjects") {
				since = later(since, write.At)
			}
		}
	}
	return since
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// withBindings adds what is bound to the service account instead: a role that
// is gone, one that lacks the rule, one that was changed just before.
func (s *scope) withBindings(a answer, d *demand) answer {
	account := Ref{"ServiceAccount", d.Namespace, d.Account}
	bindings := slices.DeleteFunc(s.bindingsOf(d), func(g grant) bool { return !s.own(g, d) })
	if len(bindings) == 0 {
		a = a.with("instead", "nothing is bound to it there").seen(account, "bindings", "none", s.At)
	}
	for _, g := range bindings {
		if verdict, _ := s.exists(g.Role); verdict == "no" {
			return a.with("instead", g.Binding.Kind+" "+g.Binding.Name+" binds the "+g.Role.Kind+" "+g.Role.Name+", which does not exist", "absent_role", g.Role.Name).
				seen(g.Binding, "roleRef", g.Role.String()+" does not exist", s.At)
		}
		a = a.with("instead", g.Binding.Kind+" "+g.Binding.Name+" binds the "+g.Role.Kind+" "+g.Role.Name+", which does not grant it", "role", g.Role.Name, "role_kind", strings.ToLower(g.Role.Kind)).
			seen(g.Role, "rules", rulesText(s.rulesOf(g.Role)), s.At)
		if change := s.accessChange(g); change != nil {
			return a.and(byChange).by(change).with("who", change.Who, "when", change.At.UTC().Format("15:04"), "changed", change.Object.Kind+" "+change.Object.Name).
				seen(change.Object, "managedFields["+change.Field+"]", change.Who, change.At)
		}
	}
	return a
}

// own tells that a binding names the service account itself: what every account
// has explains nothing.
func (s *scope) own(g grant, d *demand) bool {
	var subjects []rbacv1.Subject
	if b := get[rbacv1.RoleBinding](s.view, g.Binding); b != nil {
		subjects = b.Subjects
	}
	if b := get[rbacv1.ClusterRoleBinding](s.view, g.Binding); b != nil {
		subjects = b.Subjects
	}
	return slices.ContainsFunc(subjects, func(each rbacv1.Subject) bool {
		return each.Kind != rbacv1.GroupKind && d.binds(each, g.Binding.Namespace)
	})
}

// accessChange is the last change of a role's rules or a binding's subjects,
// where it came in the day before the failure.
func (s *scope) accessChange(g grant) *Change {
	for _, each := range []struct {
		ref   Ref
		field string
	}{{g.Role, "rules"}, {g.Binding, "subjects"}} {
		write := s.lastWrite(each.ref, each.field)
		if write == nil {
			continue
		}
		change := &Change{At: write.At, Source: "access", Who: write.Manager, Object: each.ref, Field: each.field, Summary: "its " + each.field + " were changed"}
		if s.precedes(change) {
			return change
		}
	}
	return nil
}

// rulesText writes rules in a line: "get,list pods; get configmaps".
func rulesText(rules []rbacv1.PolicyRule) string {
	var parts []string
	for _, rule := range rules {
		parts = append(parts, strings.Join(rule.Verbs, ",")+" "+strings.Join(append(slices.Clone(rule.Resources), rule.NonResourceURLs...), ","))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, "; ")
}

// accessWants asks for roles and bindings once a log tells of a refusal.
func accessWants(h *horizon) []Query {
	var queries []Query
	for _, w := range h.Workloads {
		for _, f := range h.failuresOf(w) {
			s := &scope{view: h.view, Object: w.Ref, Failure: f}
			if f.Class != crashing && f.Class != unready {
				continue
			}
			d, _, a := s.demandInLog()
			if a.Verdict != "yes" {
				continue
			}
			queries = append(queries, Query{Kind: "ClusterRole"}, Query{Kind: "ClusterRoleBinding"})
			if d.In != metav1.NamespaceAll {
				queries = append(queries, Query{Kind: "Role", Namespace: d.In}, Query{Kind: "RoleBinding", Namespace: d.In})
			}
		}
	}
	return queries
}
