package ops

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shorten bounds hostile text for use inside a message: control characters,
// line breaks and bidirectional marks become spaces, and what exceeds limit
// characters is cut with an ellipsis.
func Shorten(text string, limit int) string {
	clean := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text)
	clean = strings.Join(strings.Fields(clean), " ")
	if utf8.RuneCountInString(clean) <= limit {
		return clean
	}
	runes := []rune(clean)
	return string(runes[:limit-1]) + "…"
}
