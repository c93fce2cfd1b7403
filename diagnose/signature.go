package diagnose

import (
	"regexp"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// meaning is what a line of a log says about why a program ended or fails.
type meaning string

// The meanings that signatures have.
const (
	saysEnvMissing  meaning = "a variable or setting is missing"
	saysHostDown    meaning = "a host does not answer, or has no address"
	saysBadLogin    meaning = "credentials were refused"
	saysSchema      meaning = "the database's schema is not the one that the program expects"
	saysPortTaken   meaning = "an address is in use already"
	saysNoAccess    meaning = "the operating system denies access"
	saysCrashed     meaning = "the program ended with an exception"
	saysHeapFull    meaning = "the program's own heap is full"
	saysOverloaded  meaning = "a pool, a lock or a rate limit holds the program up"
	saysNotRunnable meaning = "the program is for another processor"
	saysNoCommand   meaning = "the command does not exist"
	saysDiskFull    meaning = "no space is left on a device"
	saysForbidden   meaning = "the API server forbids it to the service account"
	saysNoName      meaning = "a name has no address"
	saysMeshRefuses meaning = "a connection was refused by a proxy, or reset"
)

// signature is how one runtime or client words one meaning. Find's named groups
// tell the details: key, host, port, file, user, what.
type signature struct {
	Runtime string
	Means   meaning
	Hint    string // lower case; Find is tried only where the text has it
	Find    *regexp.Regexp
	Sample  string // a real-looking line: it is the signature's test
}

// hit is a signature that was found in a log.
type hit struct {
	signature *signature
	Line      string
	groups    map[string]string
}

// logLimit bounds how much of a log is searched, in bytes from its end: what
// ended the program stands there.
const logLimit = 64 << 10

// lineLimit bounds a line of a log that is shown, in characters.
const lineLimit = 300

var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")

// matchLog finds the last line that has a meaning, by the first signature of
// the table that fits. The text may hold any bytes.
func matchLog(text string, of meaning) (hit, bool) {
	if len(text) > logLimit {
		text = text[len(text)-logLimit:]
	}
	text = strings.ReplaceAll(escapes.ReplaceAllString(text, ""), `\"`, `"`) // quotes within JSON
	lower := strings.ToLower(text)
	for i := range signatures {
		s := &signatures[i]
		if s.Means != of || !strings.Contains(lower, s.Hint) {
			continue
		}
		matches := s.Find.FindAllStringSubmatchIndex(text, -1)
		if len(matches) == 0 {
			continue
		}
		return s.hit(text, matches[len(matches)-1]), true
	}
	return hit{}, false
}

func (s *signature) hit(text string, at []int) hit {
	found := hit{signature: s, groups: map[string]string{}}
	begin, end := strings.LastIndexByte(text[:at[0]], '\n')+1, len(text)
	if next := strings.IndexByte(text[at[0]:], '\n'); next >= 0 {
		end = at[0] + next
	}
	found.Line = ops.Shorten(text[begin:end], lineLimit)
	for i, name := range s.Find.SubexpNames() {
		if name != "" && at[2*i] >= 0 && found.groups[name] == "" {
			found.groups[name] = ops.Shorten(text[at[2*i]:at[2*i+1]], lineLimit)
		}
	}
	return found
}

// lastLine is the last line of a log that says something.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(escapes.ReplaceAllString(text, "")), "\n")
	return ops.Shorten(lines[len(lines)-1], lineLimit)
}
