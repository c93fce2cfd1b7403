package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxBody bounds every request body; the largest legal one, a modal, is
// 250 kB.
const maxBody = 1 << 20

// args are the arguments of one API call, whichever way they travelled.
// Forms give strings, JSON gives values.
type args map[string]any

// readArgs reads the query, a form or a JSON object, and the token.
func readArgs(r *http.Request) (args, string, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	a := args{}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, "", refusal{code: "request_too_large"}
		}
		if len(bytes.TrimSpace(body)) > 0 && decode(body, &a) != nil {
			return nil, "", refusal{code: "invalid_json"}
		}
		a.addForm(r.URL.Query())
	case "multipart/form-data":
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return nil, "", refusal{code: "invalid_form_data"}
		}
		a.addForm(r.Form)
	default:
		if err := r.ParseForm(); err != nil {
			return nil, "", refusal{code: "invalid_form_data"}
		}
		a.addForm(r.Form)
	}
	token := a.text("token")
	delete(a, "token")
	if kind == "application/json" {
		token = "" // Slack reads a token from the header or a form, never from JSON
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	return a, token, nil
}

func (a args) addForm(form url.Values) {
	for name, values := range form {
		if len(values) > 0 {
			a[name] = values[0]
		}
	}
}

// text is an argument as a string, empty when absent.
func (a args) text(name string) string {
	switch v := a[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	default:
		return ""
	}
}

func (a args) flag(name string) bool {
	on, err := strconv.ParseBool(a.text(name))
	return err == nil && on
}

// number is an argument as a number, or the default when absent or no number.
func (a args) number(name string, otherwise int) int {
	n, err := strconv.Atoi(a.text(name))
	if err != nil {
		return otherwise
	}
	return n
}

// list is a comma-separated argument.
func (a args) list(name string) []string {
	if a.text(name) == "" {
		return nil
	}
	return strings.Split(a.text(name), ",")
}

// document is an argument that holds JSON, whether nested in a JSON body or as
// a string in a form. The second result is false when it is absent.
func (a args) document(name string) (any, bool, error) {
	v, ok := a[name]
	if !ok || v == nil {
		return nil, false, nil
	}
	s, isText := v.(string)
	if !isText {
		return v, true, nil
	}
	if s == "" {
		return nil, false, nil
	}
	var doc any
	if err := decode([]byte(s), &doc); err != nil {
		return nil, true, fmt.Errorf("reading the argument %s as JSON: %w", name, err)
	}
	return doc, true, nil
}

// names lists the arguments, for the record.
func (a args) names() []string { return slices.Sorted(maps.Keys(a)) }

// decode reads exactly one JSON value and keeps numbers as they were written.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("there is something behind the JSON value")
	}
	return nil
}
