package pagerduty

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

// authenticate finds the token of the request: an API key as
// "Token token=KEY", or an OAuth token as a Bearer.
func (c *call) authenticate() (*Token, bool) {
	header := c.request.Header.Get("Authorization")
	value, isKey := strings.CutPrefix(header, "Token token=")
	if !isKey {
		value, _ = strings.CutPrefix(header, "Bearer ")
	}
	for _, t := range c.account.tokens {
		if subtle.ConstantTimeCompare([]byte(t.Value), []byte(value)) == 1 {
			return t, true
		}
	}
	return nil, false
}

// abilities lists what the account has paid for.
func (c *call) abilities() reply { return ok(object{"abilities": paidFor()}) }

// ability answers 204 for an ability that the account has.
func (c *call) ability() reply {
	if !slices.Contains(paidFor(), c.request.PathValue("ability")) {
		return notFound("Not Found")
	}
	return reply{status: http.StatusNoContent}
}

func paidFor() []string { return []string{"teams", "read_only_users", "urgencies"} }
