package slack

import "slices"

// conversationsInfo serves https://docs.slack.dev/reference/methods/conversations.info.
func (s *Server) conversationsInfo(c call) (answer, error) {
	channel, err := s.directory.visibleToBot(c.args.text("channel"))
	if err != nil {
		return nil, err
	}
	if err := s.needScope(readScope(channel)); err != nil {
		return nil, err
	}
	o := s.channelObject(channel)
	if !c.args.flag("include_num_members") {
		delete(o, "num_members")
	}
	return answer{"channel": o}, nil
}

// readScope is the scope that reading this kind of conversation needs.
func readScope(c Channel) string {
	switch {
	case c.IM:
		return "im:read"
	case c.Private:
		return "groups:read"
	default:
		return "channels:read"
	}
}

// teamsIn lists the workspaces of a channel's members, this one first.
func (s *Server) teamsIn(c Channel) []string {
	teams := []string{s.directory.team().ID}
	for _, id := range c.Members {
		p, ok := s.directory.person(id)
		if ok && !slices.Contains(teams, p.TeamID) {
			teams = append(teams, p.TeamID)
		}
	}
	return teams
}

// channelObject is a conversation as conversations.* show it.
func (s *Server) channelObject(c Channel) answer {
	ws := s.directory.team()
	return answer{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "created": 0, "creator": "", "updated": 0, "unlinked": 0, "context_team_id": ws.ID,
		"is_channel": !c.Private && !c.IM, "is_group": c.Private && !c.IM, "is_im": c.IM, "is_mpim": false, "is_private": c.Private,
		"is_archived": c.Archived, "is_general": false, "is_member": c.has(s.app.BotUserID), "num_members": len(c.Members),
		"is_shared": c.ExtShared, "is_ext_shared": c.ExtShared, "is_org_shared": false, "is_pending_ext_shared": false,
		"shared_team_ids": s.teamsIn(c), "pending_shared": []string{}, "previous_names": []string{},
		"topic":   answer{"value": c.Topic, "creator": "", "last_set": 0},
		"purpose": answer{"value": "", "creator": "", "last_set": 0},
	}
}
