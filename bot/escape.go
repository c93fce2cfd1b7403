package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack/slackutilsx"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// Everything that Slack shows passes one of the functions of this file. Names,
// log lines, ticket titles and typed words are hostile: they carry <!channel>,
// links with a false label, backticks that end a code span, marks that turn
// the reading direction, and secrets that nobody upstream has seen.

// plain makes text safe for one line of a message, cut to limit characters.
func plain(text string, limit int) string {
	return neutral(ops.Shorten(redact.Text(text), limit))
}

// prose makes a sentence of steward's own safe, whose parts may be hostile.
// Code spans stay if the backticks pair up; a stray one disarms them all.
func prose(text string, limit int) string {
	text = ops.Shorten(redact.Text(text), limit)
	if strings.Count(text, "`")%2 != 0 {
		return neutral(text)
	}
	return slackutilsx.EscapeMessage(text)
}

// bold makes text safe and strong.
func bold(text string, limit int) string {
	return "*" + strings.ReplaceAll(orDash(prose(text, limit)), "*", "∗") + "*"
}

// code makes text safe inside a code span.
func code(text string, limit int) string {
	text = plain(text, limit)
	if text == "" {
		return "–"
	}
	return "`" + text + "`"
}

// fixed makes one line of a table, a diff or a log safe inside a code block:
// its columns stay, what would leave the block does not.
func fixed(line string, limit int) string {
	line = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		default:
			return r
		}
	}, redact.Text(line))
	if runes := []rune(line); len(runes) > limit {
		line = string(runes[:limit-1]) + "…"
	}
	return neutral(strings.TrimRight(line, " "))
}

// neutral escapes Slack's control characters and disarms backticks.
func neutral(text string) string {
	return slackutilsx.EscapeMessage(strings.ReplaceAll(text, "`", "'"))
}

// clip cuts text that is safe already to limit characters, without leaving
// half an entity such as &amp;, half a link or an open code span behind.
func clip(safe string, limit int) string {
	if utf8.RuneCountInString(safe) <= limit {
		return safe
	}
	cut := string([]rune(safe)[:limit-1])
	if open := strings.LastIndexByte(cut, '&'); open >= 0 && !strings.Contains(cut[open:], ";") {
		cut = cut[:open]
	}
	if open := strings.LastIndexByte(cut, '<'); open > strings.LastIndexByte(cut, '>') {
		cut = cut[:open]
	}
	if strings.Count(cut, "`")%2 != 0 {
		cut = cut[:strings.LastIndexByte(cut, '`')]
	}
	return cut + "…"
}
