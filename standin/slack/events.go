package slack

import "encoding/json"

// sendEvent delivers an event and returns after the first attempt. An event
// that is not acknowledged is sent again, with the same event id, by itself.
func (s *Server) sendEvent(channel Channel, event answer) receipt {
	kind, _ := event["type"].(string)
	ws := s.directory.team()
	body, err := json.Marshal(answer{
		"token": "", "team_id": ws.ID, "api_app_id": s.app.ID, "type": "event_callback", "event": event, "event_id": newID("Ev"),
		"event_time": s.clock.now().Unix(), "event_context": newSecret(), "is_ext_shared_channel": channel.ExtShared,
		"authorizations": []answer{{
			"enterprise_id": nil, "team_id": ws.ID, "user_id": s.app.BotUserID, "is_bot": true, "is_enterprise_install": false,
		}},
	})
	if err != nil {
		return receipt{failure: dispatchFailed} // made of strings and checked JSON
	}
	p := parcel{envelopeID: newSecret(), kind: kindEvent, payloadType: kind, payload: body}
	rc := s.dispatch(p, func(receipt) {})
	if !rc.acked {
		s.background(func() { s.retryEvent(p, rc) })
	}
	return rc
}

// retryEvent sends an event again until it is acknowledged, at Slack's
// intervals.
func (s *Server) retryEvent(p parcel, rc receipt) {
	for attempt, wait := range s.timing.EventRetries {
		if rc.acked || rc.noRetry || !s.sleep(s.life, wait) {
			return
		}
		p.envelopeID = newSecret()
		p.retryAttempt = attempt + 1
		p.retryReason = retryReason(rc, s.webhooks.urls().empty())
		rc = s.dispatch(p, func(receipt) {})
	}
}

// retryReason is why the last attempt failed, in the words of Slack.
// https://docs.slack.dev/apis/events-api#retries.
func retryReason(rc receipt, overSocket bool) string {
	switch {
	case overSocket:
		return "timeout"
	case rc.failure == operationTimeout:
		return "http_timeout"
	default:
		return "http_error"
	}
}
