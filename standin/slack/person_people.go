package slack

import "net/http"

// personPeople lists everyone, the groups, and what the app is called: all
// that a page needs to let its reader choose who they are.
func (s *Server) personPeople(*http.Request) (answer, error) {
	ws := s.directory.workspace()
	return answer{
		"team":   answer{"id": ws.ID, "name": ws.Name, "domain": ws.Domain},
		"people": ws.People, "groups": ws.Groups,
		"app": answer{"name": s.app.Name, "bot_user_id": s.app.BotUserID, "command": s.app.Command, "shortcut": s.app.Shortcut},
	}, nil
}

// personView is the modal that somebody has before them.
func (s *Server) personView(r *http.Request) (answer, error) {
	p, err := s.actor(r.PathValue("user"))
	if err != nil {
		return nil, err
	}
	v, stack, open := s.modals.top(p.ID)
	shown := answer{"view": nil, "stack": stack, "errors": answer{}, "trouble": v.trouble}
	if open {
		shown["view"] = s.viewObject(v)
	}
	if v.errors != nil {
		shown["errors"] = v.errors
	}
	return shown, nil
}

// personFile is a shared file's content for somebody in a channel that has it.
func (s *Server) personFile(w http.ResponseWriter, r *http.Request) {
	p, err := s.actor(r.URL.Query().Get("user"))
	if err != nil {
		reply(w, nil, err)
		return
	}
	f, _ := s.files.find(r.PathValue("id"))
	for _, channel := range f.channels {
		if s.directory.sees(p.ID, channel) {
			serveFile(w, f)
			return
		}
	}
	reply(w, nil, refuse(http.StatusNotFound, "%s sees no file %q.", p.Name, r.PathValue("id")))
}
