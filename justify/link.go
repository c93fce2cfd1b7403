package justify

import (
	"net/url"
	"strings"
)

// pasteLimit is the longest text that is looked at, in bytes.
const pasteLimit = 2000

// Pasted is a text that somebody gave as a justification, taken apart as
// strictly as a link can be: printable ASCII, no blanks, no user, no escapes
// in the path. It has not been compared to any account.
type Pasted struct {
	Text string   // without Slack's wrapping
	Link *url.URL // nil when the text is no link; its host is in lower case
}

// paste takes a text apart, or says in a sentence why it is no link and no key.
func paste(text string) (pasted Pasted, wrong string) {
	text = unwrap(strings.TrimSpace(text))
	switch {
	case text == "":
		return Pasted{}, "It is empty."
	case len(text) > pasteLimit:
		return Pasted{}, "It is longer than any link."
	case strings.ContainsAny(text, " \t\r\n"):
		return Pasted{}, "It is more than one word; give one link."
	case strings.ContainsFunc(text, foreign):
		return Pasted{}, "It holds characters that no link of ours has; some look like others."
	case !strings.ContainsAny(text, ":/"):
		return Pasted{Text: text}, ""
	}
	link, err := url.Parse(text)
	switch {
	case err != nil || link.Opaque != "" || link.Host == "" || link.Scheme != "https" && link.Scheme != "http":
		return Pasted{}, "A link begins with https:// and the name of its site."
	case link.User != nil:
		return Pasted{}, "A user stands before the site's name, which hides where the link leads."
	case link.EscapedPath() != link.Path || link.RawPath != "":
		return Pasted{}, "Its path is escaped, which hides where the link leads."
	}
	link.Host = strings.ToLower(link.Host)
	return Pasted{Text: text, Link: link}, ""
}

// foreign tells whether a character has no place in a link: anything but
// printable ASCII, and what browsers read in their own ways.
func foreign(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\\<>\"`{}|^", r)
}

// unwrap takes off what Slack puts around a link: <https://…|label>, with &
// written as an entity.
func unwrap(text string) string {
	inner, ok := strings.CutPrefix(text, "<")
	if !ok {
		return text
	}
	inner, ok = strings.CutSuffix(inner, ">")
	if !ok {
		return text
	}
	inner, _, _ = strings.Cut(inner, "|")
	return strings.ReplaceAll(inner, "&amp;", "&")
}

// under tells whether the link leads to the site, and gives the rest of its
// path, without a slash at its end. Scheme and port must be the site's.
func (p Pasted) under(site *url.URL) (rest string, ok bool) {
	if p.Link.Scheme != site.Scheme || p.Link.Host != strings.ToLower(site.Host) {
		return "", false
	}
	rest, ok = strings.CutPrefix(p.Link.Path, strings.TrimSuffix(site.Path, "/")+"/")
	return strings.TrimSuffix(rest, "/"), ok
}
