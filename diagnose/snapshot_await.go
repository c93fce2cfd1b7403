package diagnose

import (
	"regexp"
	"strconv"
)

// awaits are the ways in which start-up scripts wait for a host. The first
// group is the host, the second the port, where there is one.
var awaits = []*regexp.Regexp{
	regexp.MustCompile(`\bnslookup\s+(?:-\S+\s+)*(` + dnsName + `)()`),
	regexp.MustCompile(`\bgetent\s+a?hosts(?:v4)?\s+(` + dnsName + `)()`),
	regexp.MustCompile(`\b(?:dig|host|ping)\s+(?:[-+]\S+\s+(?:\d+\s+)?)*(` + dnsName + `)()`),
	regexp.MustCompile(`\b(?:nc|ncat|netcat|telnet)\s+(?:-\S+\s+(?:\d+\s+)?)*(` + dnsName + `)[\s:]+(\d{1,5})`),
	regexp.MustCompile(`\b(?:pg_isready|mysqladmin|redis-cli|mysql|psql)\b[^;&|]*?(?:-h\s*|--host[= ])(` + dnsName + `)()`),
	regexp.MustCompile(`/dev/tcp/(` + dnsName + `)/(\d{1,5})`),
	regexp.MustCompile(`\bwait-for(?:-it)?(?:\.sh)?\s+(` + dnsName + `)(?::(\d{1,5}))?`),
}

// awaitedHosts finds the hosts that a command waits for.
func awaitedHosts(command string) []Host {
	if len(command) > hostTextLimit {
		command = command[:hostTextLimit]
	}
	var found []Host
	for _, await := range awaits {
		for _, match := range await.FindAllStringSubmatch(command, hostsLimit) {
			port, _ := strconv.Atoi(match[2])
			found = append(found, Host{Name: match[1], Port: port})
		}
	}
	return cleanHosts(found)
}
