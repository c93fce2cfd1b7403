package slack

import (
	"slices"
	"strings"
	"sync"
)

// directory answers who and what exists in the workspace right now.
type directory struct {
	app App

	mu sync.RWMutex
	ws Workspace
}

func newDirectory(app App, ws Workspace) (*directory, error) {
	d := &directory{app: app}
	return d, d.replace(ws)
}

// replace swaps the whole workspace. Direct conversations that the app had
// opened stay.
func (d *directory) replace(ws Workspace) error {
	settled, err := ws.settled(d.app)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.ws.Channels {
		if c.IM && !slices.ContainsFunc(settled.Channels, func(o Channel) bool { return o.ID == c.ID }) {
			settled.Channels = append(settled.Channels, c)
		}
	}
	d.ws = settled
	return nil
}

func (d *directory) workspace() Workspace {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.ws.clone()
}

// team is the workspace without its lists.
func (d *directory) team() Workspace {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return Workspace{ID: d.ws.ID, Name: d.ws.Name, Domain: d.ws.Domain}
}

func (d *directory) person(id string) (Person, bool) {
	return d.personBy(func(p Person) bool { return p.ID == id })
}

func (d *directory) personByEmail(email string) (Person, bool) {
	return d.personBy(func(p Person) bool { return p.Email != "" && strings.EqualFold(p.Email, email) })
}

func (d *directory) personBy(is func(Person) bool) (Person, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	i := slices.IndexFunc(d.ws.People, is)
	if i < 0 {
		return Person{}, false
	}
	return d.ws.People[i], true
}

func (d *directory) group(id string) (Group, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	i := slices.IndexFunc(d.ws.Groups, func(g Group) bool { return g.ID == id })
	if i < 0 {
		return Group{}, false
	}
	return d.ws.Groups[i], true
}

func (d *directory) channel(id string) (Channel, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	i := slices.IndexFunc(d.ws.Channels, func(c Channel) bool { return c.ID == id })
	if i < 0 {
		return Channel{}, false
	}
	return d.ws.Channels[i], true
}

// channelsOf lists the channels that a user is in, in the workspace's order.
func (d *directory) channelsOf(user string) []Channel {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var in []Channel
	for _, c := range d.ws.Channels {
		if c.has(user) {
			in = append(in, c)
		}
	}
	return in
}

// sees reports whether a user can read a channel: they are in it.
func (d *directory) sees(user, channel string) bool {
	c, ok := d.channel(channel)
	return ok && c.has(user)
}

// visibleToBot finds a channel as the app may see it. A private channel without
// the bot does not exist for it.
func (d *directory) visibleToBot(id string) (Channel, error) {
	c, ok := d.channel(id)
	if !ok || (c.Private || c.IM) && !c.has(d.app.BotUserID) {
		return Channel{}, refusal{code: "channel_not_found"}
	}
	return c, nil
}

// direct returns the conversation between the app and one user, and opens it
// at the first use.
func (d *directory) direct(user string) (Channel, error) {
	p, ok := d.person(user)
	if !ok || p.Deleted || p.Bot {
		return Channel{}, refusal{code: "channel_not_found"}
	}
	id := "D" + strings.TrimLeft(user, "UW")
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.ws.Channels, func(c Channel) bool { return c.ID == id })
	if i >= 0 {
		return d.ws.Channels[i], nil
	}
	c := Channel{ID: id, Name: p.Name, Private: true, IM: true, Members: []string{user, d.app.BotUserID}}
	d.ws.Channels = append(d.ws.Channels, c)
	return c, nil
}
