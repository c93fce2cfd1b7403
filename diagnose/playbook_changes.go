package diagnose

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/steward-bot/steward/ops"
)

// eventsShown bounds the events that an expression sees, the newest first.
const eventsShown = 500

// eventsValue lists the events about the object and its pods and ReplicaSets,
// the newest first.
func (e *evaluation) eventsValue() ref.Val {
	if why, gap := e.gapOf("Event"); gap {
		return notRead(why)
	}
	about := []Ref{e.Object}
	if w := e.Workload(); w != nil {
		for _, revision := range w.Revisions {
			if revision.Ref != e.Object {
				about = append(about, revision.Ref)
			}
		}
		for _, pod := range w.Pods {
			if ref := refOf("Pod", pod); ref != e.Object {
				about = append(about, ref)
			}
		}
	}
	var events []*Event
	for _, ref := range about {
		events = append(events, e.view.events[ref]...)
	}
	slices.SortStableFunc(events, func(a, b *Event) int { return -compareEvents(*a, *b) })
	list := []any{}
	for _, event := range events[:min(len(events), eventsShown)] {
		list = append(list, map[string]any{
			"object": event.About.String(), "container": event.Container(), "warning": event.Warning, "reason": event.Reason, "message": event.Message,
			"count": int64(event.Count), "first": event.First.UTC(), "last": event.Last.UTC(), "by": event.By,
		})
	}
	return celValue(list)
}

// ownChange is a change with the fields that it is known to have written.
type ownChange struct {
	*Change
	fields []string
}

// changesSeen lists the changes of the object and of the configuration that it
// reads or the playbook collects, the newest first.
func (e *evaluation) changesSeen() []ownChange {
	var changes []*Change
	seen := map[Ref]bool{}
	if w := e.Workload(); w != nil {
		changes = e.changesOf(w)
		for _, use := range configsOf(w) {
			seen[use.Ref] = true
		}
	}
	for i := range e.Changes {
		if e.Workload() == nil && e.Changes[i].Object == e.Object {
			changes = append(changes, &e.Changes[i])
		}
	}
	for _, c := range e.own.collect {
		for _, namespace := range e.own.namespaces(c.Kind, e.Object.Namespace) {
			ref := Ref{c.Kind, namespace, c.Name}
			if c.Name != "" && !seen[ref] {
				changes = append(changes, e.configChanges(ref)...)
				seen[ref] = true
			}
		}
	}
	list := make([]ownChange, len(changes))
	for i, change := range changes {
		list[i] = ownChange{change, e.fieldsOf(change)}
	}
	slices.SortStableFunc(list, func(a, b ownChange) int { return cmp.Or(-a.At.Compare(b.At), cmp.Compare(a.Summary, b.Summary)) })
	return list
}

// fieldsOf lists the fields that a change wrote, as far as they are known.
func (e *evaluation) fieldsOf(change *Change) []string {
	for _, write := range e.writes[change.Object] {
		if change.Source == "config" && write.At.Equal(change.At) && write.Manager == change.Who {
			return write.Fields
		}
	}
	if change.Field == "" {
		return []string{}
	}
	return []string{change.Field}
}

func (e *evaluation) changesValue() ref.Val {
	list := []any{}
	for _, change := range e.changesSeen() {
		list = append(list, map[string]any{
			"at": change.At.UTC(), "source": change.Source, "who": change.Who, "summary": change.Summary, "link": change.Link,
			"object": change.Object.String(), "fields": change.fields,
		})
	}
	return celValue(list)
}

// changed finds the newest change of something in a time before what is
// diagnosed began. What is an object ("ConfigMap/settings", in the own
// namespace unless it names one), or a field of whatever was changed.
func (e *evaluation) changed(what, field string, within time.Duration) (*Change, error) {
	object, isObject := Ref{}, false
	if parts := strings.Split(what, "/"); len(parts) > 1 {
		object, isObject = parseRef(what)
		if !isObject {
			return nil, unread("changed: " + what + " is no object: write KIND/NAME or KIND/NAMESPACE/NAME")
		}
		if len(parts) == 2 && !clusterWide(object.Kind) {
			object.Namespace = e.Object.Namespace
		}
		if verdict, missing := e.exists(object); verdict == ops.Unknown {
			return nil, unread(missing)
		}
	} else {
		field = what
		if missing := e.configsMissing(field); missing != "" {
			return nil, unread(missing)
		}
	}
	for _, change := range e.changesSeen() {
		before := e.onset().Sub(change.At)
		touches := field == "" || slices.ContainsFunc(change.fields, func(f string) bool { return f == field || strings.HasPrefix(f, field+".") })
		if (!isObject || change.Object == object) && touches && before >= -createdWithin && before <= within {
			return change.Change, nil
		}
	}
	return nil, nil
}

// configsMissing tells that not all is there in which a field of configuration
// could have changed.
func (e *evaluation) configsMissing(field string) string {
	w := e.Workload()
	if w == nil || !strings.HasPrefix(field, "data") {
		return ""
	}
	for _, use := range configsOf(w) {
		if verdict, missing := e.exists(use.Ref); verdict == ops.Unknown {
			return missing
		}
	}
	return ""
}

// scopeValue is the variable that macros hand to helpers.
type scopeValue struct{ *evaluation }

func changedIn(args ...ref.Val) ref.Val {
	s, ok := args[0].(*scopeValue)
	what, isText := args[1].Value().(string)
	field, isField := args[2].Value().(string)
	within, isDuration := args[3].(types.Duration)
	if !ok || !isText || !isField || !isDuration {
		return types.NewErr("changed wants a name or field, and a duration")
	}
	change, err := s.changed(what, field, within.Duration)
	if err != nil {
		return types.WrapErr(err)
	}
	if change != nil {
		s.change = change
	}
	return types.Bool(change != nil)
}

func onlyNewRevisionIn(scope, _ ref.Val) ref.Val {
	s, ok := scope.(*scopeValue)
	if !ok || s.Failure == nil {
		return notRead("no container fails here")
	}
	if !s.newRevisionFails() {
		return types.False
	}
	s.change = s.rolloutOf(s.Workload(), s.Workload().current())
	return types.True
}

func objectsIn(scope, kind ref.Val) ref.Val {
	s, ok := scope.(*scopeValue)
	name, isText := kind.Value().(string)
	if !ok || !isText {
		return types.NewErr("objects wants a kind")
	}
	key := memoKey{name: "objects/" + name, of: s.own.name}
	if known, there := s.memo.values[key]; there {
		return known
	}
	value := s.kindValue(name)
	s.memo.values[key] = value
	return value
}
