//go:build contracts

package contracts

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// contract is a vendor's OpenAPI document, and what was found when requests
// and answers were held against it.
type contract struct {
	document *openapi3.T
	router   routers.Router
	options  openapi3filter.Options

	mu         sync.Mutex
	violations []string
	spoken     map[string][]int // statuses that were answered, by operation id
}

// open reads a document and relaxes it.
func open(t *testing.T, file string, relax func(*openapi3.T), formats map[string]openapi3.StringFormatValidator) *contract {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile(filepath.Join(*folder, file))
	if err != nil {
		t.Fatalf("reading the contract %s: %v", file, err)
	}
	document.Servers = nil // the stand-ins are where they are
	relax(document)
	router, err := legacy.NewRouter(document, openapi3.DisableExamplesValidation())
	if err != nil {
		t.Fatalf("reading the contract %s: %v", file, err)
	}
	return &contract{
		document: document, router: router, spoken: map[string][]int{},
		options: openapi3filter.Options{
			AuthenticationFunc:         openapi3filter.NoopAuthenticationFunc, // held by the stand-ins' own tests
			ExcludeReadOnlyValidations: true,                                  // client libraries send what they read
			IncludeResponseStatus:      true,
			SkipSettingDefaults:        true,
			SchemaValidationOptions:    []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidators(formats)},
		},
	}
}

func (c *contract) violated(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.violations = append(c.violations, fmt.Sprintf(format, args...))
}

// watch is a transport that holds everything that passes against a contract.
type watch struct {
	contract *contract
	spoil    func(answer []byte) []byte // for the controls: what is done to an answer first
}

// RoundTrip sends the request and holds it and its answer against the contract.
func (w *watch) RoundTrip(request *http.Request) (*http.Response, error) {
	sent, err := drain(request.Body)
	if err != nil {
		return nil, err
	}
	input := w.check(request, sent)

	request = request.Clone(request.Context())
	request.Body = io.NopCloser(bytes.NewReader(sent))
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	received, err := drain(response.Body)
	if err != nil {
		return nil, err
	}
	if w.spoil != nil {
		received = w.spoil(received)
	}
	response.Body = io.NopCloser(bytes.NewReader(received))
	if input != nil {
		w.checkAnswer(input, response, received)
	}
	return response, nil
}

// check holds a request against the contract. It returns nil if the contract
// does not know it.
func (w *watch) check(request *http.Request, sent []byte) *openapi3filter.RequestValidationInput {
	copied := request.Clone(request.Context())
	copied.Body = io.NopCloser(bytes.NewReader(sent))
	route, params, err := w.contract.router.FindRoute(copied)
	if err != nil {
		w.contract.violated("%s %s is not in the contract: %v", request.Method, request.URL.Path, err)
		return nil
	}
	input := &openapi3filter.RequestValidationInput{Request: copied, PathParams: params, Route: route, Options: &w.contract.options}
	if err := openapi3filter.ValidateRequest(request.Context(), input); err != nil {
		w.contract.violated("the request %s %s: %v", request.Method, request.URL, err)
	}
	return input
}

func (w *watch) checkAnswer(input *openapi3filter.RequestValidationInput, response *http.Response, received []byte) {
	operation := input.Route.Operation.OperationID
	w.contract.mu.Lock()
	w.contract.spoken[operation] = append(w.contract.spoken[operation], response.StatusCode)
	w.contract.mu.Unlock()
	err := openapi3filter.ValidateResponse(input.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: response.StatusCode, Header: response.Header,
		Body: io.NopCloser(bytes.NewReader(received)), Options: &w.contract.options,
	})
	if err != nil {
		w.contract.violated("the answer %d of %s %s: %v", response.StatusCode, input.Request.Method, input.Request.URL, err)
	}
}

func drain(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	defer body.Close()
	return io.ReadAll(body)
}

// kept fails the test if anything was violated.
func (c *contract) kept(t *testing.T) {
	t.Helper()
	for _, violation := range c.violations {
		t.Error(violation)
	}
}

// noticed fails the test if the one violation of a control was not found.
func (c *contract) noticed(t *testing.T, words string) {
	t.Helper()
	if !slices.ContainsFunc(c.violations, func(v string) bool { return strings.Contains(v, words) }) {
		t.Errorf("the control was not noticed: want a violation with %q, have %q", words, c.violations)
	}
	c.violations = nil
}

// complete fails the test if an operation of the contract was not spoken with
// success, other than those left out with a reason.
func (c *contract) complete(t *testing.T, leftOut map[string]string) {
	t.Helper()
	for path, item := range c.document.Paths.Map() {
		for method, operation := range item.Operations() {
			statuses := c.spoken[operation.OperationID]
			spoken := slices.ContainsFunc(statuses, func(s int) bool { return s < 300 })
			_, without := leftOut[operation.OperationID]
			switch {
			case without && spoken:
				t.Errorf("%s (%s %s) is left out, and yet it was spoken", operation.OperationID, method, path)
			case !without && !spoken:
				t.Errorf("%s (%s %s) was not held against the contract: answered %v", operation.OperationID, method, path, statuses)
			}
		}
	}
}
