package bot_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/slack"
)

// BenchmarkFiftyCommandsAtOnce tells how long Slack waits for an
// acknowledgement while fifty people type at once and every request writes to
// the journal.
func BenchmarkFiftyCommandsAtOnce(b *testing.B) {
	h := open(b)
	h.runner.plays(func(req ops.Request) (ops.Reply, error) {
		_, err := h.store.Append(context.Background(), func(seq int64, prev string) (store.Entry, []store.Job, error) {
			return store.Entry{Seq: seq, At: time.Now(), RequestID: req.ID, Step: "answered", ActorID: req.Actor.ID, Body: []byte("{}"), Prev: prev, Hash: fmt.Sprint(seq)},
				[]store.Job{{Kind: "deliver", Key: req.ID, Payload: []byte("{}")}}, nil
		})
		if err != nil {
			b.Error(err)
		}
		return play(req)
	})
	var took []float64
	for b.Loop() {
		took = append(took, h.burst(50)...)
		h.until("all are answered", func() bool { return len(h.unhandled()) == 0 })
	}
	report(b, took)
}

// burst lets n people, who come anew, give one command each at once, and tells
// how many milliseconds each acknowledgement took.
func (h *house) burst(n int) []float64 {
	h.t.Helper()
	crowd := h.crowd(n)
	var all sync.WaitGroup
	took := make([]float64, n)
	for i := range took {
		all.Go(func() {
			var answer struct {
				OK       bool
				Delivery struct {
					TookMS float64 `json:"took_ms"`
				}
			}
			body := map[string]any{"user": crowd[i], "channel": "C0SHOP", "text": fmt.Sprintf("diagnose checkout-%d", i)}
			if err := call(http.MethodPost, h.server.URL+"/person/command", body, &answer); err != nil || !answer.OK {
				h.t.Errorf("command %d: %v %v", i, answer, err)
			}
			took[i] = answer.Delivery.TookMS
		})
	}
	all.Wait()
	slices.Sort(took)
	return took
}

// crowd lets n more people into the workspace and into #shop.
func (h *house) crowd(n int) (ids []string) {
	h.t.Helper()
	ws := h.slack.Workspace()
	for range n {
		id := fmt.Sprintf("U0CROWD%d", len(ws.People))
		ws.People = append(ws.People, slack.Person{ID: id})
		ws.Channels[0].Members = append(ws.Channels[0].Members, id)
		ids = append(ids, id)
	}
	if err := h.slack.SetWorkspace(ws); err != nil {
		h.t.Fatal(err)
	}
	return ids
}

// report shows the percentiles of durations in milliseconds.
func report(b *testing.B, took []float64) {
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "p50-ms")
	b.ReportMetric(took[len(took)*99/100], "p99-ms")
	b.ReportMetric(0, "ns/op")
}
