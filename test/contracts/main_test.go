//go:build contracts

package contracts

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var folder = flag.String("contracts", "", "the folder of the vendors' contracts: jira-v2.json, pagerduty.json, slack/")

func TestMain(m *testing.M) {
	flag.Parse()
	for _, name := range []string{"jira-v2.json", "pagerduty.json", "slack"} {
		if _, err := os.Stat(filepath.Join(*folder, name)); *folder == "" || err != nil {
			fmt.Fprintf(os.Stderr, "The vendors' contracts are needed, and %q has no %s.\nName their folder: make test-contracts CONTRACTS=DIR\n", *folder, name)
			os.Exit(2)
		}
	}
	os.Exit(m.Run())
}
