package server

import (
	"context"
	"encoding/json"
	"net/http"
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

// Ready answers 200 when every probe passes, else 503, with one line a probe.
func Ready(probes ...Probe) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
		defer cancel()
		status, results := http.StatusOK, map[string]string{}
		for _, probe := range probes {
			results[probe.Name] = "ok"
			if err := probe.Check(ctx); err != nil {
				status, results[probe.Name] = http.StatusServiceUnavailable, err.Error()
			}
		}
		writeJSON(w, status, results)
	})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has gone: there is nobody to tell
}
