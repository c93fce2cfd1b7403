package diagnose

import (
	"regexp"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// causeInfo is an entry of the catalogue of causes.
type causeInfo struct {
	ID    string // stable and public: it is in answers, journals and playbooks; never rename one
	Title string // a few words
	Means string // what it means, for somebody who meets it for the first time
	// Summary and the remedies' texts are filled with the facts of the case:
	// {image} is a fact, and [[…]] a part that is left out when a fact in it is
	// not known. Text between backticks is a command: facts in it are quoted
	// for a shell.
	Summary  string
	Remedies []remedy // the best first; one whose facts are not all known is left out
}

// remedy is one way to mend a cause. Action is a verb of steward, with its
// arguments.
type remedy struct {
	Text   string
	Action string
	Args   map[string]string
	// On names the fact that holds the object to act on, where it is not the
	// one that was diagnosed.
	On string
}

var (
	placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)
	optional    = regexp.MustCompile(`\[\[(.*?)\]\]`)
	shellSafe   = regexp.MustCompile(`^[A-Za-z0-9@%+=:,./_-]+$`)
)

// factLimit bounds a fact in a sentence, in characters. Some come from logs.
const factLimit = 240

// fill puts facts into a text. It is false if a fact outside of an optional
// part is not known.
func (f facts) fill(text string) (filled string, ok bool) {
	text = optional.ReplaceAllStringFunc(text, func(part string) string {
		part = strings.TrimSuffix(strings.TrimPrefix(part, "[["), "]]")
		for _, match := range placeholder.FindAllStringSubmatch(part, -1) {
			if f[match[1]] == "" {
				return ""
			}
		}
		return part
	})
	ok = true
	var out strings.Builder
	for i, part := range strings.Split(text, "`") {
		if i > 0 {
			out.WriteByte('`')
		}
		command := i%2 == 1
		out.WriteString(placeholder.ReplaceAllStringFunc(part, func(name string) string {
			value := f[name[1:len(name)-1]]
			ok = ok && value != ""
			if command {
				return shellQuote(value)
			}
			return strings.ReplaceAll(ops.Shorten(value, factLimit), "`", "'")
		}))
	}
	return out.String(), ok
}

// shellQuote makes a value one word of a shell's command line. Whoever controls
// an object's name or a log line must not write commands for the reader.
func shellQuote(value string) string {
	value = ops.Shorten(value, factLimit)
	if shellSafe.MatchString(value) {
		return value
	}
	return "'" + strings.NewReplacer("'", `'\''`, "`", "").Replace(value) + "'"
}

// summary is the cause in one sentence, for this case.
func (c *causeInfo) summary(f facts) string {
	if text, ok := f.fill(c.Summary); ok {
		return text
	}
	text, _ := f.fill("{object}: " + c.Title + ".")
	return text
}

// remedies are the ways to mend the cause in this case. Target is what was
// diagnosed: an action on another object says so in its arguments.
func (c *causeInfo) remedies(f facts, target Ref) []ops.Remedy {
	list := []ops.Remedy{}
	for _, r := range c.Remedies {
		text, ok := f.fill(r.Text)
		args := map[string]string{}
		for name, value := range r.Args {
			filled, known := f.fill(value)
			args[name], ok = filled, ok && known
		}
		on := f["object"]
		if r.On != "" {
			on = f[r.On]
		}
		if ref, known := parseRef(on); r.Action != "" && known && ref != target {
			args["target"] = ref.typed(f["cluster"])
		}
		if ok {
			list = append(list, ops.Remedy{Text: text, Action: r.Action, Args: args})
		}
	}
	return list
}
