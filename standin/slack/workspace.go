package slack

import (
	"fmt"
	"slices"
	"strings"
)

// Workspace is the directory of one Slack workspace. It decodes from JSON.
type Workspace struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Domain   string    `json:"domain"`
	People   []Person  `json:"people"`
	Groups   []Group   `json:"groups"`
	Channels []Channel `json:"channels"`
}

// Person is a member, a guest, or somebody of another company who shares a
// channel with this workspace.
type Person struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	RealName string `json:"real_name"`
	Email    string `json:"email"`
	// EmailUnconfirmed makes users.info say that the address is not confirmed.
	EmailUnconfirmed bool `json:"email_unconfirmed"`
	// Deleted is a deactivated account: it can do nothing any more.
	Deleted bool `json:"deleted"`
	// Restricted is a multi-channel guest, UltraRestricted a single-channel one.
	Restricted      bool `json:"restricted"`
	UltraRestricted bool `json:"ultra_restricted"`
	Bot             bool `json:"bot"`
	// Stranger is somebody of another workspace, whose id is TeamID.
	Stranger bool `json:"stranger"`
	// TeamID is the person's own workspace. Default: this one.
	TeamID string `json:"team_id"`
}

// Group is a user group, such as @sre.
type Group struct {
	ID       string   `json:"id"`
	Handle   string   `json:"handle"`
	Name     string   `json:"name"`
	Users    []string `json:"users"`
	Disabled bool     `json:"disabled"`
}

// Channel is a conversation. The bot is in it only if its user id is among the
// members.
type Channel struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Topic     string   `json:"topic"`
	Private   bool     `json:"private"`
	ExtShared bool     `json:"ext_shared"`
	Archived  bool     `json:"archived"`
	Members   []string `json:"members"`
	// IM marks a direct conversation, made when the app posts to a user's id.
	IM bool `json:"im,omitempty"`
}

func (c Channel) has(user string) bool { return slices.Contains(c.Members, user) }

// clone copies the workspace deeply, so that a caller's later change of its
// slices is not a change of the directory.
func (w Workspace) clone() Workspace {
	w.People = slices.Clone(w.People)
	w.Groups = slices.Clone(w.Groups)
	for i := range w.Groups {
		w.Groups[i].Users = slices.Clone(w.Groups[i].Users)
	}
	w.Channels = slices.Clone(w.Channels)
	for i := range w.Channels {
		w.Channels[i].Members = slices.Clone(w.Channels[i].Members)
	}
	return w
}

// settled returns the workspace with its gaps filled and the app's own user
// added, or says what is wrong with it.
func (w Workspace) settled(app App) (Workspace, error) {
	w = w.clone()
	if w.ID == "" {
		return w, fmt.Errorf("the workspace has no id: give it a team id such as T0ACME")
	}
	orElse(&w.Name, w.ID)
	orElse(&w.Domain, strings.ToLower(w.Name))
	if !slices.ContainsFunc(w.People, func(p Person) bool { return p.ID == app.BotUserID }) {
		w.People = append(w.People, Person{ID: app.BotUserID, Name: app.Name, RealName: app.Name, Bot: true})
	}
	known := map[string]bool{}
	for i := range w.People {
		p := &w.People[i]
		if p.ID == "" || known[p.ID] {
			return w, fmt.Errorf("person %d of the workspace has no id, or one that was used before: %q", i+1, p.ID)
		}
		known[p.ID] = true
		orElse(&p.Name, strings.ToLower(p.ID))
		orElse(&p.RealName, p.Name)
		orElse(&p.TeamID, w.ID)
	}
	return w, w.checkMembers(known)
}

func (w Workspace) checkMembers(known map[string]bool) error {
	seen := map[string]bool{}
	for _, c := range w.Channels {
		if c.ID == "" || seen[c.ID] {
			return fmt.Errorf("a channel has no id, or one that was used before: %q (%s)", c.ID, c.Name)
		}
		seen[c.ID] = true
		for _, user := range c.Members {
			if !known[user] {
				return fmt.Errorf("channel %s has the member %q, who is not among the people", c.ID, user)
			}
		}
	}
	for _, g := range w.Groups {
		if g.ID == "" || seen[g.ID] {
			return fmt.Errorf("a user group has no id, or one that was used before: %q (%s)", g.ID, g.Handle)
		}
		seen[g.ID] = true
		for _, user := range g.Users {
			if !known[user] {
				return fmt.Errorf("user group %s has the member %q, who is not among the people", g.ID, user)
			}
		}
	}
	return nil
}
