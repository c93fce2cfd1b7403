package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/mitchellh/go-wordwrap"

	"github.com/steward-bot/steward/ops"
)

// columns is the width of the narrowest terminal that the text is made for.
const columns = 80

// renderDiagnosis writes a diagnosis for a terminal: the causes first, each
// with its evidence and its remedy, then every check.
func renderDiagnosis(out io.Writer, d ops.Diagnosis) {
	object := d.Target.Kind + "/" + d.Target.Namespace + "/" + d.Target.Name
	switch d.Status {
	case ops.StatusHealthy:
		paragraph(out, "", object+" is healthy.")
	case ops.StatusUnhealthy:
		paragraph(out, "", object+" is unhealthy.")
	default:
		paragraph(out, "", "steward could not tell what is wrong with "+object+".")
	}
	for _, cause := range d.Causes {
		renderCause(out, cause)
	}
	for _, note := range d.Notes {
		paragraph(out, "  note: ", note)
	}
	for _, change := range d.Changes {
		label := "  nearby, not implicated: "
		if change.Implicated {
			label = "  change: "
		}
		paragraph(out, label, change.At.UTC().Format("2006-01-02 15:04:05Z")+" "+change.Who+" "+change.Summary)
	}
	for _, gap := range d.Unknown {
		paragraph(out, "  not known: ", gap.Check+": "+gap.Missing)
	}
	fmt.Fprintf(out, "\nChecks (%d)\n", len(d.Checks))
	for _, check := range d.Checks {
		paragraph(out, fmt.Sprintf("  %-8s", check.Verdict), check.Question+" "+check.Observed)
	}
}

func renderCause(out io.Writer, cause ops.Cause) {
	fmt.Fprintln(out)
	paragraph(out, fmt.Sprintf("%s (%s): ", cause.ID, cause.Confidence), cause.Summary)
	for _, evidence := range cause.Evidence {
		paragraph(out, "  evidence: ", evidence.Object+" "+evidence.Field+" = "+evidence.Value)
	}
	for _, effect := range cause.Effects {
		paragraph(out, "  effect: ", effect.Object+": "+effect.Summary)
	}
	for _, remedy := range cause.Remedy {
		paragraph(out, "  remedy: ", remedy.Text)
	}
}

// paragraph wraps the text within the columns, its further lines indented under
// the first. What others wrote has lost its control characters: a terminal
// obeys them.
func paragraph(out io.Writer, label, text string) {
	const longest = 2000 // characters of one text
	indent := min(len(label), 12)
	wrapped := wordwrap.WrapString(label+ops.Shorten(text, longest), uint(columns-indent))
	fmt.Fprintln(out, strings.ReplaceAll(wrapped, "\n", "\n"+strings.Repeat(" ", indent)))
}
