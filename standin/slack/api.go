package slack

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

// answer is the body of a successful call, without its "ok".
type answer map[string]any

// call is one call of an API method.
type call struct {
	args args
	base string // the address the client used, such as http://127.0.0.1:8080
}

// method is one method of the Web API.
type method struct {
	tier tier
	// scopes: the token needs any one of them; none means that any token will do.
	scopes []string
	// appToken: the method is for the app-level token instead of the bot's.
	appToken bool
	// anyToken: the method is for both.
	anyToken bool
	serve    func(*Server, call) (answer, error)
}

// methods is the list of what the Web API can do here: one line each, one file
// each.
func methods() map[string]method {
	return map[string]method{
		"apps.connections.open":        {tier: tier1, appToken: true, scopes: []string{"connections:write"}, serve: (*Server).appsConnectionsOpen},
		"auth.test":                    {anyToken: true, serve: (*Server).authTest},
		"bookmarks.add":                {tier: tier2, scopes: []string{"bookmarks:write"}, serve: (*Server).bookmarksAdd},
		"chat.postEphemeral":           {tier: tier4, scopes: []string{"chat:write"}, serve: (*Server).chatPostEphemeral},
		"chat.postMessage":             {scopes: []string{"chat:write"}, serve: (*Server).chatPostMessage},
		"chat.update":                  {tier: tier3, scopes: []string{"chat:write"}, serve: (*Server).chatUpdate},
		"conversations.info":           {tier: tier3, scopes: readChannels(), serve: (*Server).conversationsInfo},
		"conversations.list":           {tier: tier2, scopes: readChannels(), serve: (*Server).conversationsList},
		"conversations.members":        {tier: tier4, scopes: readChannels(), serve: (*Server).conversationsMembers},
		"files.completeUploadExternal": {tier: tier4, scopes: []string{"files:write"}, serve: (*Server).filesCompleteUploadExternal},
		"files.getUploadURLExternal":   {tier: tier4, scopes: []string{"files:write"}, serve: (*Server).filesGetUploadURLExternal},
		"reactions.add":                {tier: tier3, scopes: []string{"reactions:write"}, serve: (*Server).reactionsAdd},
		"usergroups.list":              {tier: tier2, scopes: []string{"usergroups:read"}, serve: (*Server).usergroupsList},
		"usergroups.users.list":        {tier: tier2, scopes: []string{"usergroups:read"}, serve: (*Server).usergroupsUsersList},
		"users.info":                   {tier: tier4, scopes: []string{"users:read"}, serve: (*Server).usersInfo},
		"users.lookupByEmail":          {tier: tier3, scopes: []string{"users:read.email"}, serve: (*Server).usersLookupByEmail},
		"views.open":                   {tier: tier4, serve: (*Server).viewsOpen},
		"views.push":                   {tier: tier4, serve: (*Server).viewsPush},
		"views.update":                 {tier: tier4, serve: (*Server).viewsUpdate},
	}
}

// readChannels are the scopes of conversations.*: which one is needed depends
// on the kind of the channel.
func readChannels() []string { return []string{"channels:read", "groups:read", "im:read"} }

// serveAPI answers POST and GET /api/{method}.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	began := s.clock.now()
	a, token, err := readArgs(r)
	fault := s.faults.next(name)
	if !s.pause(r.Context(), fault) {
		panic(http.ErrAbortHandler) // the client gave up or the server is closing
	}
	var body answer
	switch {
	case err != nil:
	case fault.refuses():
		err = fault.refusal()
	default:
		body, err = s.callMethod(name, call{args: a, base: s.base(r)}, token)
	}
	status, body := s.seal(body, err)
	if fault.Kind == FaultServerError {
		status, body = http.StatusInternalServerError, nil
	}
	s.calls.add(Call{At: began, Method: name, Args: a, Status: status, Answer: body})
	s.log.Debug("slack api call", zap.String("method", name), zap.Strings("arguments", a.names()), zap.Int("status", status), zap.Any("error", body["error"]))
	if fault.Kind == FaultCut {
		panic(http.ErrAbortHandler) // done, but the client never learns of it
	}
	s.writeAnswer(w, name, token, status, body, err)
}

// callMethod checks who calls and how often, then serves the call.
func (s *Server) callMethod(name string, c call, token string) (answer, error) {
	m, ok := s.methods[name]
	if !ok {
		return nil, refusal{code: "unknown_method"}
	}
	if err := s.authorise(m, token); err != nil {
		return nil, err
	}
	if err := s.limiter.take(m.tier, name); err != nil {
		return nil, err
	}
	return m.serve(s, c)
}

// authorise checks the token, its kind and its scopes.
func (s *Server) authorise(m method, token string) error {
	isApp := token == s.app.AppToken
	switch {
	case token == "":
		return refusal{code: "not_authed"}
	case !isApp && token != s.app.BotToken:
		return refusal{code: "invalid_auth"}
	case isApp != m.appToken && !m.anyToken:
		return refusal{code: "not_allowed_token_type"}
	}
	held := s.scopesOf(token)
	if len(m.scopes) > 0 && !slices.ContainsFunc(m.scopes, func(scope string) bool { return slices.Contains(held, scope) }) {
		return refusal{code: "missing_scope", needed: strings.Join(m.scopes, ",")}
	}
	return nil
}

// needScope refuses a call that depends on a scope only for some arguments.
func (s *Server) needScope(scope string) error {
	if slices.Contains(s.app.Scopes, scope) {
		return nil
	}
	return refusal{code: "missing_scope", needed: scope}
}

func (s *Server) scopesOf(token string) []string {
	switch token {
	case s.app.BotToken:
		return s.app.Scopes
	case s.app.AppToken:
		return []string{"connections:write"}
	default:
		return nil
	}
}

// seal makes the body and status of an answer from what a method returned.
func (s *Server) seal(body answer, err error) (int, answer) {
	if err == nil {
		if body == nil {
			body = answer{}
		}
		body["ok"] = true
		return http.StatusOK, body
	}
	no := asRefusal(err)
	body = answer{"ok": false, "error": no.code}
	if no.needed != "" {
		body["needed"] = no.needed
		body["provided"] = strings.Join(s.app.Scopes, ",")
	}
	if len(no.messages) > 0 {
		body["response_metadata"] = answer{"messages": no.messages}
	}
	if no.retryAfter > 0 {
		return http.StatusTooManyRequests, body
	}
	return http.StatusOK, body
}

func (s *Server) writeAnswer(w http.ResponseWriter, name, token string, status int, body answer, err error) {
	h := w.Header()
	if held := s.scopesOf(token); held != nil {
		h.Set("X-OAuth-Scopes", strings.Join(held, ","))
		if needed := s.methods[name].scopes; len(needed) > 0 {
			h.Set("X-Accepted-OAuth-Scopes", strings.Join(needed, ","))
		}
	}
	if err != nil {
		if wait := asRefusal(err).retryAfter; wait > 0 {
			h.Set("Retry-After", strconv.Itoa(wholeSeconds(wait)))
		}
	}
	if body == nil {
		http.Error(w, http.StatusText(status), status)
		return
	}
	writeJSON(w, status, body)
}

// wholeSeconds rounds a wait up, since Retry-After has no fractions.
func wholeSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// An error here means that the client went away: there is nobody to tell.
	_ = json.NewEncoder(w).Encode(body)
}
