// Package redact hides secrets in text before it leaves the process: log
// lines, environment variables, annotations, diffs and errors. It knows the
// shapes of secrets (the table in patterns.go) and the names that people give
// to them (name.go). It guesses towards hiding: a hidden word costs a reader a
// second, a shown password costs a night.
//
// Redacting is no licence to collect: values of Kubernetes Secrets are not to
// be read in the first place, but where an administrator asks for it, and then
// only to be hashed.
package redact

import "strings"

// Hidden stands where a secret stood.
const Hidden = "[redacted]"

// Limit is how many bytes of a text are looked at and kept. What exceeds it is
// cut off, so that a hostile log line costs a bounded time.
const Limit = 256 << 10

// cut marks a text that was longer than Limit.
const cut = " [cut]"

// Text hides the secrets in a text of one or more lines. The text may hold any
// bytes. A private key that spans lines is found only when its lines are
// given together.
func Text(text string) string {
	text, tail := bound(text)
	for _, p := range patterns {
		text = p.hide(text)
	}
	return text + tail
}

// Value hides the value of a named thing, such as an environment variable or
// an annotation: all of it when the name says that it is secret, and otherwise
// the secrets inside it.
func Value(name, value string) string {
	if value == "" {
		return ""
	}
	if SecretName(name) {
		return Hidden
	}
	return Text(value)
}

// Emails hides e-mail addresses. Text leaves them, because most sinks are for
// colleagues: combine the two where a sink is not.
func Emails(text string) string {
	text, tail := bound(text)
	return emails.hide(text) + tail
}

// bound cuts a text at Limit, and back to the end of the last whole word: half
// a secret has lost the shape by which it is known.
func bound(text string) (kept, tail string) {
	if len(text) <= Limit {
		return text, ""
	}
	text = text[:Limit]
	end := strings.LastIndexAny(text, " \t\r\n")
	if end < 0 {
		return "", strings.TrimSpace(cut)
	}
	return text[:end], cut
}
