package diagnose

import (
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// variables are what expressions can look at, for errors, the guide and CEL.
var variables = []struct {
	name string
	of   *cel.Type
}{
	{"object", cel.MapType(cel.StringType, cel.DynType)},
	{"pods", cel.ListType(cel.DynType)},
	{"failure", cel.MapType(cel.StringType, cel.DynType)},
	{"log", cel.StringType},
	{"related", cel.MapType(cel.StringType, cel.DynType)},
	{"events", cel.ListType(cel.DynType)},
	{"nodes", cel.ListType(cel.DynType)},
	{"configs", cel.ListType(cel.DynType)},
	{"secrets", cel.ListType(cel.DynType)},
	{"changes", cel.ListType(cel.DynType)},
	{"cluster", cel.StringType},
	{"now", cel.TimestampType},
}

// memo keeps what expressions looked at while one object is diagnosed: 4,000
// pods are made into maps once, and only if an expression asks for them.
type memo struct {
	values map[memoKey]ref.Val
	spent  map[string]uint64 // what a playbook's expressions have cost
}

type memoKey struct {
	name, of string // of is the playbook, where it matters
	failure  *failure
	related  Ref
}

func newMemo() *memo { return &memo{map[memoKey]ref.Val{}, map[string]uint64{}} }

// evaluation is one check of a playbook under way: the variables of its
// expressions.
type evaluation struct {
	*scope
	own    *own
	change *Change // that a helper has said yes for
}

// unread is the error of a variable that could not be read, with the reason.
type unread string

// Error is the reason.
func (u unread) Error() string { return string(u) }

// Parent is nothing: there are no variables but ours.
func (e *evaluation) Parent() interpreter.Activation { return nil }

// ResolveName gives a variable. One that could not be read is an error, which
// makes the verdict unknown unless the expression does not need it.
func (e *evaluation) ResolveName(name string) (any, bool) {
	if name == hiddenScope {
		return &scopeValue{e}, true
	}
	key := memoKey{name: name, of: e.own.name, failure: e.Failure, related: e.Related}
	if name == "pods" || name == "nodes" || name == "object" || name == "events" {
		key = memoKey{name: name}
	}
	if known, ok := e.memo.values[key]; ok {
		return known, true
	}
	value, there := e.variable(name)
	if there {
		e.memo.values[key] = value
	}
	return value, there
}

func (e *evaluation) variable(name string) (ref.Val, bool) {
	switch name {
	case "object":
		return e.objectValue(), true
	case "pods":
		return e.podsValue(), true
	case "failure":
		return e.failureValue(), true
	case "log":
		return e.logValue(), true
	case "related":
		return e.relatedValue(), true
	case "events":
		return e.eventsValue(), true
	case "nodes":
		return e.kindValue("Node"), true
	case "configs":
		return e.configsValue("ConfigMap"), true
	case "secrets":
		return e.configsValue("Secret"), true
	case "changes":
		return e.changesValue(), true
	case "cluster":
		return types.String(e.Cluster), true
	case "now":
		return types.Timestamp{Time: e.At.UTC()}, true
	default:
		return nil, false
	}
}

// celValue makes a value of CEL out of maps, lists and scalars.
func celValue(value any) ref.Val { return types.DefaultTypeAdapter.NativeToValue(value) }

func notRead(why string) ref.Val { return types.WrapErr(unread(why)) }

func (e *evaluation) failureValue() ref.Val {
	f := e.Failure
	if f == nil {
		return notRead("no container fails here")
	}
	pods := make([]any, len(f.Pods))
	for i, pod := range f.Pods {
		pods[i] = pod.Name
	}
	value := map[string]any{
		"class": string(f.Class), "container": f.Container, "init": f.Init, "sidecar": f.Sidecar, "pods": pods,
		"reason": f.reason(), "message": "", "exitCode": nil, "termination": "", "restarts": int64(0),
	}
	if len(f.Runs) == 0 {
		return celValue(value)
	}
	run := f.first()
	value["restarts"] = int64(run.Status.RestartCount)
	if over := run.ended(); over != nil {
		value["reason"], value["exitCode"], value["termination"] = over.Reason, int64(over.ExitCode), over.Message
	}
	if reason, message := run.waiting(); reason != "" {
		value["reason"], value["message"] = reason, message
	}
	return celValue(value)
}

func (e *evaluation) logValue() ref.Val {
	if e.Failure == nil || len(e.Failure.Runs) == 0 {
		return notRead("no container runs that could have a log")
	}
	text, _, missing, ok := e.failureLog()
	if !ok {
		return notRead(missing)
	}
	if len(text) > logLimit {
		text = text[len(text)-logLimit:]
	}
	text = escapes.ReplaceAllString(text, "")
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return types.String(text)
}

func (e *evaluation) relatedValue() ref.Val {
	if e.Related.zero() {
		return notRead("there is no related object here")
	}
	return celValue(map[string]any{"kind": e.Related.Kind, "namespace": e.Related.Namespace, "name": e.Related.Name})
}

// stringsOf makes a map of labels a map of CEL; nil is an empty one.
func stringsOf(labels map[string]string) map[string]any {
	value := make(map[string]any, len(labels))
	for name := range maps.Keys(labels) {
		value[name] = labels[name]
	}
	return value
}
