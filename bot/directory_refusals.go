package bot

import (
	"errors"
	"slices"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// refusePerson says why an account must not act, nil if it may.
func (d *Directory) refusePerson(person *slack.User) *ops.Refusal {
	no := func(what, why, next string) *ops.Refusal {
		return &ops.Refusal{Reason: ops.IdentityRefused, What: "Nothing was done: " + what, Why: why, Next: next}
	}
	const ask = "Ask a full member of the workspace to do it."
	switch {
	case person.Deleted:
		return no("this Slack account is deactivated.", "", "Ask an administrator of the workspace.")
	case person.IsBot, person.IsAppUser, person.IsConnectorBot, person.IsWorkflowBot:
		return no("bots and workflows cannot use steward.", "Every action needs a person who answers for it.", "Give the command yourself.")
	case person.IsStranger, !d.ours(person):
		return no("your Slack account belongs to another company's workspace.", "steward serves the people of its own workspace alone.", ask)
	case person.IsUltraRestricted, person.IsRestricted:
		return no("guests cannot use steward.", "Your Slack account is a guest account of this workspace.", ask)
	case person.IsInvitedUser:
		return no("your Slack account is not complete.", "You were invited, and have not joined yet.", "Accept the invitation first.")
	}
	return nil
}

// ours tells whether the account belongs to our team, or to a company grid
// that our team is in.
func (d *Directory) ours(person *slack.User) bool {
	return person.TeamID == d.team || slices.Contains(person.Enterprise.Teams, d.team)
}

// refuseChannel says why steward must not be used from a channel, nil if it
// may. A write needs steward in the channel, to announce it there.
func refuseChannel(channel *slack.Channel, person string, write bool) *ops.Refusal {
	no := func(what, why, next string) *ops.Refusal {
		return &ops.Refusal{Reason: ops.ChannelRefused, What: "Nothing was done: " + what, Why: why, Next: next}
	}
	switch {
	case channel.IsArchived:
		return no("this channel is archived.", "Nobody would see the answer.", "Ask again in a channel that is in use.")
	case channel.IsExtShared, channel.IsPendingExtShared, channel.IsShared && !channel.IsOrgShared:
		return no("this channel is shared with another company.", "Whoever is in it could use steward and read its answers.", "Ask again in a channel of your own workspace.")
	case channel.IsIM && channel.User != "" && channel.User != person:
		return notInChannel(nil)
	case channel.IsIM:
		return nil
	case (channel.IsPrivate || channel.IsMpIM || channel.IsGroup) && !channel.IsMember:
		return notInChannel(nil)
	case write && !channel.IsMember:
		return no("steward is not in this channel.", "It announces every change where it was asked for.", "Invite it with `/invite @steward`, and give the command again.")
	}
	return nil
}

func notInChannel(err error) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.ChannelRefused,
		What:   "Nothing was done: steward is not in this conversation.",
		Why:    "It cannot see who else reads along.",
		Next:   "Invite it with `/invite @steward`, or ask in another channel.",
		Err:    err,
	}
}

func unknownPerson(err error) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.IdentityRefused,
		What:   "Nothing was done: Slack does not know your account in this workspace.",
		Why:    "steward serves the people of its own workspace alone.",
		Next:   "Ask a full member of the workspace to do it.",
		Err:    err,
	}
}

// unanswered refuses because Slack did not say what was needed.
func unanswered(what string, err error) *ops.Refusal {
	refusal := &ops.Refusal{
		Reason: ops.Unavailable,
		What:   "Nothing was done: steward could not ask Slack " + what + ".",
		Why:    "Slack did not answer in time.",
		Next:   "Try again in a moment.",
		Err:    err,
	}
	var limited *slack.RateLimitedError
	switch {
	case errors.As(err, &limited):
		refusal.Why = "Slack limits how often steward may ask."
		refusal.Next = "Try again in " + seconds(limited.RetryAfter) + "."
	case slackCode(err) != "":
		refusal.Why = "Slack refused: " + slackCode(err) + "."
		refusal.Next = "Ask whoever runs steward to run `steward doctor`."
	}
	return refusal
}
