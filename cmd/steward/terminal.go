package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/mattn/go-isatty"
	"github.com/mitchellh/go-wordwrap"

	"github.com/steward-bot/steward/ops"
)

// columns is the width of the narrowest terminal that the text is made for.
const columns = 80

// longestText bounds one text, in characters.
const longestText = 2000

// terminal writes text for people: wrapped, indented, and in colour where the
// reader has it.
type terminal struct {
	out    io.Writer
	colour bool
}

// tone is how a piece of text stands out: an SGR code of ECMA-48, "" for plain.
type tone string

const (
	plainTone tone = ""
	strong    tone = "1"
	faint     tone = "2"
	bad       tone = "1;31"
	good      tone = "1;32"
	doubtful  tone = "1;33"
)

// newTerminal writes to out, in colour if that is a terminal and nobody has
// asked for none (https://no-color.org).
func newTerminal(out io.Writer) terminal {
	file, ok := out.(*os.File)
	colour := ok && isatty.IsTerminal(file.Fd()) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return terminal{out, colour}
}

// in paints text that is safe already.
func (t terminal) in(of tone, text string) string {
	if !t.colour || of == plainTone || text == "" {
		return text
	}
	return "\x1b[" + string(of) + "m" + text + "\x1b[0m"
}

func (t terminal) blank() { fmt.Fprintln(t.out) }

// heading writes a line that introduces what follows.
func (t terminal) heading(indent int, text string) {
	fmt.Fprintln(t.out, strings.Repeat(" ", indent)+t.in(strong, text))
}

// paragraph wraps a label and a text within the columns; further lines stand
// under the first one's text. What others wrote has lost its control
// characters: a terminal obeys them.
func (t terminal) paragraph(indent int, label, text string, of tone) {
	hanging := indent + min(len(label), 12)
	text = wordwrap.WrapString(ops.Shorten(text, longestText), uint(columns-hanging))
	for i, line := range strings.Split(text, "\n") {
		start := strings.Repeat(" ", hanging)
		if i == 0 {
			start = strings.Repeat(" ", indent) + label
		}
		fmt.Fprintln(t.out, start+t.in(of, line))
	}
}

// printable takes out of text whatever a terminal would obey, and leaves its
// lines: errors quote files that others have written.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return ' '
		}
		return r
	}, text)
}
