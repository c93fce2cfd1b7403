package misbehave

import (
	"bytes"
	"fmt"
	"net/http"
)

// answer is a response that is held back instead of being sent.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the headers of the answer, to be set.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the status; the first one counts.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write keeps a part of the body.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// answerOf handles the request and returns the answer without sending it.
func answerOf(next http.Handler, r *http.Request) *answer {
	a := &answer{header: http.Header{}}
	next.ServeHTTP(a, r)
	a.WriteHeader(http.StatusOK)
	return a
}

// cut closes the connection. With begin, the answer's status, its headers and
// half of its body are sent first.
func cut(w http.ResponseWriter, a *answer, begin bool) {
	connection, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		// Not an HTTP/1 server: the server breaks the stream for us.
		panic(http.ErrAbortHandler)
	}
	defer connection.Close()
	if !begin {
		return
	}
	defer func() { _ = buffer.Flush() }()
	fmt.Fprintf(buffer, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	full := a.body.Len()
	if full == 0 {
		return // an answer without a body can only be cut in its headers
	}
	a.header.Set("Content-Length", fmt.Sprint(full))
	_ = a.header.Write(buffer)
	_, _ = buffer.WriteString("\r\n")
	_, _ = buffer.Write(a.body.Bytes()[:full/2])
}
