package justify

import (
	"path"

	"github.com/steward-bot/steward/ops"
)

// The annotations that tie a workload, or all of its namespace, to tickets.
const (
	PagerDutyAnnotation     = "steward/pagerduty-service"
	JiraProjectAnnotation   = "steward/jira-project"
	JiraComponentAnnotation = "steward/jira-component"
)

// Service ties workloads to the service and project whose tickets concern
// them.
type Service struct {
	Namespace string // empty or "*" is any
	Workload  string // a glob of names (path.Match); empty is any
	PagerDuty string // a service id
	Jira      JiraProject
}

// JiraProject names a project by its key, and a component if only its issues
// are meant.
type JiraProject struct {
	Project   string
	Component string
}

// Concern is what a ticket has to be about to justify an action on a workload.
// An empty field is mapped nowhere.
type Concern struct {
	Target    ops.Target
	PagerDuty string // a service id
	Jira      JiraProject
	Settings  bool // the settings say so, not annotations
}

// concernOf looks a workload up in the settings, and only when they do not
// speak of it in its annotations: whoever may annotate a workload could
// otherwise point it at tickets of their own. The first service that names a
// system counts for it.
func concernOf(services []Service, target ops.Target) Concern {
	concern := Concern{Target: target}
	for _, service := range services {
		if !service.means(target) {
			continue
		}
		concern.Settings = true
		if concern.PagerDuty == "" {
			concern.PagerDuty = service.PagerDuty
		}
		if concern.Jira.Project == "" {
			concern.Jira = service.Jira
		}
	}
	if concern.Settings {
		return concern
	}
	concern.PagerDuty = target.Annotation(PagerDutyAnnotation)
	concern.Jira = JiraProject{Project: target.Annotation(JiraProjectAnnotation), Component: target.Annotation(JiraComponentAnnotation)}
	return concern
}

// means tells whether the service's entry names the workload. A glob that is
// none names nothing.
func (s Service) means(target ops.Target) bool {
	if s.Namespace != "" && s.Namespace != "*" && s.Namespace != target.Namespace {
		return false
	}
	if s.Workload == "" {
		return true
	}
	match, err := path.Match(s.Workload, target.Name)
	return err == nil && match
}

// source says where the mapping comes from, for people.
func (c Concern) source() string {
	if c.Settings {
		return "as steward's settings say"
	}
	return "as its annotations say"
}
