package slack

import "net/http"

// closeAct is somebody closing the modal before them.
type closeAct struct {
	User   string `json:"user"`
	ViewID string `json:"view_id"`
}

func (s *Server) personClose(_ *http.Request, closed closeAct) (answer, error) {
	p, v, err := s.openView(closed.User, closed.ViewID)
	if err != nil {
		return nil, err
	}
	all := v.flag("clear_on_close")
	s.modals.close(p.ID, v.id, all)
	s.watchers.viewChanged(p.ID)
	if !v.flag("notify_on_close") {
		return answer{"ok": true}, nil
	}
	rc := s.deliver(kindInteractive, "view_closed", answer{
		"type": "view_closed", "team": s.teamObject(), "user": s.userInPayload(p), "api_app_id": s.app.ID, "token": "",
		"view": s.viewObject(v), "is_cleared": all, "enterprise": nil, "is_enterprise_install": false,
	}, func(receipt) {})
	return outcome(rc, ""), nil
}
