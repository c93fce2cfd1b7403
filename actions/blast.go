package actions

import (
	"fmt"
	"strings"

	deploymentutil "k8s.io/kubectl/pkg/util/deployment"

	"github.com/steward-bot/steward/kube"
)

// blastOf says which pods a new template replaces, and how many at a time.
// Staying is how many pods run that template already.
func blastOf(w *kube.Workload, staying int32) string {
	replaced := max(0, w.Counts.Desired-staying)
	switch {
	case w.OnDelete():
		return "No pod is touched now: each takes the new template when somebody deletes it."
	case w.Counts.Desired == 0 && w.Counts.Current == 0:
		return "No pod is touched: there is none."
	case w.Kind == "Deployment" && w.Strategy.Type == "Recreate":
		return fmt.Sprintf("%s stopped before the new ones start.", are(w.Counts.Current))
	case w.Kind == "Deployment":
		return blastOfDeployment(w, replaced, staying)
	case w.Kind == "StatefulSet":
		return blastOfStatefulSet(w, staying)
	default:
		return blastOfDaemonSet(w, staying)
	}
}

func blastOfDeployment(w *kube.Workload, replaced, staying int32) string {
	pace := ""
	surge, unavailable, err := deploymentutil.ResolveFenceposts(w.Strategy.MaxSurge, w.Strategy.MaxUnavailable, w.Counts.Desired)
	if err == nil {
		pace = fmt.Sprintf(": up to %d more than %d at a time, never fewer than %d available", surge, w.Counts.Desired, w.Counts.Desired-unavailable)
	}
	if staying == 0 {
		return fmt.Sprintf("%s replaced%s.", are(replaced), pace)
	}
	if replaced > 0 {
		return fmt.Sprintf("%s replaced%s.", are(replaced), pace) + stay(staying)
	}
	return fmt.Sprintf("%s %s removed.", strings.TrimSpace(stay(staying)), others(w.Counts.Current-staying))
}

func blastOfStatefulSet(w *kube.Workload, staying int32) string {
	most := max(0, w.Counts.Desired-w.Strategy.Partition)
	replaced := max(0, most-staying)
	switch {
	case most == 0:
		return fmt.Sprintf("No pod is touched: the partition is %d.", w.Strategy.Partition)
	case replaced == 0:
		return fmt.Sprintf("No pod is replaced: %s that template already.", runs(staying))
	}
	pace := "one at a time"
	if most := w.Strategy.MaxUnavailable; most != nil && most.String() != "1" {
		pace = "up to " + most.String() + " at a time"
	}
	words := fmt.Sprintf("%s replaced %s, from the highest ordinal down.", are(replaced), pace)
	if staying == 0 {
		words = fmt.Sprintf("%s replaced %s, from %s-%d down to %s-%d.", are(replaced), pace, w.Name, w.Counts.Desired-1, w.Name, w.Strategy.Partition)
	}
	if w.Strategy.Partition > 0 {
		words += fmt.Sprintf(" The partition keeps those below %d.", w.Strategy.Partition)
	}
	return words + stay(staying)
}

func blastOfDaemonSet(w *kube.Workload, staying int32) string {
	pace := "one node at a time"
	if surge := w.Strategy.MaxSurge; surge != nil && surge.String() != "0" && surge.String() != "0%" {
		pace = "the new one first, on up to " + surge.String() + " of the nodes at a time"
	} else if most := w.Strategy.MaxUnavailable; most != nil && most.String() != "1" {
		pace = "on up to " + most.String() + " of the nodes at a time"
	}
	return fmt.Sprintf("%s replaced, one on each node, %s.", are(max(0, w.Counts.Desired-staying)), pace) + stay(staying)
}

// stay writes " 2 pods run that template already and stay.", or nothing when
// none does.
func stay(pods int32) string {
	if pods == 0 {
		return ""
	}
	return fmt.Sprintf(" %s that template already and stay%s.", runs(pods), third(pods))
}

// are writes "3 pods are" and "1 pod is".
func are(pods int32) string {
	if pods == 1 {
		return "1 pod is"
	}
	return fmt.Sprintf("%d pods are", pods)
}

// others writes "The other pod is" and "The 2 other pods are".
func others(pods int32) string {
	if pods == 1 {
		return "The other pod is"
	}
	return fmt.Sprintf("The %d other pods are", max(0, pods))
}

// runs writes "3 pods run" and "1 pod runs".
func runs(pods int32) string {
	if pods == 1 {
		return "1 pod runs"
	}
	return fmt.Sprintf("%d pods run", pods)
}

func third(pods int32) string {
	if pods == 1 {
		return "s"
	}
	return ""
}
