package misbehave_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/steward-bot/steward/standin/misbehave"
)

// vendor is a service with one resource: it counts what was done.
type vendor struct {
	*httptest.Server
	faults *misbehave.Faults
	done   atomic.Int32
}

func newVendor(t *testing.T) *vendor {
	t.Helper()
	v := &vendor{faults: misbehave.New(func(w http.ResponseWriter, status, retryAfter int) {
		if retryAfter > 0 {
			w.Header().Set("Retry-After", "2")
		}
		http.Error(w, "the vendor's own words", status)
	})}
	mux := http.NewServeMux()
	mux.Handle("/control/", v.faults.Control())
	mux.Handle("/api/", v.faults.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		v.done.Add(1)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "0123456789")
	})))
	v.Server = httptest.NewServer(mux)
	t.Cleanup(v.Close)
	return v
}

func (v *vendor) post(t *testing.T, path, body string) (int, string, error) {
	t.Helper()
	response, err := v.Client().Post(v.URL+path, "application/json", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

func TestRefusalsAreAnsweredInTheVendorsWordsAndNothingIsDone(t *testing.T) {
	for kind, want := range map[misbehave.Kind]int{
		misbehave.RateLimit: 429, misbehave.ServerError: 500, misbehave.Unavailable: 503,
		misbehave.Conflict: 409, misbehave.HTML: 200,
	} {
		v := newVendor(t)
		if err := v.faults.Add(misbehave.Fault{Kind: kind}); err != nil {
			t.Fatal(err)
		}
		status, text, err := v.post(t, "/api/a", "{}")
		if err != nil || status != want {
			t.Fatalf("%s: status %d, error %v; want %d", kind, status, err, want)
		}
		if kind == misbehave.HTML && !strings.HasPrefix(text, "<!doctype html>") {
			t.Errorf("%s answered %q", kind, text)
		}
		if got := v.done.Load(); got != 0 {
			t.Errorf("%s: %d requests were done", kind, got)
		}
		if status, _, _ := v.post(t, "/api/a", "{}"); status != 201 {
			t.Errorf("%s: the next request got %d, want 201: a fault hits once", kind, status)
		}
	}
}

func TestAWriteHappensAlthoughItsAnswerIsCut(t *testing.T) {
	for _, kind := range []misbehave.Kind{misbehave.WriteAndCut, misbehave.WriteAndDrop} {
		v := newVendor(t)
		_ = v.faults.Add(misbehave.Fault{Kind: kind, Method: "POST"})
		status, text, err := v.post(t, "/api/a", "{}")
		if err == nil {
			t.Fatalf("%s: a cut answer was read as %d %q", kind, status, text)
		}
		if kind == misbehave.WriteAndCut && (status != 201 || text != "01234" || !errors.Is(err, io.ErrUnexpectedEOF)) {
			t.Errorf("%s: got %d %q %v; want 201, half the body, unexpected EOF", kind, status, text, err)
		}
		if v.done.Load() != 1 {
			t.Errorf("%s: done %d times, want once", kind, v.done.Load())
		}
	}
}

func TestADroppedRequestIsNotDone(t *testing.T) {
	v := newVendor(t)
	_ = v.faults.Add(misbehave.Fault{Kind: misbehave.Drop})
	if status, _, err := v.post(t, "/api/a", "{}"); err == nil {
		t.Fatalf("a dropped request was answered %d", status)
	}
	if v.done.Load() != 0 {
		t.Error("a dropped request was done")
	}
}

func TestAHangEndsWithReleaseOrWithTheClient(t *testing.T) {
	v := newVendor(t)
	_ = v.faults.Add(misbehave.Fault{Kind: misbehave.Hang, Times: 2})

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, "POST", v.URL+"/api/a", strings.NewReader("{}"))
	if _, err := v.Client().Do(request); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the client that gave up got %v", err)
	}

	answered := make(chan int)
	go func() {
		status, _, _ := v.post(t, "/api/a", "{}")
		answered <- status
	}()
	for len(v.faults.Requests()) < 2 {
		time.Sleep(time.Millisecond)
	}
	select {
	case status := <-answered:
		t.Fatalf("answered %d before the release", status)
	case <-time.After(50 * time.Millisecond):
	}
	if status, _, err := v.post(t, "/control/release", ""); err != nil || status != 204 {
		t.Fatalf("release: %d %v", status, err)
	}
	if status := <-answered; status != 201 {
		t.Errorf("after the release: %d, want 201", status)
	}
	if v.done.Load() != 1 {
		t.Errorf("done %d times; the client that left is not served", v.done.Load())
	}
}

func TestAFaultHitsOnlyWhatItNamesAndAsOftenAsItSays(t *testing.T) {
	v := newVendor(t)
	status, text, _ := v.post(t, "/control/misbehave", `{"kind":"server_error","method":"POST","path":"/comment$","times":2}`)
	if status != 204 {
		t.Fatalf("arming: %d %s", status, text)
	}
	var got []int
	for _, path := range []string{"/api/comment/1", "/api/comment", "/api/comment", "/api/comment"} {
		status, _, _ := v.post(t, path, "{}")
		got = append(got, status)
	}
	if want := []int{201, 500, 500, 201}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
}

func TestTheLogTellsMethodPathStatusAndFaultButNoSecret(t *testing.T) {
	v := newVendor(t)
	_ = v.faults.Add(misbehave.Fault{Kind: misbehave.WriteAndCut, Method: "POST"})
	_, _, _ = v.post(t, "/api/a", "hush")
	request, _ := http.NewRequest("GET", v.URL+"/api/b?fields=id", nil)
	request.Header.Set("Authorization", "Bearer hush")
	response, err := v.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()

	response, err = v.Client().Get(v.URL + "/control/requests")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	if strings.Contains(string(text), "hush") {
		t.Errorf("the log tells a secret: %s", text)
	}
	var log []misbehave.Request
	if err := json.Unmarshal(text, &log); err != nil || len(log) != 2 {
		t.Fatalf("log %s, error %v; want two entries", text, err)
	}
	if log[0].Path != "/api/a" || log[0].Kind != misbehave.WriteAndCut || log[0].Status != 0 {
		t.Errorf("first entry %+v", log[0])
	}
	if log[1].Query != "fields=id" || log[1].Status != 201 {
		t.Errorf("second entry %+v", log[1])
	}
	if writes := v.faults.Writes(); len(writes) != 1 || writes[0].Path != "/api/a" {
		t.Errorf("writes %+v, want the POST alone", writes)
	}
}

func TestAMistakeInAFaultIsExplained(t *testing.T) {
	v := newVendor(t)
	for body, want := range map[string]string{
		`{"kind":"explode"}`:               `there is no fault of kind \"explode\"; the kinds are [rate_limit server_error unavailable conflict html hang slow write_and_cut write_and_drop drop]`,
		`{"kind":"drop","path":"("}`:       "the path of the fault is not a regular expression",
		`{"kind":"slow","delay":"a bit"}`:  "the delay cannot be read",
		`{"kind":"drop","paths":"/issue"}`: `unknown field \"paths\"`,
	} {
		status, text, _ := v.post(t, "/control/misbehave", body)
		if status != 400 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s; want 400 with %q", body, status, text, want)
		}
	}
}

func TestAPageOfAnotherOriginCannotArmAFault(t *testing.T) {
	v := newVendor(t)
	request, _ := http.NewRequest("POST", v.URL+"/control/misbehave", strings.NewReader(`{"kind":"drop"}`))
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := v.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("answered %d, want 403", response.StatusCode)
	}
}
