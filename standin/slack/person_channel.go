package slack

import "net/http"

// personChannel is a channel as one of its members sees it.
func (s *Server) personChannel(r *http.Request) (answer, error) {
	p, err := s.actor(r.URL.Query().Get("user"))
	if err != nil {
		return nil, err
	}
	c, err := s.room(p, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	all := s.rooms.all(c.ID, p.ID)
	threads := map[string][]answer{}
	ephemerals := []answer{}
	for _, m := range all {
		switch {
		case m.onlyFor != "":
			ephemerals = append(ephemerals, s.shownMessage(m))
		case m.threadTS != "":
			threads[m.threadTS] = append(threads[m.threadTS], s.shownMessage(m))
		}
	}
	messages := []answer{}
	for _, m := range all {
		if m.onlyFor == "" && m.threadTS == "" {
			shown := s.shownMessage(m)
			shown["thread"] = append([]answer{}, threads[m.ts]...)
			messages = append(messages, shown)
		}
	}
	return answer{"channel": s.shownChannel(c), "messages": messages, "ephemerals": ephemerals}, nil
}

// shownMessage is a message as a person's client draws it.
func (s *Server) shownMessage(m message) answer {
	o := answer{
		"ts": m.ts, "user": m.user, "name": s.nameOf(m), "bot": m.user == s.app.BotUserID, "text": m.text, "blocks": []any{},
		"edited": m.edits, "ephemeral": m.onlyFor != "",
	}
	if len(m.blocks) > 0 {
		o["blocks"] = m.blocks
	}
	if m.threadTS != "" {
		o["thread_ts"] = m.threadTS
	}
	if m.metadata != nil {
		o["metadata"] = m.metadata
	}
	emoji := []answer{}
	for _, r := range m.emoji {
		emoji = append(emoji, answer{"name": r.name, "users": r.users})
	}
	o["reactions"] = emoji
	shared := []answer{}
	for _, f := range m.files {
		shared = append(shared, answer{"id": f.id, "name": f.name, "title": f.title, "size": len(f.data)})
	}
	o["files"] = shared
	return o
}

func (s *Server) nameOf(m message) string {
	if m.slackbot {
		return "Slackbot"
	}
	if p, ok := s.directory.person(m.user); ok {
		return p.Name
	}
	return m.user
}

// shownChannel is a channel as a person's client lists it.
func (s *Server) shownChannel(c Channel) answer {
	return answer{
		"id": c.ID, "name": c.Name, "topic": c.Topic, "private": c.Private, "ext_shared": c.ExtShared, "archived": c.Archived, "im": c.IM,
		"members": append([]string{}, c.Members...), "bookmarks": s.rooms.bookmarked(c.ID),
	}
}

// personChannels lists the channels that somebody is in.
func (s *Server) personChannels(r *http.Request) (answer, error) {
	p, err := s.actor(r.URL.Query().Get("user"))
	if err != nil {
		return nil, err
	}
	channels := []answer{}
	for _, c := range s.directory.channelsOf(p.ID) {
		channels = append(channels, s.shownChannel(c))
	}
	return answer{"channels": channels}, nil
}
