package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/server"
)

func TestReadinessNamesWhatIsMissing(t *testing.T) {
	working := server.Probe{Name: "journal", Check: func(context.Context) error { return nil }}
	broken := server.Probe{Name: "slack", Check: func(context.Context) error { return errors.New("no connection to Slack") }}

	mux := http.NewServeMux()
	mux.Handle("GET /healthz", server.Live())
	mux.Handle("GET /readyz", server.Ready(working, broken))
	base := serve(t, mux)

	if status, body := get(t, base+"/healthz"); status != http.StatusOK || body != `{"status":"ok"}` {
		t.Errorf("healthz: %d %s", status, body)
	}
	if status, body := get(t, base+"/readyz"); status != http.StatusServiceUnavailable || body != `{"journal":"ok","slack":"no connection to Slack"}` {
		t.Errorf("readyz: %d %s", status, body)
	}
}

func TestAFloodOfProbesIsAnsweredByOne(t *testing.T) {
	var checks atomic.Int32
	base := serve(t, server.Ready(server.Probe{Name: "journal", Check: func(context.Context) error { checks.Add(1); return nil }}))
	began := time.Now()
	for range 200 {
		if status, _ := get(t, base); status != http.StatusOK {
			t.Fatalf("got %d", status)
		}
	}
	if most := int32(time.Since(began)/time.Second) + 1; checks.Load() > most {
		t.Errorf("the disk was written %d times for 200 requests", checks.Load())
	}
}

func TestATakenAddressIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = server.Serve(t.Context(), zap.NewNop(), func([]net.Addr) { t.Error("it called ready") },
		server.Listener{Name: "metrics", Address: taken.Addr().String(), Handler: http.NotFoundHandler()})
	if err == nil || !strings.Contains(err.Error(), "for metrics") || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("got %v", err)
	}
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- server.Serve(ctx, zap.NewNop(), func(a []net.Addr) { ready <- a[0] },
			server.Listener{Name: "health", Address: "127.0.0.1:0", Handler: handler})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return "http://" + (<-ready).String()
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(body))
}
