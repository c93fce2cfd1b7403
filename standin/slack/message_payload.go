package slack

// messageObject is a message as Slack shows it to an app in a payload: all of it.
func (s *Server) messageObject(m message) answer {
	o := s.postedObject(m)
	if m.editedTS != "" {
		o["edited"] = answer{"user": m.user, "ts": m.editedTS}
	}
	if len(m.emoji) > 0 {
		o["reactions"] = reactionObjects(m.emoji)
	}
	if thread := s.rooms.replies(m.channel, m.ts); len(thread) > 0 {
		o["thread_ts"] = m.ts
		o["reply_count"] = len(thread)
		o["reply_users"] = authors(thread)
		o["reply_users_count"] = len(authors(thread))
		o["latest_reply"] = thread[len(thread)-1].ts
	}
	return o
}

// postedObject is a message as chat.postMessage answers with it.
func (s *Server) postedObject(m message) answer {
	o := s.updatedObject(m)
	delete(o, "edited")
	o["ts"] = m.ts
	if m.threadTS != "" {
		o["thread_ts"] = m.threadTS
		if parent, ok := s.rooms.find(m.channel, m.threadTS); ok {
			o["parent_user_id"] = parent.user
		}
	}
	return o
}

// updatedObject is a message as chat.update answers with it: without its ts.
func (s *Server) updatedObject(m message) answer {
	o := answer{"type": "message", "user": m.user, "text": m.text, "team": s.directory.team().ID}
	if m.user == s.app.BotUserID {
		o["bot_id"] = s.app.BotID
		o["app_id"] = s.app.ID
		o["bot_profile"] = s.botProfile()
	}
	if m.editedTS != "" {
		o["edited"] = answer{"user": m.user, "ts": m.editedTS}
	}
	if len(m.blocks) > 0 {
		o["blocks"] = m.blocks
	}
	if m.metadata != nil {
		o["metadata"] = m.metadata
	}
	return o
}

func (s *Server) botProfile() answer {
	return answer{"id": s.app.BotID, "deleted": false, "name": s.app.Name, "updated": 0, "app_id": s.app.ID, "team_id": s.directory.team().ID}
}

// reactionObjects are the emoji on a message, without who put them there.
func reactionObjects(all []reaction) []answer {
	objects := make([]answer, 0, len(all))
	for _, r := range all {
		objects = append(objects, answer{"name": r.name, "count": len(r.users)})
	}
	return objects
}

// authors lists who wrote the messages, each once, in order.
func authors(thread []message) []string {
	var users []string
	seen := map[string]bool{}
	for _, m := range thread {
		if !seen[m.user] {
			seen[m.user] = true
			users = append(users, m.user)
		}
	}
	return users
}
