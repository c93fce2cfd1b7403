package pagerduty

import (
	"net/http"
	"slices"
	"strings"
)

// listUsers lists users; query finds by a part of the name or the e-mail.
func (c *call) listUsers() reply {
	part := strings.ToLower(c.request.URL.Query().Get("query"))
	chosen := slices.DeleteFunc(slices.Clone(c.account.users), func(u *User) bool {
		return !strings.Contains(strings.ToLower(u.Name+"\n"+u.Email), part)
	})
	return page(c, "users", chosen, func(u *User) any { return c.person(u) })
}

// me tells whose token it is.
func (c *call) me() reply {
	u := c.account.user(c.token.User)
	if u == nil {
		return refused(http.StatusBadRequest, 2001, "Invalid Input Provided", "You must use a user's API key, or an OAuth token, to ask for the current user.")
	}
	return ok(object{"user": c.person(u)})
}

func (c *call) getUser() reply {
	u := c.account.user(c.request.PathValue("id"))
	if u == nil {
		return notFound("User Not Found")
	}
	return ok(object{"user": c.person(u)})
}

func (c *call) person(u *User) object {
	shown := c.userReference(u)
	shown["type"] = "user"
	shown["name"], shown["email"] = u.Name, u.Email
	shown["time_zone"], shown["color"], shown["role"] = "Etc/UTC", "purple", "limited_user"
	shown["teams"], shown["contact_methods"], shown["notification_rules"] = []any{}, []any{}, []any{}
	shown["invitation_sent"] = false
	return shown
}
