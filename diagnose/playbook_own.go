package diagnose

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	celast "github.com/google/cel-go/common/ast"
	"go.yaml.in/yaml/v3"
)

// own is what the expressions of one playbook may look at.
type own struct {
	name    string
	failure bool // it is walked for failures, or may be
	related bool // it is walked for related objects, or may be
	collect []collected
}

// mayUse holds an expression to what its playbook has.
func (o *own) mayUse(compiled *cel.Ast) []celProblem {
	var problems []celProblem
	source := compiled.NativeRep().SourceInfo()
	wrong := func(e celast.Expr, format string, args ...any) {
		problems = append(problems, celProblem{source.GetStartLocation(e.ID()).Line(), fmt.Sprintf(format, args...)})
	}
	visit := celast.NewExprVisitor(func(e celast.Expr) {
		switch e.Kind() {
		case celast.IdentKind:
			name := e.AsIdent()
			if (name == "failure" || name == "log") && !o.failure {
				wrong(e, "%s is there only where a container fails: give the playbook each: crashing, or another class", name)
			}
			if name == "related" && !o.related {
				wrong(e, "related is there only where a playbook has each: hosts, or another relation")
			}
		case celast.CallKind:
			if call := e.AsCall(); call.FunctionName() == objectsFunction {
				if kind := literal(call.Args()[1]); kind != "" {
					if err := o.mayList(kind); err != nil {
						wrong(e, "%s", err)
					}
				}
			}
		default: // only names can be wrong
		}
	})
	celast.PreOrderVisit(compiled.NativeRep().Expr(), visit)
	return problems
}

func literal(e celast.Expr) string {
	if e.Kind() != celast.LiteralKind {
		return ""
	}
	text, _ := e.AsLiteral().Value().(string)
	return text
}

// mayList tells whether all objects of a kind are in a snapshot for the
// playbook.
func (o *own) mayList(kind string) error {
	switch known := listable(); {
	case kind == "ConfigMap" || kind == "Secret" || kind == "Event":
		return fmt.Errorf("objects(%q): use the variable %s", kind, map[string]string{"ConfigMap": "configs", "Secret": "secrets", "Event": "events"}[kind])
	case !slices.Contains(known, kind):
		return fmt.Errorf("objects(%q): steward does not read that kind%s", kind, nearest(kind, known))
	case slices.Contains(standing, kind), slices.Contains(shared, kind):
		return nil
	case slices.ContainsFunc(o.collect, func(c collected) bool { return c.Kind == kind }):
		return nil
	}
	return fmt.Errorf("objects(%q): they are read only for a playbook with collect: [{kind: %s}]", kind, kind)
}

// namespaces are those that a kind is looked for in: the object's own, and
// those that the playbook collects it from.
func (o *own) namespaces(kind, own string) []string {
	if clusterWide(kind) {
		return []string{""}
	}
	var list []string
	if slices.Contains(standing, kind) || kind == "ConfigMap" || kind == "Secret" {
		list = []string{own}
	}
	for _, c := range o.collect {
		at := c.Namespace
		if at == "" || at == ownNamespace {
			at = own
		}
		if c.Kind == kind && !slices.Contains(list, at) {
			list = append(list, at)
		}
	}
	return list
}

// listable are the kinds that steward can read.
func listable() []string {
	kinds := append(slices.Collect(maps.Keys(lists)), slices.Collect(maps.Keys(customs))...)
	kinds = append(kinds, "Secret")
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// clusterWide tells that a kind's objects are in no namespace.
func clusterWide(kind string) bool {
	for _, prefix := range []string{"Cluster", "Mutating", "Validating"} {
		if strings.HasPrefix(kind, prefix) {
			return true
		}
	}
	return slices.Contains([]string{
		"Node", "Namespace", "PersistentVolume", "StorageClass", "IngressClass", "PriorityClass", "CSIDriver", "CSINode", "VolumeAttachment", "APIService",
		"VolumeSnapshotContent", "RuntimeClass",
	}, kind)
}

// celLine is the line of a file that a line of an expression stands in. Blocks
// begin below their key.
func celLine(node *yaml.Node, line int) int {
	switch {
	case node.Style&yaml.LiteralStyle != 0:
		return node.Line + max(1, line)
	case node.Style&yaml.FoldedStyle != 0:
		return node.Line + 1
	default:
		return node.Line
	}
}
