package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// inquiry is one small question to a vendor, asked with plain HTTP: doctor
// looks at the vendor itself, not at a library's idea of it.
type inquiry struct {
	method, url string
	headers     map[string]string
	user, token string // basic authentication, when user is set
}

const answerLimit = 1 << 20 // bytes of a vendor's answer that are read

// ask gives the status and headers of the answer, and decodes its JSON body.
func (q inquiry) ask(ctx context.Context, into any) (status int, header http.Header, err error) {
	req, err := http.NewRequestWithContext(ctx, q.method, q.url, nil)
	if err != nil {
		return 0, nil, err
	}
	for key, value := range q.headers {
		req.Header.Set(key, value)
	}
	if q.user != "" {
		req.SetBasicAuth(q.user, q.token)
	}
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("it does not answer: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return 0, nil, fmt.Errorf("its answer broke off: %w", err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return resp.StatusCode, resp.Header, fmt.Errorf("its answer (HTTP %d) is not JSON: something else is at this address", resp.StatusCode)
	}
	return resp.StatusCode, resp.Header, nil
}
