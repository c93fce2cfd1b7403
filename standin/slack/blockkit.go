package slack

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Limits that concern a whole document.
const (
	// maxMessageBlocks and maxModalBlocks:
	// https://docs.slack.dev/reference/block-kit/blocks
	maxMessageBlocks = 50
	maxModalBlocks   = 100
	// maxMarkdown is for all markdown blocks of a message together.
	maxMarkdown = 12_000
	// maxBlockText is an undocumented limit on all text of a message's blocks,
	// measured near this number: https://github.com/slackapi/bolt-js/issues/2867
	maxBlockText = 13_200
)

// checkMessageBlocks holds a message's blocks against the rules and returns
// them with the ids that Slack makes up where the app gave none.
func checkMessageBlocks(doc any) ([]any, error) {
	blocks, isList := doc.([]any)
	if !isList {
		return nil, refusal{code: "invalid_blocks_format"}
	}
	j := &judge{}
	listOf(0, maxMessageBlocks, byType(messageBlocks()))(j, "/blocks", doc)
	j.unique("/blocks", blocks)
	if sum := textOf(blocks, "markdown"); sum > maxMarkdown {
		j.say("/blocks", "markdown blocks must be less than %d characters in all", maxMarkdown+1)
	}
	if len(j.messages) > 0 {
		return nil, refusal{code: "invalid_blocks", messages: j.messages}
	}
	if textOf(blocks, "") > maxBlockText {
		return nil, refusal{code: "msg_blocks_too_long"}
	}
	return withIDs(blocks), nil
}

// checkView holds a modal against the rules and returns it with ids made up.
func checkView(doc any) (map[string]any, error) {
	j := &judge{}
	modal()(j, "/view", doc)
	view, _ := doc.(map[string]any)
	blocks, _ := view["blocks"].([]any)
	j.unique("/view/blocks", blocks)
	if _, hasSubmit := view["submit"]; hasInput(blocks) && !hasSubmit {
		j.say("/view", "missing required field: submit")
	}
	if len(j.messages) > 0 {
		return nil, refusal{code: "invalid_arguments", messages: j.messages}
	}
	checked := make(map[string]any, len(view))
	for k, v := range view {
		checked[k] = v
	}
	checked["blocks"] = withIDs(blocks)
	return checked, nil
}

func hasInput(blocks []any) bool {
	for _, b := range blocks {
		if block, _ := b.(map[string]any); block["type"] == "input" {
			return true
		}
	}
	return false
}

// unique complains about a block_id that stands twice in the document and an
// action_id that stands twice in one block.
func (j *judge) unique(at string, blocks []any) {
	blockIDs := map[string]bool{}
	for i, b := range blocks {
		block, _ := b.(map[string]any)
		here := at + "/" + strconv.Itoa(i)
		if id, _ := block["block_id"].(string); id != "" {
			if blockIDs[id] {
				j.say(here+"/block_id", "block_id %q already exists", id)
			}
			blockIDs[id] = true
		}
		actionIDs := map[string]bool{}
		for _, e := range elementsOf(block) {
			id, _ := e["action_id"].(string)
			if id != "" && actionIDs[id] {
				j.say(here, "action_id %q already exists", id)
			}
			actionIDs[id] = true
		}
	}
}

// textOf counts the characters of all text in a document; kind narrows it to
// blocks of one type.
func textOf(v any, kind string) int {
	sum := 0
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if block, ok := item.(map[string]any); ok && kind != "" && block["type"] != kind {
				continue
			}
			sum += textOf(item, "")
		}
	case map[string]any:
		for name, item := range v {
			if s, ok := item.(string); ok && name == "text" {
				sum += utf8.RuneCountInString(s)
			} else {
				sum += textOf(item, "")
			}
		}
	}
	return sum
}

// elementsOf lists the interactive elements of one block, wherever they stand.
func elementsOf(block map[string]any) []map[string]any {
	var found []map[string]any
	add := func(v any) {
		if e, ok := v.(map[string]any); ok && interactive(e) {
			found = append(found, e)
		}
	}
	add(block["accessory"])
	add(block["element"])
	elements, _ := block["elements"].([]any)
	for _, e := range elements {
		add(e)
	}
	return found
}

// interactive reports whether an element can be acted on and so has an action
// id: everything but images and text.
func interactive(element map[string]any) bool {
	switch element["type"] {
	case "image", "plain_text", "mrkdwn", "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote":
		return false
	default:
		return true
	}
}

// withIDs copies blocks and gives a block_id and action_ids where they are
// missing, as Slack does. Valid blocks only.
func withIDs(blocks []any) []any {
	copied := make([]any, len(blocks))
	for i, b := range blocks {
		block := copyOf(b.(map[string]any))
		if block["block_id"] == nil || block["block_id"] == "" {
			block["block_id"] = newSecret()[:5]
		}
		for _, place := range []string{"accessory", "element"} {
			if e, ok := block[place].(map[string]any); ok {
				block[place] = withActionID(e)
			}
		}
		if elements, ok := block["elements"].([]any); ok {
			named := make([]any, len(elements))
			for k, e := range elements {
				named[k] = withActionID(e.(map[string]any))
			}
			block["elements"] = named
		}
		copied[i] = block
	}
	return copied
}

func withActionID(element map[string]any) map[string]any {
	if !interactive(element) || element["action_id"] != nil && element["action_id"] != "" {
		return element
	}
	named := copyOf(element)
	named["action_id"] = newSecret()[:5]
	return named
}

func copyOf(m map[string]any) map[string]any {
	c := make(map[string]any, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

// judge collects what is wrong with a document, in Slack's words.
type judge struct{ messages []string }

func (j *judge) say(at, format string, values ...any) {
	j.messages = append(j.messages, fmt.Sprintf("[ERROR] "+format+" [json-pointer:"+at+"]", values...))
}
