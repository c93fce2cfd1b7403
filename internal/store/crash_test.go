package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"go.uber.org/zap"
)

// crasher is the environment variable that turns the test binary into a
// process that appends until it is killed.
const crasher = "STEWARD_STORE_TEST_CRASHER"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(crasher); dsn != "" {
		appendForEver(dsn)
	}
	os.Exit(m.Run())
}

// appendForEver prints each entry's Seq once Append has returned, and leaves
// one job running.
func appendForEver(dsn string) {
	ctx := context.Background()
	s, err := Open(ctx, dsn, zap.NewNop())
	if err != nil {
		panic(err)
	}
	err = s.Start(ctx, map[string]Handler{"execute": func(ctx context.Context, _ []byte) error {
		fmt.Println("0")
		<-ctx.Done()
		return ctx.Err()
	}})
	if err != nil {
		panic(err)
	}
	if err := s.Enqueue(ctx, Job{Kind: "execute"}); err != nil {
		panic(err)
	}
	for i := 0; ; i++ {
		e, err := s.Append(ctx, sealing(Entry{RequestID: fmt.Sprint(os.Getpid(), i), Step: "started", Sinks: []string{"jira", "log"}},
			Job{Kind: "deliver", Key: fmt.Sprint(os.Getpid(), i)}))
		if err != nil {
			panic(err)
		}
		fmt.Println(e.Seq)
	}
}

func TestWhatWasAppendedSurvivesAKillAndNothingIsHalf(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		last := int64(0)
		for range 3 {
			last = max(last, killed(t, dsn, last+40))
		}
		s := opened(t, dsn)
		entries := chained(t, s)
		if entries < last {
			t.Errorf("Append returned for %d, and the journal ends at %d", last, entries)
		}
		jobs := count(t, s, `SELECT count(*) FROM river_job WHERE queue = 'deliver'`)
		debts := count(t, s, `SELECT count(*) FROM deliveries`)
		if int64(jobs) != entries || int64(debts) != 2*entries {
			t.Errorf("%d entries with %d jobs and %d debts", entries, jobs, debts)
		}
		// On Postgres the dead are known by their leases: 15 seconds, spared here.
		_, err := s.db.exec(t.Context(), `UPDATE leases SET expires = 0`)
		must(t, err)
		h := &noted{}
		started(t, s, "execute", h)
		soon(t, "the three jobs that were running are taken over", func() bool { return h.calls() == 3 })
	})
}

// killed runs a process that appends, kills it once it is past an entry, and
// gives the last Seq that it printed.
func killed(t *testing.T, dsn string, past int64) int64 {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crasher+"="+dsn)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	var last int64
	running, shot := false, false
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		seq, err := strconv.ParseInt(lines.Text(), 10, 64)
		must(t, err)
		running = running || seq == 0
		last = max(last, seq)
		if last >= past && running && !shot {
			must(t, cmd.Process.Kill()) // SIGKILL; what is in the pipe is still read
			shot = true
		}
	}
	_ = cmd.Wait() // it was killed
	return last
}
