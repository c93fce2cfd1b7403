package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/steward-bot/steward/ops"
)

// diagnosis writes a diagnosis as Slack shows it: what is wrong, the proof, what
// to do; then what changed, what could not be known, and every check.
func (t terminal) diagnosis(d ops.Diagnosis) {
	t.verdict(d)
	for _, cause := range d.Causes {
		t.cause(d, cause)
	}
	for _, note := range d.Notes {
		t.paragraph(2, "note: ", note, plainTone)
	}
	t.changes(d.Changes)
	t.gaps(d.Unknown)
	t.checks(d)
}

func (t terminal) verdict(d ops.Diagnosis) {
	object := d.Target.Object()
	since := ""
	if !d.Since.IsZero() {
		since = " since " + moment(d.Since)
	}
	switch d.Status {
	case ops.StatusHealthy:
		t.paragraph(0, "", object+" is healthy.", good)
	case ops.StatusUnhealthy:
		t.paragraph(0, "", object+" is unhealthy"+since+".", bad)
	default:
		t.paragraph(0, "", "steward could not tell what is wrong with "+object+".", doubtful)
	}
}

func (t terminal) cause(d ops.Diagnosis, cause ops.Cause) {
	t.blank()
	t.paragraph(0, "", cause.Summary, strong)
	t.paragraph(2, "", fmt.Sprintf("%s, %s, in %s", cause.ID, cause.Confidence, cause.Object), plainTone)
	t.paragraph(2, "", cause.Means, faint)
	if len(cause.Evidence) > 0 {
		t.heading(2, "Why")
	}
	for _, e := range cause.Evidence {
		t.paragraph(4, "", e.Object+" "+e.Field, faint)
		t.paragraph(6, "", e.Value, plainTone)
	}
	if len(cause.Remedy) > 0 {
		t.heading(2, "What to do")
	}
	for i, remedy := range cause.Remedy {
		t.remedy(d, i+1, remedy)
	}
	if len(cause.Effects) > 0 {
		t.heading(2, "This also explains")
	}
	for _, effect := range cause.Effects {
		t.paragraph(4, "", effect.Object+": "+effect.Summary+" ("+effect.ID+")", plainTone)
	}
}

// remedy writes what to do, and where steward can do it also how: in Slack, and
// by hand.
func (t terminal) remedy(d ops.Diagnosis, number int, remedy ops.Remedy) {
	t.paragraph(4, fmt.Sprintf("%d. ", number), remedy.Text, plainTone)
	if remedy.Action == "" {
		return
	}
	on := remedyTarget(d, remedy)
	t.paragraph(7, "in Slack: ", "/k8s "+remedy.Action+" "+on.String()+typedArgs(remedy.Args), plainTone)
	if line := kubectlLine(remedy, on); line != "" {
		t.paragraph(7, "by hand:  ", line, plainTone)
	}
}

// remedyTarget is what a remedy acts on: the target, or another object that it
// names.
func remedyTarget(d ops.Diagnosis, remedy ops.Remedy) ops.Ref {
	own := ops.Ref{Namespace: d.Target.Namespace, Kind: d.Target.Kind, Name: d.Target.Name}
	other, err := ops.ParseRef(remedy.Args["target"])
	if remedy.Args["target"] == "" || err != nil {
		return own
	}
	other.Cluster = ""
	return other
}

func typedArgs(args map[string]string) string {
	var typed strings.Builder
	for _, name := range []string{"to", "replicas"} {
		if args[name] != "" {
			typed.WriteString(" " + name + "=" + args[name])
		}
	}
	return typed.String()
}

// kubectlWord is what can stand in a command line as it is. A snapshot's file
// may name things otherwise than an API server lets them be named.
var kubectlWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*$`)

// kubectlLine is what kubectl does in the place of a verb, "" if it has
// nothing like it, or if a shell would read anything else in it.
func kubectlLine(remedy ops.Remedy, on ops.Ref) string {
	words := []string{on.Namespace, ops.ShortKind(on.Kind), on.Name}
	for _, arg := range []string{"to", "replicas"} {
		if remedy.Args[arg] != "" {
			words = append(words, remedy.Args[arg])
		}
	}
	for _, word := range words {
		if !kubectlWord.MatchString(word) {
			return ""
		}
	}
	what := "kubectl -n " + on.Namespace
	named := ops.ShortKind(on.Kind) + "/" + on.Name
	switch remedy.Action {
	case "rollback":
		return what + " rollout undo " + named + " --to-revision=" + remedy.Args["to"]
	case "restart":
		return what + " rollout restart " + named
	case "scale":
		return what + " scale " + named + " --replicas=" + remedy.Args["replicas"]
	default:
		return ""
	}
}

// changes writes the implicated changes before those that are only near.
func (t terminal) changes(changes []ops.ChangeEvent) {
	if len(changes) == 0 {
		return
	}
	t.blank()
	t.heading(0, "What changed")
	for _, implicated := range []bool{true, false} {
		for _, change := range changes {
			if change.Implicated != implicated {
				continue
			}
			text := change.Summary
			if change.Who != "" {
				text += ", by " + change.Who
			}
			of := strong
			if !implicated {
				text, of = text+" (nearby, not implicated)", plainTone
			}
			t.paragraph(2, moment(change.At)+"  ", text, of)
		}
	}
}

func (t terminal) gaps(gaps []ops.Gap) {
	if len(gaps) == 0 {
		return
	}
	t.blank()
	t.heading(0, "What could not be known")
	for _, gap := range gaps {
		t.paragraph(2, "", gap.Check+": "+gap.Missing, doubtful)
	}
}

// checks writes every check with its verdict, and what was excluded by them.
func (t terminal) checks(d ops.Diagnosis) {
	t.blank()
	t.heading(0, fmt.Sprintf("Checks (%d)", len(d.Checks)))
	for _, check := range d.Checks {
		of := map[ops.Verdict]tone{ops.Yes: strong, ops.Unknown: doubtful}[check.Verdict]
		t.paragraph(2, fmt.Sprintf("%-8s", check.Verdict), check.Question+" "+check.Observed, of)
	}
	if len(d.Excluded) > 0 {
		t.paragraph(0, "Excluded: ", strings.Join(d.Excluded, ", "), plainTone)
	}
}

func moment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05Z") }
