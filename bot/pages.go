package bot

import (
	"fmt"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// pagesLimit is how many messages one answer may fill. A response_url takes
// five messages in all; the last is kept for what may have to be said later.
const pagesLimit = 4

// pages splits an answer into messages that Slack takes. Buttons stay with the
// last block before them. What does not fit is said to be missing.
func pages(m message) []message {
	var split []message
	page, size := message{text: m.text}, 0
	for i, block := range m.blocks {
		n := textSize(block)
		_, pressable := block.(*slack.ActionBlock)
		full := len(page.blocks) >= blocksLimit || size+n > textLimit
		if full && !pressable && len(page.blocks) > 0 {
			split = append(split, page)
			page, size = message{text: m.text}, 0
			if len(split) == pagesLimit {
				return missing(split, m.blocks[i:])
			}
		}
		page.blocks = append(page.blocks, block)
		size += n
	}
	return append(split, page)
}

// missing says on the last page that the rest was left out, and keeps the
// buttons of the rest.
func missing(split []message, rest []slack.Block) []message {
	last := &split[len(split)-1]
	last.blocks = append(last.blocks, aside(fmt.Sprintf("The rest of this answer (%d parts) is too long for Slack. Ask for less, for example for one object.", len(rest))))
	for _, block := range rest {
		if _, pressable := block.(*slack.ActionBlock); pressable {
			last.blocks = append(last.blocks, block)
		}
	}
	return split
}

// textSize counts the characters of a block as Slack does for a whole message.
func textSize(block slack.Block) int {
	size := 0
	count := func(text *slack.TextBlockObject) {
		if text != nil {
			size += utf8.RuneCountInString(text.Text)
		}
	}
	switch b := block.(type) {
	case *slack.SectionBlock:
		count(b.Text)
		for _, field := range b.Fields {
			count(field)
		}
	case *slack.ContextBlock:
		for _, element := range b.ContextElements.Elements {
			if text, ok := element.(*slack.TextBlockObject); ok {
				count(text)
			}
		}
	case *slack.ActionBlock:
		for _, element := range b.Elements.ElementSet {
			if pressed, ok := element.(*slack.ButtonBlockElement); ok {
				count(pressed.Text)
			}
		}
	}
	return size
}
