package slack

import "slices"

// usersInfo serves https://docs.slack.dev/reference/methods/users.info.
func (s *Server) usersInfo(c call) (answer, error) {
	id := c.args.text("user")
	p, ok := s.directory.person(id)
	if !ok {
		return nil, refusal{code: "user_not_found"}
	}
	user := s.userObject(p)
	user["is_stranger"] = p.Stranger
	return answer{"user": user}, nil
}

// userObject is a person as users.* show them. The address needs a scope of
// its own.
func (s *Server) userObject(p Person) answer {
	profile := answer{
		"real_name": p.RealName, "real_name_normalized": p.RealName, "display_name": p.Name, "display_name_normalized": p.Name, "team": p.TeamID,
	}
	if p.Email != "" && slices.Contains(s.app.Scopes, "users:read.email") {
		profile["email"] = p.Email
	}
	user := answer{
		"id": p.ID, "team_id": p.TeamID, "name": p.Name, "deleted": p.Deleted, "real_name": p.RealName, "profile": profile,
		"is_bot": p.Bot, "is_app_user": false, "updated": 0,
	}
	if p.Deleted {
		return user // Slack leaves the rest out for deactivated accounts
	}
	user["tz"], user["tz_label"], user["tz_offset"] = "Etc/UTC", "Coordinated Universal Time", 0
	user["is_admin"], user["is_owner"], user["is_primary_owner"] = false, false, false
	user["is_restricted"], user["is_ultra_restricted"] = p.Restricted || p.UltraRestricted, p.UltraRestricted
	user["is_email_confirmed"] = p.Email != "" && !p.EmailUnconfirmed
	return user
}
