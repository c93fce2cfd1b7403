// Package stages is what the simulated kubelets do: KWOK Stages for pods, nodes
// and volumes, each a step from one status of an object to the next. The fault
// of a pod (package fault) selects which steps it goes through.
//
// KWOK chooses at random among the stages that match, whatever their weight, so
// that the selectors here never overlap: each names its faults and the status
// that it starts from.
package stages

import (
	"bytes"
	"fmt"
	"strings"

	"sigs.k8s.io/kwok/pkg/apis/v1alpha1"
	"sigs.k8s.io/yaml"
)

// YAML is the file that KWOK reads with --config. Nodes that do not say where
// their kubelet listens get kubeletPort on this machine.
func YAML(kubeletPort int) ([]byte, error) {
	var out bytes.Buffer
	for _, list := range [][]step{podSteps(), crashSteps(), nodeSteps(kubeletPort), volumeSteps()} {
		for _, s := range list {
			stage, err := s.stage()
			if err != nil {
				return nil, err
			}
			doc, err := yaml.Marshal(stage)
			if err != nil {
				return nil, fmt.Errorf("writing the stage %s: %w", s.name, err)
			}
			out.WriteString("---\n")
			out.Write(doc)
		}
	}
	return out.Bytes(), nil
}

// step is one Stage, as the lists in this package write it.
type step struct {
	name  string
	kind  string // Pod, Node, PersistentVolumeClaim, PersistentVolume
	when  []condition
	after delay
	do    []action
}

// condition is a jq expression and the values it may, or may not, have.
type condition struct {
	jq     string
	op     v1alpha1.SelectorOperator
	values []string
}

// delay is how long a step waits: milliseconds, or what a jq expression gives
// (a Go duration), with the milliseconds where it gives nothing.
type delay struct {
	milliseconds int64
	jq           string
}

// action is one thing that a step does; exactly one field is set.
type action struct {
	patch  *v1alpha1.StagePatch
	apply  *v1alpha1.StageApply
	event  *v1alpha1.StageEvent
	remove bool
}

func is(jq string, values ...string) condition {
	return condition{jq: jq, op: v1alpha1.SelectorOpIn, values: values}
}

func isNot(jq string, values ...string) condition {
	return condition{jq: jq, op: v1alpha1.SelectorOpNotIn, values: values}
}

func exists(jq string) condition {
	return condition{jq: jq, op: v1alpha1.SelectorOpExists}
}

func absent(jq string) condition {
	return condition{jq: jq, op: v1alpha1.SelectorOpDoesNotExist}
}

// status patches a pod's status with a template, after the text that sets its
// variables.
func status(template string, vars ...string) action {
	return patchStatus(podText(strings.Join(vars, "") + template))
}

// says creates or counts an Event about the failing container. Reason and
// message are expressions of the template language; vars as for status.
func says(kind, reason, message string, vars ...string) action {
	about := fmt.Sprintf(`{{ template "event" (dict "pod" . "type" %q "reason" (%s) "message" (%s) "field" $field "count" $was.restartCount) }}`,
		kind, reason, message)
	return action{apply: &v1alpha1.StageApply{Template: podText(strings.Join(vars, "") + about)}}
}

func patchStatus(template string) action {
	return action{patch: &v1alpha1.StagePatch{Subresource: "status", Root: "status", Template: template}}
}

// podText puts what the templates of pods share before one of them.
func podText(template string) string { return sharedTemplate + template }

func (s step) stage() (*v1alpha1.Stage, error) {
	stage := &v1alpha1.Stage{}
	stage.APIVersion, stage.Kind, stage.Name = v1alpha1.GroupVersion.String(), v1alpha1.StageKind, s.name
	stage.Spec.ResourceRef = v1alpha1.StageResourceRef{APIGroup: "v1", Kind: s.kind}
	stage.Spec.Selector = &v1alpha1.StageSelector{}
	for _, c := range s.when {
		stage.Spec.Selector.MatchExpressions = append(stage.Spec.Selector.MatchExpressions, v1alpha1.MatchExpression{
			JQ: &v1alpha1.SelectorJQ{Key: c.jq, Operator: c.op, Values: c.values},
		})
	}
	stage.Spec.Delay = &v1alpha1.StageDelay{DurationMilliseconds: &s.after.milliseconds}
	if s.after.jq != "" {
		stage.Spec.Delay.DurationFrom = &v1alpha1.ExpressionFrom{JQ: &v1alpha1.ExpressionJQ{Expression: s.after.jq}}
	}
	if len(s.do) == 0 {
		return nil, fmt.Errorf("the stage %s does nothing", s.name)
	}
	for _, a := range s.do {
		stage.Spec.Steps = append(stage.Spec.Steps, v1alpha1.StageStep{Patch: a.patch, Apply: a.apply, Event: a.event, Delete: a.remove})
	}
	return stage, nil
}
