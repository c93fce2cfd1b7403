package bot

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// Of a scan this much is shown. The rest is on the command line.
const (
	groupsLimit  = 12 // causes of one cluster
	targetsLimit = 6  // objects that one cause brings down
)

// renderScans shows what is wrong in a namespace or in clusters: one part a
// cause, with all that it brings down.
func renderScans(scans []ops.Scan, headline string) []slack.Block {
	blocks := []slack.Block{section(scanMark(scans) + " " + bold(headline, 600))}
	step := 0
	for _, scan := range scans {
		for i, group := range scan.Groups {
			step++
			if i < groupsLimit {
				blocks = append(blocks, divider())
				blocks = append(blocks, lines(groupLines(scan, group, step))...)
			}
		}
		if left := len(scan.Groups) - groupsLimit; left > 0 {
			blocks = append(blocks, aside(fmt.Sprintf("And %d causes more: `steward scan` shows them all.", left)))
		}
		blocks = append(blocks, lines(scanGaps(scan.Unknown))...)
	}
	return blocks
}

// scanGaps tell what kept the scan from knowing all.
func scanGaps(gaps []ops.Gap) []string {
	if len(gaps) == 0 {
		return nil
	}
	safe := []string{"*What could not be known*"}
	for i, gap := range gaps {
		if i == changesLimit {
			return append(safe, fmt.Sprintf("• and %d more", len(gaps)-i))
		}
		safe = append(safe, "• "+prose(gap.Missing, 300))
	}
	return safe
}

func scanMark(scans []ops.Scan) string {
	mark := "✅"
	for _, scan := range scans {
		switch {
		case len(scan.Diagnoses) > 0:
			return "🔴"
		case len(scan.Unknown) > 0:
			mark = "❔"
		}
	}
	return mark
}

// groupLines tell one cause: what it is, what it brings down, what to do, and
// how to look closer.
func groupLines(scan ops.Scan, group ops.Group, step int) []string {
	safe := []string{
		bold(group.Cause.Summary, 600),
		proof(group.Cause),
	}
	if len(group.Targets) > 1 || group.Targets[0].Object() != group.Cause.Object {
		safe = append(safe, "It brings down "+brought(group.Targets)+".")
	}
	first := diagnosedAs(scan, group)
	if len(group.Cause.Remedy) > 0 {
		remedy := group.Cause.Remedy[0]
		line := fmt.Sprintf("%d. %s", step, prose(remedy.Text, 600))
		if remedy.Action != "" {
			line += "  " + code("/k8s "+typed(remedyRequest(first, remedy)), 400)
		}
		safe = append(safe, line)
	}
	return append(safe, "More: "+code("/k8s diagnose "+target(first).String(), 400))
}

// brought lists the objects that a cause brings down.
func brought(targets []ops.DiagnosisTarget) string {
	names := make([]string, 0, len(targets))
	for _, target := range targets {
		names = append(names, target.Object())
	}
	said := listed(names, targetsLimit)
	if len(names) > 1 {
		said = fmt.Sprintf("%d objects: %s", len(names), said)
	}
	return said
}

// diagnosedAs is the diagnosis that a group's remedies are written for.
func diagnosedAs(scan ops.Scan, group ops.Group) ops.Diagnosis {
	return ops.Diagnosis{Cluster: scan.Cluster, Target: group.Targets[0]}
}

// scanOffers are the first remedies of the causes shown, where steward can do
// them, by the causes' numbers.
func scanOffers(scans []ops.Scan) map[int]ops.Request {
	offers := map[int]ops.Request{}
	step := 0
	for _, scan := range scans {
		for i, group := range scan.Groups {
			step++
			if i < groupsLimit && len(group.Cause.Remedy) > 0 && group.Cause.Remedy[0].Action != "" {
				offers[step] = remedyRequest(diagnosedAs(scan, group), group.Cause.Remedy[0])
			}
		}
	}
	return offers
}
