package bot

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// renderProgress shows where a write stands now, or where it stood when it was
// over. It replaces itself in place.
func renderProgress(p ops.Progress, over bool) message {
	sign := "⏳"
	if over {
		sign = "☑️"
	}
	head := phase(p.Phase)
	if p.Desired > 0 && p.Phase != ops.PhaseChecking {
		head += fmt.Sprintf("  %d of %d updated, %d ready", p.Updated, p.Desired, p.Ready)
	}
	said := sign + " *" + head + "*"
	if p.Text != "" {
		said += "\n" + prose(p.Text, 600)
	}
	m := message{text: head, blocks: []slack.Block{section(said)}}
	if !p.At.IsZero() {
		m.blocks = append(m.blocks, aside("as of "+hour(p.At)))
	}
	return m
}

func phase(p ops.Phase) string {
	switch p {
	case ops.PhaseChecking:
		return "Checking once more"
	case ops.PhaseApplied:
		return "The change is in"
	case ops.PhaseRolling:
		return "Rolling out"
	case ops.PhaseVerifying:
		return "Verifying"
	default:
		return "Under way"
	}
}

// renderOutcome shows how a write ended. Token stands behind the buttons of its
// diagnosis; without one there are none.
func renderOutcome(req ops.Request, outcome ops.Outcome, token string) message {
	said := []string{stateMark(outcome.State) + " " + bold(outcome.Summary, 600)}
	if outcome.Next != "" {
		said = append(said, prose(outcome.Next, 1000))
	}
	blocks := lines(said)
	if compared := beforeAfter(outcome); compared != nil {
		blocks = append(blocks, compared)
	}
	blocks = append(blocks, outcomeDiagnosis(outcome, token)...)
	blocks = append(blocks, aside(fmt.Sprintf("<@%s>, this took %s. Request %s", req.Actor.ID, seconds(outcome.Took), code(req.ID, 64))))
	return message{text: prose(outcome.Summary, noticeLimit), blocks: blocks}
}

func stateMark(state ops.State) string {
	switch state {
	case ops.Succeeded:
		return "✅"
	case ops.Unhealthy:
		return "🟠"
	case ops.Refused:
		return "⛔"
	default:
		return "🔴"
	}
}

// beforeAfter puts what was and what is side by side.
func beforeAfter(outcome ops.Outcome) slack.Block {
	if len(outcome.Before) == 0 && len(outcome.After) == 0 {
		return nil
	}
	column := func(title string, facts []ops.Fact) *slack.TextBlockObject {
		safe := "*" + title + "*"
		for _, line := range factLines(facts) {
			safe += "\n" + line
		}
		return mrkdwn(safe, 1900) // a field takes 2000
	}
	fields := []*slack.TextBlockObject{column("Before", outcome.Before), column("After", outcome.After)}
	return slack.NewSectionBlock(nil, fields, nil)
}

// outcomeDiagnosis says what the diagnosis after the write found.
func outcomeDiagnosis(outcome ops.Outcome, token string) []slack.Block {
	if outcome.Diagnosis == nil {
		return nil
	}
	d := *outcome.Diagnosis
	var blocks []slack.Block
	if d.Healthy {
		blocks = []slack.Block{section("Diagnosed again: *healthy*. " + tally(d))}
	} else {
		headline := "steward could not tell what is wrong."
		if len(d.Causes) > 0 {
			headline = d.Causes[0].Summary
		}
		blocks = append([]slack.Block{divider()}, renderDiagnosis(d, headline)...)
	}
	if token == "" {
		return blocks
	}
	if pressable := diagnosisButtons(d, token); len(pressable) > 0 {
		blocks = append(blocks, buttons(pressable...))
	}
	return blocks
}

// seconds is a duration as people say it.
func seconds(took time.Duration) string {
	if took < time.Minute {
		return fmt.Sprintf("%.1f s", took.Seconds())
	}
	return took.Round(time.Second).String()
}
