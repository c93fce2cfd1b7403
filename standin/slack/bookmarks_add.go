package slack

import "net/url"

// maxBookmarks is how many a channel holds.
const maxBookmarks = 100

// bookmarksAdd serves https://docs.slack.dev/reference/methods/bookmarks.add.
func (s *Server) bookmarksAdd(c call) (answer, error) {
	channel, err := s.directory.visibleToBot(c.args.text("channel_id"))
	if err != nil {
		return nil, err
	}
	title, link := c.args.text("title"), c.args.text("link")
	target, err := url.Parse(link)
	switch {
	case !channel.has(s.app.BotUserID):
		return nil, refusal{code: "not_in_channel"}
	case title == "":
		return nil, missingField("title")
	case c.args.text("type") != "link":
		return nil, refusal{code: "invalid_bookmark_type"}
	case err != nil, target.Host == "", target.Scheme != "http" && target.Scheme != "https":
		return nil, refusal{code: "invalid_link"}
	}
	now := s.clock.now().Unix()
	bookmark := answer{
		"id": newID("Bk"), "channel_id": channel.ID, "title": title, "link": link, "emoji": c.args.text("emoji"), "type": "link",
		"date_created": now, "date_updated": 0, "rank": "u", "last_updated_by_user_id": s.app.BotUserID,
		"last_updated_by_team_id": s.directory.team().ID, "app_id": s.app.ID,
	}
	if !s.rooms.bookmark(channel.ID, bookmark) {
		return nil, refusal{code: "too_many_bookmarks"}
	}
	s.watchers.channelChanged(s.directory, channel.ID, "")
	return answer{"bookmark": bookmark}, nil
}

func (r *rooms) bookmark(channel string, b answer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.bookmarks[channel]) >= maxBookmarks {
		return false
	}
	r.bookmarks[channel] = append(r.bookmarks[channel], b)
	return true
}

func (r *rooms) bookmarked(channel string) []answer {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return append([]answer{}, r.bookmarks[channel]...)
}
