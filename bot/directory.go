package bot

import (
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"github.com/steward-bot/steward/ops"
)

// cacheLife is how long a read may rely on what Slack said about a person, a
// channel or the groups. Writes ask again, except for the groups as long as
// nothing is confirmed.
const cacheLife = time.Minute

// groupsLife is how old the groups may be when a write is only previewed. Slack
// takes 20 usergroups.list a minute from the whole workspace: somebody's previews
// must not use up what everybody's confirmations need.
// https://docs.slack.dev/reference/methods/usergroups.list
const groupsLife = 30 * time.Second

// askNow asks Slack whatever is known already.
const askNow time.Duration = 0

// lookupDeadline bounds everything that is asked about one person in one
// place. Who cannot be verified by then is refused.
const lookupDeadline = 5 * time.Second

// Directory says who asks and from where, as Slack has it at the moment. It
// fails closed: what Slack does not confirm is refused.
type Directory struct {
	client   *Client
	team     string
	people   *cache[*slack.User]
	channels *cache[*slack.Channel]
	groups   *cache[[]slack.UserGroup]
}

// NewDirectory reads the workspace with the given team id ("T…").
func NewDirectory(client *Client, teamID string) *Directory {
	return &Directory{
		client: client, team: teamID,
		people:   newCache[*slack.User](),
		channels: newCache[*slack.Channel](),
		groups:   newCache[[]slack.UserGroup](),
	}
}

// Verify gives the request's actor with name, e-mail address and groups, or a
// *ops.Refusal when the account or the channel must not act here: guests,
// bots, people of other companies, channels that another company reads or that
// steward is not in. With fresh, for writes, nothing cached is used, except that
// the groups may be groupsLife old as long as the request is not confirmed.
func (d *Directory) Verify(ctx context.Context, req ops.Request, fresh bool) (ops.Actor, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupDeadline)
	defer cancel()
	var person *slack.User
	var channel *slack.Channel
	var groups []slack.UserGroup
	lookups, ctx := errgroup.WithContext(ctx)
	within, groupsWithin := howFresh(req, fresh)
	lookups.Go(func() (err error) { person, err = d.person(ctx, req.Actor.ID, within); return err })
	lookups.Go(func() (err error) { channel, err = d.channel(ctx, req.Place.Channel, within); return err })
	lookups.Go(func() (err error) { groups, err = d.allGroups(ctx, groupsWithin); return err })
	if err := lookups.Wait(); err != nil {
		return ops.Actor{}, err
	}
	if refusal := d.refusePerson(person); refusal != nil {
		return ops.Actor{}, refusal
	}
	if refusal := refuseChannel(channel, person.ID, fresh); refusal != nil {
		return ops.Actor{}, refusal
	}
	return d.actor(person, groups), nil
}

// howFresh tells how old at most the person and the channel may be, and how old
// the groups.
func howFresh(req ops.Request, fresh bool) (within, groupsWithin time.Duration) {
	switch {
	case !fresh:
		return cacheLife, cacheLife
	case req.Confirmed == "":
		return askNow, groupsLife
	default:
		return askNow, askNow
	}
}

func (d *Directory) actor(person *slack.User, groups []slack.UserGroup) ops.Actor {
	actor := ops.Actor{ID: person.ID, TeamID: person.TeamID, Name: displayName(person)}
	if person.IsEmailConfirmed {
		actor.Email = person.Profile.Email
	}
	for _, group := range groups {
		if !group.IsExternal && group.DateDelete == 0 && slices.Contains(group.Users, person.ID) {
			actor.Groups = append(actor.Groups, group.ID)
		}
	}
	slices.Sort(actor.Groups)
	return actor
}

func displayName(person *slack.User) string {
	for _, name := range []string{person.Profile.DisplayName, person.RealName, person.Name} {
		if name != "" {
			return ops.Shorten(name, 80)
		}
	}
	return person.ID
}

func (d *Directory) person(ctx context.Context, id string, within time.Duration) (*slack.User, error) {
	person, err := d.people.get(ctx, id, within, func(ctx context.Context) (person *slack.User, err error) {
		err = d.client.try(ctx, "users.info", func(ctx context.Context) (err error) {
			person, err = d.client.api.GetUserInfoContext(ctx, id)
			return err
		})
		return person, err
	})
	switch slackCode(err) {
	case "user_not_found", "user_not_visible":
		return nil, unknownPerson(err)
	}
	if err != nil {
		return nil, unanswered("who you are", err)
	}
	return person, nil
}

func (d *Directory) channel(ctx context.Context, id string, within time.Duration) (*slack.Channel, error) {
	if id == "" {
		return nil, notInChannel(nil)
	}
	channel, err := d.channels.get(ctx, id, within, func(ctx context.Context) (channel *slack.Channel, err error) {
		err = d.client.try(ctx, "conversations.info", func(ctx context.Context) (err error) {
			channel, err = d.client.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
			return err
		})
		return channel, err
	})
	if slackCode(err) == "channel_not_found" {
		return nil, notInChannel(err)
	}
	if err != nil {
		return nil, unanswered("about this channel", err)
	}
	return channel, nil
}

func (d *Directory) allGroups(ctx context.Context, within time.Duration) ([]slack.UserGroup, error) {
	groups, err := d.groups.get(ctx, "all", within, func(ctx context.Context) (groups []slack.UserGroup, err error) {
		err = d.client.try(ctx, "usergroups.list", func(ctx context.Context) (err error) {
			groups, err = d.client.api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true))
			return err
		})
		return groups, err
	})
	if err != nil {
		return nil, unanswered("which groups you are in", err)
	}
	return groups, nil
}
