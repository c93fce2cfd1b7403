package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/audit"
	"github.com/steward-bot/steward/internal/settings"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/shop"
)

// The scripts of testdata run the real main in a process of its own.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"steward": main}) }

func TestTheCommandLine(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"journal": journalHolds,
			"tamper":  tamper,
			"cluster": theCluster(t),
			"vendors": theVendors(t),
		},
	})
}

// exits CODE PROGRAM ARG… runs the program and demands the exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// journal VERB… makes the journal of the settings, and records that Ana was
// answered each of the verbs, about checkout, a minute after the other.
func journalHolds(ts *testscript.TestScript, _ bool, verbs []string) {
	ctx := context.Background()
	s, err := settings.Load(ts.MkAbs("steward.yaml"))
	ts.Check(err)
	state, err := openStore(ctx, s, store.Open, zap.NewNop())
	ts.Check(err)
	defer state.Close(ctx)
	journal := audit.NewJournal(state, nil, zap.NewNop())
	for i, verb := range verbs {
		at := time.Date(2026, 3, 1, 12, i, 0, 0, time.UTC)
		ts.Check(journal.Append(ctx, &ops.Record{
			At: at, Step: ops.StepPreviewed, Summary: "a plan of " + verb + " was shown",
			Request: ops.Request{ID: fmt.Sprint("r", i), At: at, Verb: verb, Target: "checkout", Actor: ops.Actor{ID: "U0ANA", Name: "Ana\x1b[31m"}},
			Target:  &ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment", Name: "checkout", UID: "1"},
		}))
	}
}

// tamper SQL lets somebody at the file of the journal.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs("steward.db"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(args[0])
	ts.Check(err)
}

// cluster FILE CONDITION applies the manifest in a namespace of its own, $NS,
// and waits until its objects have the condition.
func theCluster(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		c := testcluster.Get(t)
		namespace := c.Namespace(t)
		ts.Setenv("NS", namespace)
		ts.Setenv("KUBECONFIG", c.Kubeconfig)
		_, err := c.TryKubectl("apply", "-n", namespace, "-f", ts.MkAbs(args[0]))
		ts.Check(err)
		_, err = c.TryKubectl("wait", "-n", namespace, "--for=condition="+args[1], "--timeout=60s", "-f", ts.MkAbs(args[0]))
		ts.Check(err)
	}
}

// vendors opens the stand-ins, and writes the settings and the policy as the
// demo does.
func theVendors(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, _ []string) {
		v, err := openVendors()
		ts.Check(err)
		ts.Defer(v.close)
		ts.Check(v.writeSettings(ts.Getenv("WORK"), testcluster.Get(t).Kubeconfig, ""))
		ts.Check(os.WriteFile(ts.MkAbs("policy.csv"), shop.File("policy.csv"), 0o600))
	}
}

func TestTheStandInsSayWhereTheyAreAndEndWithTheDemo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	code := make(chan int, 1)
	go func() { code <- run(ctx, []string{"demo", "--standins-only"}, nil, in, io.Discard) }()

	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var places struct {
		Slack struct {
			APIURL   string `json:"api_url"`
			BotToken string `json:"bot_token"`
		}
		Jira, PagerDuty struct{ URL string }
	}
	if err := json.Unmarshal(line, &places); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	req, err := http.NewRequest(http.MethodPost, places.Slack.APIURL+"auth.test", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+places.Slack.BotToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); !bytes.Contains(body, []byte(`"ok":true`)) {
		t.Errorf("the stand-in Slack says %s", body)
	}

	cancel()
	if got := <-code; got != exitOK {
		t.Errorf("exit code %d", got)
	}
	for _, url := range []string{places.Slack.APIURL, places.Jira.URL, places.PagerDuty.URL} {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			t.Errorf("%s still answers", url)
		}
	}
}

func TestTheExamplePolicyLetsAnSREScale(t *testing.T) {
	deploy := filepath.Join("..", "..", "deploy")
	var stdout, stderr bytes.Buffer
	args := []string{"rbac", "check", "--config", filepath.Join(deploy, "steward.example.yaml"), "--policy", filepath.Join(deploy, "policy.example.csv"), "--who", "U0CLEO", "--groups", "S0SRE", "--action", "scale", "prod-eu/shop/deploy/cart"}
	if code := run(t.Context(), args, nil, &stdout, &stderr); code != exitOK {
		t.Errorf("exit code %d: %s%s", code, stdout.String(), stderr.String())
	}
}

func TestDoctorAsksPagerDutyInTheAccountsRegion(t *testing.T) {
	for want, s := range map[string]settings.PagerDuty{
		"https://api.pagerduty.com":    {Account: "acme"},
		"https://api.eu.pagerduty.com": {Account: "acme.eu"},
		"http://127.0.0.1:8081":        {Account: "acme.eu", APIURL: "http://127.0.0.1:8081/"},
	} {
		if got := pagerdutyAPI(s); got != want {
			t.Errorf("account %s: %s, want %s", s.Account, got, want)
		}
	}
}
