//go:build contracts

package contracts

import (
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// moment accepts the moments that a layout of package time describes.
type moment string

// Validate says whether the text is such a moment.
func (layout moment) Validate(text string) error {
	_, err := time.Parse(string(layout), text)
	return err
}

// anyText accepts every text.
type anyText struct{}

// Validate finds nothing wrong.
func (anyText) Validate(string) error { return nil }

// jiraFormats are the formats as Jira writes them: a zone without a colon,
// where the contract's date-time would have one.
func jiraFormats() map[string]openapi3.StringFormatValidator {
	return map[string]openapi3.StringFormatValidator{"date-time": moment("2006-01-02T15:04:05.000-0700")}
}

// relaxJira mends what Atlassian's document says of Jira and Jira does not do.
func relaxJira(document *openapi3.T) {
	schemas := document.Components.Schemas
	// The values of fields may be null: an issue without an assignee, say.
	for _, name := range []string{"IssueBean", "IssueUpdateDetails"} {
		schemas[name].Value.Properties["fields"].Value.AdditionalProperties.Schema.Value.Nullable = true
	}
	// Without a globalId the remote links come as a list; the document has
	// only the single link.
	one := schemas["RemoteIssueLink"]
	list := openapi3.NewArraySchema()
	list.Items = one
	links := document.Paths.Value("/rest/api/2/issue/{issueIdOrKey}/remotelink").Get
	links.Responses.Status(http.StatusOK).Value.Content["application/json"].Schema = &openapi3.SchemaRef{
		Value: &openapi3.Schema{OneOf: openapi3.SchemaRefs{{Value: list}, one}},
	}
	// An answer whose body the document leaves open has none: a successful
	// PUT, a 204.
	eachResponse(document, func(response *openapi3.Response) {
		body := response.Content["application/json"]
		if body != nil && body.Schema != nil && body.Schema.Ref == "" && body.Schema.Value.IsEmpty() {
			response.Content = nil
		}
	})
}

// pagerDutyFormats are the formats that the document uses.
func pagerDutyFormats() map[string]openapi3.StringFormatValidator {
	return map[string]openapi3.StringFormatValidator{"date-time": moment(time.RFC3339), "url": anyText{}, "tzinfo": anyText{}}
}

// relaxPagerDuty mends what PagerDuty's document says of PagerDuty and
// PagerDuty does not do.
func relaxPagerDuty(document *openapi3.T) {
	schemas := document.Components.Schemas
	// An incident that is open, or of no priority, has null there; the text of
	// the document says so, its schema does not.
	for _, part := range schemas["Incident"].Value.AllOf {
		for _, name := range []string{"resolved_at", "priority", "resolve_reason"} {
			if property := part.Value.Properties[name]; property != nil {
				nullable := *property.Value
				nullable.Nullable = true
				part.Value.Properties[name] = &openapi3.SchemaRef{Value: &nullable}
			}
		}
	}
	// The kinds of a channel are told apart by the word in type, and overlap
	// as schemas: one of them has to fit, not exactly one.
	channel := schemas["Channel"].Value
	channel.AnyOf, channel.OneOf = channel.OneOf, nil
	// LogEntry and AcknowledgeLogEntry name the type of an acknowledgement
	// differently, so that none could fit both. Answers have LogEntry's.
	for _, part := range schemas["AcknowledgeLogEntry"].Value.AllOf {
		if kind := part.Value.Properties["type"]; kind != nil && part.Ref == "" {
			kind.Value.Enum = []any{"acknowledge_log_entry"}
		}
	}
}

func eachResponse(document *openapi3.T, do func(*openapi3.Response)) {
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			for _, response := range operation.Responses.Map() {
				do(response.Value)
			}
		}
	}
}
