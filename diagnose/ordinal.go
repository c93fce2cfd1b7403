package diagnose

import (
	"strconv"
	"strings"
)

// ordinalOf gives N of a name "PREFIX-N", -1 if it is none.
func ordinalOf(name, prefix string) int {
	rest, ok := strings.CutPrefix(name, prefix+"-")
	n, err := strconv.Atoi(rest)
	if !ok || err != nil || n < 0 {
		return -1
	}
	return n
}
