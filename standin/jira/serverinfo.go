package jira

import "strings"

// serverInfo tells which Jira this is; anyone may ask.
func (c *call) serverInfo() reply {
	version, kind := "1001.0.0-SNAPSHOT", "Cloud"
	numbers := []int{1001, 0, 0}
	if !c.cloud() {
		version, kind = "10.3.2", "Server"
		numbers = []int{10, 3, 2}
	}
	return ok(object{
		"baseUrl":        c.base,
		"version":        version,
		"versionNumbers": numbers,
		"deploymentType": kind,
		"buildNumber":    100300,
		"buildDate":      stamp(c.now),
		"serverTime":     stamp(c.now),
		"scmInfo":        strings.Repeat("0", 40),
		"serverTitle":    c.site.title,
	})
}
