package chat_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/steward-bot/steward/standin/chat"
)

func TestThePageItsGuideAndThePersonAPIAreInOnePlace(t *testing.T) {
	slack := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "slack "+r.URL.Path) })
	page, err := chat.New(slack, chat.Guide{Title: "steward", Command: "/k8s"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(page)
	defer server.Close()

	for path, want := range map[string]string{
		"/":              `<script type="module" src="chat.js">`,
		"/chat.js":       "import { blocks }",
		"/guide":         `"command":"/k8s"`,
		"/person/people": "slack /person/people",
	} {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if !strings.Contains(string(body), want) {
			t.Errorf("%s does not hold %q: %s", path, want, body)
		}
		if resp.Header.Get("Content-Security-Policy") != "default-src 'self'; frame-ancestors 'none'" {
			t.Errorf("%s may run foreign scripts", path)
		}
	}
}

func TestAnotherSitesPageCannotTypeForAPerson(t *testing.T) {
	reached := false
	page, err := chat.New(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }), chat.Guide{})
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8480/person/command", strings.NewReader("{}"))
	req.Header.Set("Origin", "https://evil.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	answer := httptest.NewRecorder()
	page.ServeHTTP(answer, req)
	if answer.Code != http.StatusForbidden || reached {
		t.Errorf("it answered %d, reached the stand-in: %v", answer.Code, reached)
	}
}

func TestAPageThatRebindsItsNameCannotTypeForAPerson(t *testing.T) {
	reached := 0
	page, err := chat.New(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }), chat.Guide{})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		"evil.example:8480": http.StatusForbidden, "localhost.evil.example": http.StatusForbidden,
		"localhost:8480": http.StatusOK, "127.0.0.1:8480": http.StatusOK, "[::1]:8480": http.StatusOK, "127.0.0.1": http.StatusOK,
	} {
		req := httptest.NewRequest(http.MethodPost, "http://"+host+"/person/command", strings.NewReader("{}"))
		req.Header.Set("Origin", "http://"+host)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		answer := httptest.NewRecorder()
		if page.ServeHTTP(answer, req); answer.Code != want {
			t.Errorf("%s: got %d, want %d", host, answer.Code, want)
		}
	}
	if reached != 4 {
		t.Errorf("%d requests reached the stand-in", reached)
	}
}
