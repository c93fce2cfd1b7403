package bot

import (
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// Slack's limits, from https://docs.slack.dev/reference/block-kit, each a
// little below so that nothing is refused for an off-by-one in what it counts.
const (
	sectionLimit = 2900   // characters of a section's text: 3000
	labelLimit   = 70     // characters on a button: 75
	titleLimit   = 24     // characters of a modal's title and buttons
	noticeLimit  = 300    // characters of a message's fallback text, which notifications show
	blocksLimit  = 45     // blocks of one message: 50
	textLimit    = 12_000 // characters of all text in one message: about 13,200, undocumented
	inputLimit   = 3000   // characters of a plain-text input
)

// message is one message to Slack: what notifications and screen readers say,
// and the blocks that people see.
type message struct {
	text   string
	blocks []slack.Block
}

// mrkdwn is a text object for text that is safe already. It is verbatim: Slack
// then makes no links or mentions out of plain words.
func mrkdwn(safe string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, orDash(clip(safe, limit)), false, true)
}

// plainText is a text object in which nothing is markup.
func plainText(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, orDash(ops.Shorten(text, limit)), false, false)
}

// orDash stands in for a text that is empty, which Slack refuses.
func orDash(text string) string {
	if strings.TrimSpace(text) == "" {
		return "–"
	}
	return text
}

func section(safe string) slack.Block {
	return slack.NewSectionBlock(mrkdwn(safe, sectionLimit), nil, nil)
}

// aside is a line in small grey letters.
func aside(safe string) slack.Block {
	return slack.NewContextBlock("", mrkdwn(safe, sectionLimit))
}

func divider() slack.Block { return slack.NewDividerBlock() }

func buttons(elements ...slack.BlockElement) slack.Block {
	return slack.NewActionBlock("", elements...)
}

// button carries value back to us when it is pressed. Style is "", "primary" or
// "danger".
func button(actionID, value, label string, style slack.Style) slack.BlockElement {
	return slack.NewButtonBlockElement(actionID, value, plainText(label, labelLimit)).WithStyle(style)
}

// lines packs lines that are safe already into as few sections as hold them.
func lines(safe []string) []slack.Block {
	var blocks []slack.Block
	for _, chunk := range chunks(safe, sectionLimit) {
		blocks = append(blocks, section(chunk))
	}
	return blocks
}

// fence packs lines into as few code blocks as hold them. The lines are made
// safe here.
func fence(raw []string) []slack.Block {
	safe := make([]string, len(raw))
	for i, line := range raw {
		safe[i] = fixed(line, fixedLine)
	}
	var blocks []slack.Block
	for _, chunk := range chunks(safe, sectionLimit-len("```\n\n```")) {
		blocks = append(blocks, section("```\n"+chunk+"\n```"))
	}
	return blocks
}

// fixedLine is the longest line in a code block: even if every character were
// escaped to five, it fits into a section.
const fixedLine = 500

// chunks joins lines with line breaks, starting anew where limit characters
// would be exceeded.
func chunks(all []string, limit int) []string {
	var packed []string
	current, size := "", 0
	for _, line := range all {
		line = clip(line, limit)
		n := utf8.RuneCountInString(line)
		if size > 0 && size+1+n > limit {
			packed = append(packed, current)
			current, size = "", 0
		}
		if size > 0 || current != "" {
			current += "\n"
			size++
		}
		current += line
		size += n
	}
	if current != "" {
		packed = append(packed, current)
	}
	return packed
}

func cutRunes(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}
