package bot

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/steward-bot/steward/ops"
)

// commandLimit is the longest command that is read, in characters. The longest
// sensible one is a tenth of it.
const commandLimit = 3000

// control finds Slack's markup for links and mentions, <…>. What people type
// between angle brackets comes escaped and does not match.
// https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
var control = regexp.MustCompile(`<([^<>]*)>`)

// unmark turns Slack's markup back into what the person typed: a link becomes
// its address, whatever its label says, and &amp; becomes &. Mentions stay
// as they are: they mean nothing to steward, and are refused as what they are.
func unmark(text string) string {
	text = control.ReplaceAllStringFunc(text, func(marked string) string {
		inner := marked[1 : len(marked)-1]
		if inner == "" || strings.ContainsAny(inner[:1], "@#!") {
			return marked
		}
		address, _, _ := strings.Cut(inner, "|")
		return strings.TrimPrefix(address, "mailto:")
	})
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// readable refuses what a person cannot have meant to type: too much, and
// characters that nobody sees. Other spaces become plain spaces.
func readable(text string) (string, error) {
	if n := utf8.RuneCountInString(text); n > commandLimit {
		return "", &ops.Refusal{
			Reason: ops.BadArgument,
			What:   "This command is too long to be read.",
			Why:    fmt.Sprintf("It has %d characters; steward reads at most %d.", n, commandLimit),
			Next:   "Type `/k8s help` to see what a command looks like.",
		}
	}
	var clean strings.Builder
	for at, r := range []rune(text) {
		switch {
		case unicode.IsSpace(r):
			clean.WriteByte(' ')
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return "", &ops.Refusal{
				Reason: ops.BadArgument,
				What:   "This command holds a character that cannot be seen.",
				Why:    fmt.Sprintf("It is U+%04X, at character %d. Such characters hide what a command really says.", r, at+1),
				Next:   "Type the command by hand instead of pasting it.",
			}
		default:
			clean.WriteRune(r)
		}
	}
	return strings.TrimSpace(clean.String()), nil
}

// quotes are the characters that hold several words together, opening and
// closing. Keyboards and editors make curly ones by themselves; backticks come
// with names that were copied from a message.
var quotes = map[rune]rune{'"': '"', '\'': '\'', '`': '`', '“': '”', '‘': '’', '„': '“'}

// split cuts a text into words at spaces outside quotes. Quotes are taken away.
func split(text string) ([]string, error) {
	var words []string
	var current strings.Builder
	var closing rune
	inWord := false
	for _, r := range text {
		switch {
		case closing != 0 && r == closing:
			closing = 0
		case closing != 0:
			current.WriteRune(r)
		case quotes[r] != 0 && (!inWord || strings.HasSuffix(current.String(), "=")):
			closing, inWord = quotes[r], true
		case r == ' ':
			if inWord {
				words = append(words, current.String())
				current.Reset()
				inWord = false
			}
		default:
			current.WriteRune(r)
			inWord = true
		}
	}
	if closing != 0 {
		return nil, &ops.Refusal{
			Reason: ops.BadArgument,
			What:   "A quotation mark in this command is never closed.",
			Why:    fmt.Sprintf("After the last opening one comes %q.", ops.Shorten(current.String(), 40)),
			Next:   fmt.Sprintf("Close it with %c, or leave it out: names need no quotes.", closing),
		}
	}
	if inWord {
		words = append(words, current.String())
	}
	return words, nil
}
