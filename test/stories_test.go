// Package test tells the acceptance stories: scripts that say what a person
// types and what they read. They run the real binary against a real control
// plane and the stand-ins, over the wire. A support engineer can review them.
package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/internal/testpostgres"
	"github.com/steward-bot/steward/standin/slack"
)

// binary is the steward that the stories run, built once.
func binary(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "steward")
	build := exec.Command("go", "build", "-o", path, "../cmd/steward")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building steward: %v\n%s", err, out)
	}
	return path
}

func TestStories(t *testing.T) { play(t, "stories") }

// play runs every script of a folder, each in a world of its own.
func play(t *testing.T, folder string) {
	path, cluster := binary(t), testcluster.Get(t)
	testscript.Run(t, testscript.Params{
		Dir:                 folder,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			w, err := newWorld(env.WorkDir, path, cluster, slack.Limits{}, 0)
			if err != nil {
				return fmt.Errorf("setting the scene: %w", err)
			}
			env.Setenv("NS", w.namespace)
			env.Setenv("KUBECONFIG", cluster.Kubeconfig)
			env.Setenv("POSTGRES", testpostgres.DSN(t))
			env.Setenv("HOME", env.WorkDir)
			env.Values[worldKey{}] = w
			env.Defer(w.close)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// the cluster
			"shop":    do((*world).shop),
			"apply":   do((*world).apply),
			"kubectl": do((*world).kubectl),
			"image":   do((*world).image),
			"make":    do((*world).make),
			"prints":  do((*world).prints),
			"status":  do((*world).status),
			// steward itself
			"steward":  do((*world).steward),
			"settings": do((*world).settings),
			"ready":    do((*world).ready),
			"journal":  do((*world).journal),
			"cli":      do((*world).cli),
			"log":      do((*world).logLine),
			"names":    do((*world).names),
			// Slack
			"say":       do((*world).say),
			"reply":     do((*world).reply),
			"ephemeral": do((*world).ephemeral),
			"modal":     do((*world).modal),
			"submit":    do((*world).submit),
			"press":     do((*world).press),
			"count":     do((*world).count),
			"slack":     do((*world).slackControl),
			"http-mode": do((*world).httpMode),
			"forge":     do((*world).forge),
			// the other vendors
			"jira":              do((*world).jiraText),
			"jira-comments":     do((*world).jiraComments),
			"jira-control":      do((*world).jiraControl),
			"jira-move":         do((*world).jiraMove),
			"pagerduty":         do((*world).pagerdutyText),
			"pagerduty-notes":   do((*world).pagerdutyNotes),
			"pagerduty-move":    do((*world).pagerdutyMove),
			"pagerduty-control": do((*world).pagerdutyControl),
		},
	})
}

type worldKey struct{}

// do gives a command its world.
func do(command func(*world, *testscript.TestScript, bool, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		command(ts.Value(worldKey{}).(*world), ts, neg, args)
	}
}
