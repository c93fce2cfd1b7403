package jira

import "net/url"

// user describes an account: on Cloud by its account id, on Data Center by
// its name and key.
func (c *call) user(a *Account) any {
	if a == nil {
		return nil
	}
	shown := object{
		"displayName":  a.DisplayName,
		"emailAddress": a.Email,
		"active":       true,
		"timeZone":     "Etc/UTC",
		"avatarUrls":   c.avatars("user", a.ID),
	}
	if c.cloud() {
		shown["self"] = c.self("user?accountId=" + url.QueryEscape(a.ID))
		shown["accountId"] = a.ID
		shown["accountType"] = "atlassian"
		return shown
	}
	shown["self"] = c.self("user?username=" + url.QueryEscape(a.Name))
	shown["name"], shown["key"] = a.Name, a.ID
	return shown
}

func (c *call) avatars(kind, id string) object {
	all := object{}
	for _, size := range []string{"16x16", "24x24", "32x32", "48x48"} {
		all[size] = c.base + "/secure/" + kind + "avatar?id=" + url.QueryEscape(id) + "&size=" + size
	}
	return all
}

// myself describes the caller.
func (c *call) myself() reply {
	me := c.user(c.caller).(object)
	me["locale"] = "en_GB"
	return ok(me)
}

// userRef names an account in a request, in either deployment's way.
type userRef struct {
	AccountID string `json:"accountId"`
	Name      string `json:"name"`
	Key       string `json:"key"`
}

// refer finds the account that a request names.
func (c *call) refer(to userRef) *Account {
	if c.cloud() {
		return c.site.account(to.AccountID)
	}
	for _, a := range c.site.accounts {
		if (to.Name != "" && a.Name == to.Name) || (to.Key != "" && a.ID == to.Key) {
			return a
		}
	}
	return nil
}
