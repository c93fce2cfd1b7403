package pagerduty

import (
	"encoding/json"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"time"
)

// version is the header without which no request is served.
const version = "application/vnd.pagerduty+json;version=2"

// call is one request to the API. The server's lock is held for all of it.
type call struct {
	*Server
	request *http.Request
	token   *Token
	user    *User // who acts, by the From header; nil for a call that only reads
	base    string
	now     time.Time
}

// known handles a call that brings the right headers and a token of the
// account, within its limit.
func (s *Server) known(h func(*call) reply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		answer := s.answer(r, h)
		s.mu.Unlock()
		answer.write(w)
	}
}

func (s *Server) answer(r *http.Request, h func(*call) reply) reply {
	c := &call{Server: s, request: r, base: s.base(r), now: s.options.Now()}
	token, ok := c.authenticate()
	if !ok {
		return refused(http.StatusUnauthorized, 2006, "Caller did not supply credentials or did not provide the correct credentials.")
	}
	c.token = token
	if strings.ReplaceAll(r.Header.Get("Accept"), " ", "") != version {
		return refused(http.StatusNotAcceptable, 2001, "The Accept header must be "+version+".")
	}
	limits, ok := c.withinLimit()
	if !ok {
		return limits
	}
	return h(c).headers(limits.header)
}

// asUser handles a call that changes something: it needs a token that may,
// and the e-mail of a user in the From header.
func asUser(h func(*call) reply) func(*call) reply {
	return func(c *call) reply {
		if c.token.ReadOnly {
			return refused(http.StatusForbidden, 2010, "Access Denied")
		}
		from, err := mail.ParseAddress(c.request.Header.Get("From"))
		if err != nil {
			return refused(http.StatusBadRequest, 1028, `Malformed "From" header`)
		}
		for _, u := range c.account.users {
			if strings.EqualFold(u.Email, from.Address) {
				c.user = u
				return h(c)
			}
		}
		return refused(http.StatusBadRequest, 1008, "Requester User Not Found")
	}
}

// onIncident finds the incident of the call by its id or its number.
func onIncident(h func(*call, *incident) reply) func(*call) reply {
	return func(c *call) reply {
		found, ok := c.account.incident(c.request.PathValue("id"))
		if !ok {
			return notFound("Incident Not Found")
		}
		return h(c, found)
	}
}

func (s *Server) base(r *http.Request) string {
	if s.options.APIURL != "" {
		return strings.TrimRight(s.options.APIURL, "/")
	}
	return "http://" + r.Host
}

// decode reads the JSON body. PagerDuty ignores members that it does not
// know.
func (c *call) decode(into any) bool {
	return json.NewDecoder(c.request.Body).Decode(into) == nil
}

// page cuts the part of a list that was asked for: limit (default 25, at most
// 100), offset, and total on demand.
func page[T any](c *call, name string, all []T, describe func(T) any) reply {
	query := c.request.URL.Query()
	limit, errLimit := numberOr(query.Get("limit"), 25)
	offset, errOffset := numberOr(query.Get("offset"), 0)
	if errLimit != nil || errOffset != nil || limit < 1 || offset < 0 {
		return invalid("limit and offset must be positive numbers.")
	}
	limit = min(limit, 100)
	from := min(offset, len(all))
	to := min(from+limit, len(all))
	body := object{"limit": limit, "offset": offset, "more": to < len(all), "total": nil, name: each(all[from:to], describe)}
	if query.Get("total") == "true" {
		body["total"] = len(all)
	}
	return ok(body)
}

func numberOr(text string, otherwise int) (int, error) {
	if text == "" {
		return otherwise, nil
	}
	return strconv.Atoi(text)
}
