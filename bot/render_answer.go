package bot

import (
	"fmt"
	"maps"
	"slices"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// More action ids. They are public: other programs press them.
const (
	actionShare  = "share"
	actionChecks = "checks"
	actionRemedy = "remedy:" // followed by the remedy's number
)

// remedyButtons is how many remedies get a button. Slack takes 25 elements in
// one block; more than a handful is no help.
const remedyButtons = 5

// tokens are what stands behind the buttons of an answer; an empty one means
// that there is no such button.
type tokens struct {
	share string
	look  string // for remedies and checks
}

// renderAnswer shows the answer to a read.
func renderAnswer(answer ops.Answer, behind tokens) message {
	m := message{text: prose(answer.Headline, noticeLimit)}
	switch {
	case answer.Diagnosis != nil:
		m.blocks = renderDiagnosis(*answer.Diagnosis, answer.Headline)
	case len(answer.Scans) > 0:
		m.blocks = renderScans(answer.Scans, answer.Headline)
	default:
		m.blocks = []slack.Block{section(bold(answer.Headline, 600))}
	}
	for _, part := range answer.Sections {
		m.blocks = append(m.blocks, renderSection(part)...)
	}
	if pressable := answerButtons(answer, behind); len(pressable) > 0 {
		m.blocks = append(m.blocks, buttons(pressable...))
	}
	return m
}

func renderSection(part ops.Section) []slack.Block {
	if part.Fixed {
		blocks := fence(part.Lines)
		if part.Title != "" {
			blocks = append([]slack.Block{section(bold(part.Title, 200))}, blocks...)
		}
		return blocks
	}
	var safe []string
	if part.Title != "" {
		safe = append(safe, bold(part.Title, 200))
	}
	for _, line := range part.Lines {
		safe = append(safe, prose(line, 1000))
	}
	return lines(safe)
}

// offersOf lists what the buttons of an answer ask for, by their numbers.
func offersOf(answer ops.Answer) map[int]ops.Request {
	if answer.Diagnosis != nil {
		return remedies(*answer.Diagnosis)
	}
	return scanOffers(answer.Scans)
}

func answerButtons(answer ops.Answer, behind tokens) []slack.BlockElement {
	var pressable []slack.BlockElement
	if behind.look != "" {
		pressable = offerButtons(offersOf(answer), behind.look)
		if d := answer.Diagnosis; d != nil {
			pressable = append(pressable, checksButton(*d, behind.look)...)
		}
	}
	if behind.share != "" {
		pressable = append(pressable, button(actionShare, behind.share, "Share with channel", slack.StyleDefault))
	}
	return pressable
}

// diagnosisButtons are the remedies that steward can do, and the way to every
// check.
func diagnosisButtons(d ops.Diagnosis, token string) []slack.BlockElement {
	return append(offerButtons(remedies(d), token), checksButton(d, token)...)
}

// offerButtons are for the first few offers. The first stands out.
func offerButtons(offers map[int]ops.Request, token string) []slack.BlockElement {
	var pressable []slack.BlockElement
	for _, step := range slices.Sorted(maps.Keys(offers)) {
		if len(pressable) == remedyButtons {
			break
		}
		style := slack.StyleDefault
		if len(pressable) == 0 {
			style = slack.StylePrimary
		}
		pressable = append(pressable, button(fmt.Sprintf("%s%d", actionRemedy, step), token, remedyLabel(step, offers[step]), style))
	}
	return pressable
}

// checksButton is the way to every check.
func checksButton(d ops.Diagnosis, token string) []slack.BlockElement {
	if len(d.Checks) == 0 {
		return nil
	}
	return []slack.BlockElement{button(actionChecks, token, fmt.Sprintf("Show the %d checks", len(d.Checks)), slack.StyleDefault)}
}
