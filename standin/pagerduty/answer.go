package pagerduty

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"time"
)

// stamp is how PagerDuty writes a moment: seconds, UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// object is a JSON object as PagerDuty sends it.
type object = map[string]any

// reply is an answer, encoded while the server's lock is held.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	if len(r.body) > 0 {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body)
}

func (r reply) headers(all http.Header) reply {
	r.header = all
	return r
}

func answer(status int, body any) reply {
	var encoded bytes.Buffer
	if err := json.NewEncoder(&encoded).Encode(body); err != nil {
		return refused(http.StatusInternalServerError, 2000, "Internal Server Error")
	}
	return reply{status: status, body: encoded.Bytes()}
}

func ok(body any) reply { return answer(http.StatusOK, body) }

// refused answers with PagerDuty's error object. The codes are the vendor's:
// https://developer.pagerduty.com/docs/rest-api-v2/errors/
func refused(status, code int, message string, details ...string) reply {
	told := object{"code": code, "message": message}
	if len(details) > 0 {
		told["errors"] = details
	}
	return answer(status, object{"error": told})
}

func notFound(message string) reply { return refused(http.StatusNotFound, 2100, message) }

func invalid(details ...string) reply {
	return refused(http.StatusBadRequest, 2001, "Invalid Input Provided", details...)
}

func each[T any](values []T, describe func(T) any) []any {
	all := make([]any, 0, len(values))
	for _, value := range values {
		all = append(all, describe(value))
	}
	return all
}

func stampOrNull(t *time.Time) any {
	if t == nil {
		return nil
	}
	return stamp(*t)
}
