package misbehave

import (
	"encoding/json"
	"net/http"
	"time"
)

// faultJSON is a Fault as POST /control/misbehave takes it.
type faultJSON struct {
	Kind       Kind   `json:"kind"`
	Method     string `json:"method"`
	Path       string `json:"path"`
	Times      int    `json:"times"`
	RetryAfter int    `json:"retry_after"` // seconds
	Delay      string `json:"delay"`       // as time.ParseDuration reads it
}

// Control serves the faults and the log over HTTP:
//
//	POST   /control/misbehave   arm a fault
//	DELETE /control/misbehave   disarm all
//	POST   /control/release     let the requests that hang go on
//	GET    /control/requests    the log
//	DELETE /control/requests    forget the log
//
// A page of another origin, opened in the same browser, cannot use it.
func (f *Faults) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /control/misbehave", f.arm)
	mux.HandleFunc("DELETE /control/misbehave", func(w http.ResponseWriter, _ *http.Request) {
		f.Clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /control/release", func(w http.ResponseWriter, _ *http.Request) {
		f.Release()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /control/requests", func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, http.StatusOK, f.Requests())
	})
	mux.HandleFunc("DELETE /control/requests", func(w http.ResponseWriter, _ *http.Request) {
		f.Forget()
		w.WriteHeader(http.StatusNoContent)
	})
	return http.NewCrossOriginProtection().Handler(mux)
}

func (f *Faults) arm(w http.ResponseWriter, r *http.Request) {
	var asked faultJSON
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		answerJSON(w, http.StatusBadRequest, map[string]string{"error": "the fault cannot be read: " + err.Error()})
		return
	}
	fault := Fault{
		Kind: asked.Kind, Method: asked.Method, Path: asked.Path,
		Times: asked.Times, RetryAfter: asked.RetryAfter,
	}
	if asked.Delay != "" {
		delay, err := time.ParseDuration(asked.Delay)
		if err != nil {
			answerJSON(w, http.StatusBadRequest, map[string]string{"error": "the delay cannot be read: " + err.Error()})
			return
		}
		fault.Delay = delay
	}
	if err := f.Add(fault); err != nil {
		answerJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
