package bot

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// Of one cause this much is shown; the rest is under "Show the checks".
const (
	evidenceLimit = 8
	effectsLimit  = 6
	changesLimit  = 8
)

// renderDiagnosis shows what is wrong, the proof, and what to do: the deepest
// cause in full, the others below it.
func renderDiagnosis(d ops.Diagnosis, headline string) []slack.Block {
	blocks := []slack.Block{section(mark(d) + " " + bold(headline, 600) + "\n" + diagnosed(d))}
	step := 0
	for i, cause := range d.Causes {
		if i > 0 {
			blocks = append(blocks, divider(), section(bold(cause.Summary, 600)+"\n"+proof(cause)))
		}
		if cause.Means != "" {
			blocks = append(blocks, aside(prose(cause.Means, 800)))
		}
		blocks = append(blocks, lines(evidenceLines(cause.Evidence))...)
		blocks = append(blocks, lines(remedyLines(d, cause.Remedy, &step))...)
		blocks = append(blocks, lines(effectLines(cause.Effects))...)
	}
	blocks = append(blocks, lines(changeLines(d.Changes))...)
	blocks = append(blocks, lines(gapLines(d.Unknown))...)
	for _, note := range d.Notes {
		blocks = append(blocks, section("ℹ️ "+prose(note, 600)))
	}
	return append(blocks, aside(tally(d)))
}

func mark(d ops.Diagnosis) string {
	switch d.Status {
	case ops.StatusHealthy:
		return "✅"
	case ops.StatusUnhealthy:
		return "🔴"
	default:
		return "❔"
	}
}

// diagnosed names the target, and the first cause with how sure it is.
func diagnosed(d ops.Diagnosis) string {
	said := code(target(d).String(), 400)
	if len(d.Causes) > 0 {
		said += "  " + proof(d.Causes[0])
	}
	if !d.Healthy && !d.Since.IsZero() {
		said += ", since " + moment(d.Since)
	}
	return said
}

func proof(cause ops.Cause) string {
	said := code(cause.ID, 80) + " " + plain(string(cause.Confidence), 20)
	if cause.Object != "" {
		said += ", in " + code(cause.Object, 300)
	}
	return said
}

func evidenceLines(evidence []ops.Evidence) []string {
	if len(evidence) == 0 {
		return nil
	}
	safe := []string{"*Why*"}
	for i, e := range evidence {
		if i == evidenceLimit {
			return append(safe, fmt.Sprintf("• and %d more", len(evidence)-i))
		}
		line := "• "
		if e.Object != "" {
			line += plain(e.Object, 200) + " "
		}
		if e.Field != "" {
			line += code(e.Field, 200) + " is "
		}
		line += code(e.Value, 400)
		if !e.At.IsZero() {
			line += " (" + moment(e.At) + ")"
		}
		safe = append(safe, line)
	}
	return safe
}

// remedyLines numbers the remedies through all causes, as their buttons are.
func remedyLines(d ops.Diagnosis, remedies []ops.Remedy, step *int) []string {
	if len(remedies) == 0 {
		return nil
	}
	safe := []string{"*What to do*"}
	for _, remedy := range remedies {
		*step++
		line := fmt.Sprintf("%d. %s", *step, prose(remedy.Text, 600))
		if remedy.Action != "" {
			line += "  " + code("/k8s "+typed(remedyRequest(d, remedy)), 400)
		}
		safe = append(safe, line)
	}
	return safe
}

func effectLines(effects []ops.Effect) []string {
	if len(effects) == 0 {
		return nil
	}
	safe := []string{"*This also explains*"}
	for i, effect := range effects {
		if i == effectsLimit {
			return append(safe, fmt.Sprintf("• and %d more", len(effects)-i))
		}
		safe = append(safe, "• "+prose(effect.Summary, 300)+" ("+code(effect.ID, 80)+")")
	}
	return safe
}

// changeLines shows the implicated changes before those that are only near.
func changeLines(changes []ops.ChangeEvent) []string {
	if len(changes) == 0 {
		return nil
	}
	safe := []string{"*What changed*"}
	for _, implicated := range []bool{true, false} {
		for _, change := range changes {
			if change.Implicated != implicated {
				continue
			}
			if len(safe) > changesLimit {
				return append(safe, "• and more")
			}
			safe = append(safe, changeLine(change))
		}
	}
	return safe
}

func changeLine(change ops.ChangeEvent) string {
	line := "• " + moment(change.At) + "  " + prose(change.Summary, 300)
	if change.Who != "" {
		line += ", by " + plain(change.Who, 100)
	}
	if change.Link != "" {
		line += ", " + link(change.Link, change.Source)
	}
	if !change.Implicated {
		line += " (nearby, not implicated)"
	}
	return line
}

func gapLines(gaps []ops.Gap) []string {
	if len(gaps) == 0 {
		return nil
	}
	safe := []string{"*What could not be known*"}
	for _, gap := range gaps {
		safe = append(safe, "• "+code(gap.Check, 100)+": "+prose(gap.Missing, 300))
	}
	return safe
}

// tally sums the checks up in one line.
func tally(d ops.Diagnosis) string {
	count := map[ops.Verdict]int{}
	for _, check := range d.Checks {
		count[check.Verdict]++
	}
	said := fmt.Sprintf("%d checks in %.1f s: %d found something, %d did not, %d could not tell.",
		len(d.Checks), float64(d.TookMS)/1000, count[ops.Yes], count[ops.No], count[ops.Unknown])
	if len(d.Excluded) > 0 {
		said += " Excluded: " + listed(d.Excluded, 12) + "."
	}
	return said
}

// checkLines shows every check with its verdict and what was seen: how the
// conclusion came about.
func checkLines(d ops.Diagnosis) []string {
	safe := make([]string, 0, len(d.Checks))
	for _, check := range d.Checks {
		line := verdictMark(check.Verdict) + " " + prose(check.Question, 300)
		if check.Observed != "" {
			line += "\n      " + prose(check.Observed, 400)
		}
		safe = append(safe, line)
	}
	return safe
}

func verdictMark(verdict ops.Verdict) string {
	switch verdict {
	case ops.Yes:
		return "*yes*"
	case ops.No:
		return "no"
	default:
		return "_unknown_"
	}
}

// target is the diagnosed object, as it can be typed in any channel.
func target(d ops.Diagnosis) ops.Ref {
	return ops.Ref{Cluster: d.Cluster, Namespace: d.Target.Namespace, Kind: d.Target.Kind, Name: d.Target.Name}
}

// remedyRequest is the verb, target and arguments of a remedy. A remedy for
// another object than the diagnosed one names it in the argument "target".
func remedyRequest(d ops.Diagnosis, remedy ops.Remedy) ops.Request {
	req := ops.Request{Verb: remedy.Action, Target: target(d).String(), Args: map[string]string{}}
	for key, value := range remedy.Args {
		if key == "target" {
			req.Target = nearby(d, value)
			continue
		}
		req.Args[key] = value
	}
	return req
}

// nearby names another object of the diagnosed cluster, so that it means the
// same in any channel.
func nearby(d ops.Diagnosis, named string) string {
	ref, err := ops.ParseRef(named)
	if err != nil {
		return named // the Runner says what is wrong with it
	}
	return ref.Or(ops.Ref{Namespace: d.Target.Namespace}).Or(ops.Ref{Cluster: d.Cluster}).String()
}

// remedies lists what the remedy buttons of a diagnosis do, with its number as
// people see it.
func remedies(d ops.Diagnosis) map[int]ops.Request {
	found := map[int]ops.Request{}
	step := 0
	for _, cause := range d.Causes {
		for _, remedy := range cause.Remedy {
			step++
			if remedy.Action != "" {
				found[step] = remedyRequest(d, remedy)
			}
		}
	}
	return found
}

// remedyLabel is what stands on the button of a remedy.
func remedyLabel(step int, req ops.Request) string {
	name := req.Target[strings.LastIndexByte(req.Target, '/')+1:]
	said := strings.Join(append([]string{doing(req.Verb), name}, pairs(req.Args)...), " ")
	return fmt.Sprintf("%d. %s", step, sentenceCase(ops.Shorten(said, labelLimit-4)))
}

func sentenceCase(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(string(first)) + text[size:]
}
