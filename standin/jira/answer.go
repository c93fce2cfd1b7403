package jira

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// timeFormat is how Jira writes a moment: milliseconds and a numeric zone
// without a colon.
const timeFormat = "2006-01-02T15:04:05.000-0700"

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

// object is a JSON object as Jira sends it.
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
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body)
}

// headers adds headers to the answer; those that it has stay.
func (r reply) headers(more http.Header) reply {
	all := more.Clone()
	if all == nil {
		all = http.Header{}
	}
	maps.Copy(all, r.header)
	r.header = all
	return r
}

func (r reply) retryAfter(seconds int) reply {
	return r.headers(http.Header{"Retry-After": {strconv.Itoa(seconds)}})
}

func answer(status int, body any) reply {
	var encoded bytes.Buffer
	if err := json.NewEncoder(&encoded).Encode(body); err != nil {
		return refused(http.StatusInternalServerError, "Internal server error")
	}
	return reply{status: status, body: encoded.Bytes()}
}

func ok(body any) reply { return answer(http.StatusOK, body) }

func noContent() reply { return reply{status: http.StatusNoContent} }

// refused answers with a message about the whole request.
func refused(status int, message string) reply {
	return answer(status, object{"errorMessages": []string{message}, "errors": object{}})
}

// invalid answers 400 with a message for each field.
func invalid(fields map[string]string) reply {
	return answer(http.StatusBadRequest, object{"errorMessages": []string{}, "errors": fields})
}

// unreadable answers a payload that is not what the resource takes.
func unreadable() reply {
	return refused(http.StatusBadRequest, "Invalid request payload. Refer to the REST API documentation and try again.")
}

func unauthenticated() reply {
	return refused(http.StatusUnauthorized, "Client must be authenticated to access this resource.").headers(http.Header{
		"Www-Authenticate":     {`Basic realm="Jira"`},
		"X-Seraph-Loginreason": {"AUTHENTICATED_FAILED"},
	})
}
