package server

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// probeTimeout bounds one readiness probe: kubelets give up after a second.
const probeTimeout = 900 * time.Millisecond

// Probe is one thing that must work before steward counts as ready.
type Probe struct {
	Name  string
	Check func(context.Context) error // nil means that it works; the error's text is shown
}

// Live answers that the process runs and serves.
func Live() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
}

// probeLife is how long an answer stands. Anybody who reaches the port may ask,
// and a probe may write to the disk: however often they ask, it is done once.
const probeLife = time.Second

// Ready answers 200 when every probe passes, else 503, with one line a probe.
// The answer may be a second old.
func Ready(probes ...Probe) http.Handler {
	var mu sync.Mutex
	var at time.Time
	var status int
	var results map[string]string
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if time.Since(at) >= probeLife {
			status, results = probeAll(context.WithoutCancel(r.Context()), probes)
			at = time.Now()
		}
		nowStatus, nowResults := status, results // made anew each time, never changed
		mu.Unlock()
		writeJSON(w, nowStatus, nowResults)
	})
}

func probeAll(ctx context.Context, probes []Probe) (status int, results map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	status, results = http.StatusOK, map[string]string{}
	for _, probe := range probes {
		results[probe.Name] = "ok"
		if err := probe.Check(ctx); err != nil {
			status, results[probe.Name] = http.StatusServiceUnavailable, err.Error()
		}
	}
	return status, results
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has gone: there is nobody to tell
}
