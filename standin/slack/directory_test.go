package slack_test

import (
	"slices"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"

	"github.com/steward-bot/steward/standin/slack"
)

func TestUsersInfoTellsWhatAnAccountIs(t *testing.T) {
	h := start(t)
	cases := []struct {
		id string
		is func(u *slackgo.User) bool
	}{
		{"U0ANA", func(u *slackgo.User) bool {
			return u.Name == "ana" && u.RealName == "Ana Lima" && u.TeamID == "T0ACME" && u.Profile.Email == "ana@acme.example" && u.IsEmailConfirmed && !u.IsRestricted && !u.IsStranger
		}},
		{"U0BEN", func(u *slackgo.User) bool { return !u.IsEmailConfirmed }},
		{"U0GIA", func(u *slackgo.User) bool { return u.IsRestricted && u.IsUltraRestricted }},
		{"U0GUS", func(u *slackgo.User) bool { return u.Deleted }},
		{"U0EVE", func(u *slackgo.User) bool { return u.IsStranger && u.TeamID == "T0OTHER" }},
		{"U0STEWARD", func(u *slackgo.User) bool { return u.IsBot && u.Name == "steward" }},
	}
	for _, c := range cases {
		u, err := h.api.GetUserInfo(c.id)
		if err != nil {
			t.Fatal(err)
		}
		if !c.is(u) {
			t.Errorf("%s is %+v", c.id, u)
		}
	}
	_, err := h.api.GetUserInfo("U0NOBODY")
	wantCode(t, err, "user_not_found")
}

func TestPeopleAreFoundByEmailUnlessTheyLeftOrAreStrangers(t *testing.T) {
	h := start(t)
	u, err := h.api.GetUserByEmail("ANA@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the user", u.ID, "U0ANA")
	for _, email := range []string{"gus@acme.example", "eve@other.example", "nobody@acme.example"} {
		_, err := h.api.GetUserByEmail(email)
		wantCode(t, err, "users_not_found")
	}
}

func TestUserGroupsAndTheirMembers(t *testing.T) {
	h := start(t)
	groups, err := h.api.GetUserGroups(slackgo.GetUserGroupsOptionIncludeUsers(true))
	if err != nil {
		t.Fatal(err)
	}
	if len(groups) != 1 || groups[0].Handle != "sre" || !slices.Equal(groups[0].Users, []string{"U0ANA", "U0BEN"}) {
		t.Errorf("the groups are %+v", groups)
	}
	users, err := h.api.GetUserGroupMembers("S0SRE")
	if err != nil || !slices.Equal(users, []string{"U0ANA", "U0BEN"}) {
		t.Errorf("the members are %v, %v", users, err)
	}
	_, err = h.api.GetUserGroupMembers("S0NONE")
	wantCode(t, err, "no_such_subteam")
	_, err = h.api.GetUserGroupMembers("S0OLD")
	wantCode(t, err, "no_such_subteam")
}

func TestConversationsInfoShowsWhatTheBotMaySee(t *testing.T) {
	h := start(t)
	info := func(id string) (*slackgo.Channel, error) {
		return h.api.GetConversationInfo(&slackgo.GetConversationInfoInput{ChannelID: id, IncludeNumMembers: true})
	}
	shop, err := info("C0SHOP")
	if err != nil {
		t.Fatal(err)
	}
	if shop.Name != "shop" || shop.IsPrivate || !shop.IsMember || shop.IsExtShared || shop.NumMembers != 3 || shop.Topic.Value != "The shop" {
		t.Errorf("#shop is %+v", shop)
	}
	if ops, err := info("C0OPS"); err != nil || !ops.IsPrivate || !ops.IsMember {
		t.Errorf("#ops is %+v, %v", ops, err)
	}
	if lobby, err := info("C0LOBBY"); err != nil || lobby.IsMember {
		t.Errorf("#lobby is %+v, %v", lobby, err)
	}
	if both, err := info("C0BOTH"); err != nil || !both.IsExtShared || !slices.Equal(both.SharedTeamIDs, []string{"T0ACME", "T0OTHER"}) {
		t.Errorf("#both is %+v, %v", both, err)
	}
	if old, err := info("C0OLD"); err != nil || !old.IsArchived {
		t.Errorf("#old is %+v, %v", old, err)
	}
	for _, hidden := range []string{"C0SECRET", "C0NONE", "shop"} {
		_, err := info(hidden)
		wantCode(t, err, "channel_not_found")
	}
}

func TestConversationsListAndMembersComeInPages(t *testing.T) {
	h := start(t)
	var names []string
	for cursor := ""; ; {
		channels, next, err := h.api.GetConversations(&slackgo.GetConversationsParameters{
			Limit: 2, Cursor: cursor, Types: []string{"public_channel", "private_channel"}, ExcludeArchived: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range channels {
			names = append(names, c.Name)
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	want(t, "the channels", strings.Join(names, " "), "shop ops lobby both")

	users, next, err := h.api.GetUsersInConversation(&slackgo.GetUsersInConversationParameters{ChannelID: "C0SHOP", Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the first page", strings.Join(users, " "), "U0ANA U0BEN")
	users, next, err = h.api.GetUsersInConversation(&slackgo.GetUsersInConversationParameters{ChannelID: "C0SHOP", Limit: 2, Cursor: next})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the second page", strings.Join(users, " ")+next, "U0STEWARD")

	_, _, err = h.api.GetUsersInConversation(&slackgo.GetUsersInConversationParameters{ChannelID: "C0SHOP", Cursor: "nonsense"})
	wantCode(t, err, "invalid_cursor")
	_, _, err = h.api.GetUsersInConversation(&slackgo.GetUsersInConversationParameters{ChannelID: "C0SECRET"})
	wantCode(t, err, "channel_not_found")
	_, _, err = h.api.GetConversations(&slackgo.GetConversationsParameters{Types: []string{"secret"}})
	wantCode(t, err, "invalid_types")
}

func TestAWorkspaceWithMistakesIsRefused(t *testing.T) {
	cases := map[string]slack.Workspace{
		"the workspace has no id: give it a team id such as T0ACME":              {},
		`channel C1 has the member "U9", who is not among the people`:            {ID: "T1", Channels: []slack.Channel{{ID: "C1", Members: []string{"U9"}}}},
		`user group S1 has the member "U9", who is not among the people`:         {ID: "T1", Groups: []slack.Group{{ID: "S1", Users: []string{"U9"}}}},
		`person 2 of the workspace has no id, or one that was used before: "U1"`: {ID: "T1", People: []slack.Person{{ID: "U1"}, {ID: "U1"}}},
		`a channel has no id, or one that was used before: "C1" (b)`:             {ID: "T1", Channels: []slack.Channel{{ID: "C1", Name: "a"}, {ID: "C1", Name: "b"}}},
		`a user group has no id, or one that was used before: "" (sre)`:          {ID: "T1", Groups: []slack.Group{{Handle: "sre"}}},
	}
	for words, ws := range cases {
		_, err := slack.New(slack.Options{Workspace: ws})
		if err == nil || err.Error() != words {
			t.Errorf("the error is %v, want %s", err, words)
		}
	}
}

func TestTheWorkspaceCanChangeWhileItRuns(t *testing.T) {
	h := start(t)
	ws := h.Workspace()
	for i := range ws.People {
		if ws.People[i].ID == "U0BEN" {
			ws.People[i].Deleted = true
		}
	}
	ws.Channels[0].ExtShared = true
	if d := h.post("/control/workspace", ws); !d.OK {
		t.Fatal(d.Error)
	}
	if u, err := h.api.GetUserInfo("U0BEN"); err != nil || !u.Deleted {
		t.Errorf("ben is %+v, %v", u, err)
	}
	d := h.command("U0BEN", "C0SHOP", "status")
	want(t, "the refusal", d.Error, "The account of ben is deactivated: they cannot sign in.")
	c, err := h.api.GetConversationInfo(&slackgo.GetConversationInfoInput{ChannelID: "C0SHOP"})
	if err != nil || !c.IsExtShared {
		t.Errorf("#shop is %+v, %v", c, err)
	}
}
