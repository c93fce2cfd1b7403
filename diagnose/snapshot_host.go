package diagnose

import (
	"cmp"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Host is a host, with its port where one is named.
type Host struct {
	Name string `json:"name"`
	Port int    `json:"port,omitempty"`
}

// String writes the host as people do: "db:5432".
func (h Host) String() string {
	if h.Port == 0 {
		return h.Name
	}
	return h.Name + ":" + strconv.Itoa(h.Port)
}

// Reference says that an object names a host.
type Reference struct {
	From Ref    `json:"from"`
	Via  string `json:"via"` // where it is named, e.g. "env CATALOG_URL"
	Host Host   `json:"host"`
}

// hostsLimit bounds how many hosts are taken from one value: a hostile
// ConfigMap may hold a megabyte of them.
const hostsLimit = 16

// hostTextLimit bounds how much of a value is searched for hosts, in bytes.
const hostTextLimit = 16 << 10

const dnsName = `[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*\.?`

var (
	urlHosts  = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^\s/@"'<>]*@)?(` + dnsName + `(?::\d{1,5})?(?:,` + dnsName + `(?::\d{1,5})?)*)`)
	hostPort  = regexp.MustCompile(`(?:^|[\s"'=,;(@\[])(` + dnsName + `):(\d{2,5})(?:$|[\s"',;)/\]&?])`)
	wholeHost = regexp.MustCompile(`^` + dnsName + `$`)
	hostNamed = regexp.MustCompile(`(?i)(?:^|[_.-])(?:host|hostname|addr|address|server|service|endpoint|upstream|url|uri)$`)
)

// hostsIn finds the hosts that a configuration value names: in URLs, as
// host:port, or as the whole value of something called a host.
func hostsIn(name, value string) []Host {
	if len(value) > hostTextLimit {
		value = value[:hostTextLimit]
	}
	var found []Host
	for _, match := range urlHosts.FindAllStringSubmatch(value, hostsLimit) {
		for _, each := range strings.Split(match[1], ",") {
			found = append(found, splitHost(each))
		}
	}
	for _, match := range hostPort.FindAllStringSubmatch(value, hostsLimit) {
		port, _ := strconv.Atoi(match[2])
		found = append(found, Host{Name: match[1], Port: port})
	}
	trimmed := strings.TrimSpace(value)
	if wholeHost.MatchString(trimmed) && (hostNamed.MatchString(name) || strings.Contains(trimmed, ".svc")) {
		found = append(found, Host{Name: trimmed})
	}
	return cleanHosts(found)
}

func splitHost(text string) Host {
	name, port, err := net.SplitHostPort(text)
	if err != nil {
		return Host{Name: text}
	}
	number, _ := strconv.Atoi(port)
	return Host{Name: name, Port: number}
}

// cleanHosts drops what is no host of a dependency, and repetitions.
func cleanHosts(hosts []Host) []Host {
	hosts = slices.DeleteFunc(hosts, func(h Host) bool {
		return h.Port > 65535 || !strings.ContainsFunc(h.Name, isLetter) || h.Name == "localhost" || len(h.Name) > 253
	})
	for i := range hosts {
		hosts[i].Name = strings.TrimSuffix(strings.ToLower(hosts[i].Name), ".")
	}
	slices.SortFunc(hosts, func(a, b Host) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Port, b.Port)) })
	hosts = slices.Compact(hosts)
	// A host with its port says more than the same host without, which sorts
	// just before it.
	var kept []Host
	for i, host := range hosts {
		if host.Port == 0 && i+1 < len(hosts) && hosts[i+1].Name == host.Name {
			continue
		}
		kept = append(kept, host)
	}
	return kept[:min(len(kept), hostsLimit)]
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
