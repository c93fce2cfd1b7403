package bot

import (
	"context"

	"github.com/steward-bot/steward/internal/store"
)

// Inbox keeps what Slack delivered, before it is acknowledged.
type Inbox interface {
	// Receive is not fresh when the envelope id or the trigger id was seen.
	Receive(ctx context.Context, in store.Inbox) (fresh bool, err error)
	Handled(ctx context.Context, id string) error
	Unhandled(ctx context.Context) ([]store.Inbox, error)
}

// Tokens keeps the state behind buttons and forms.
type Tokens interface {
	PutToken(ctx context.Context, token store.Token) error
	// PeekToken and UseToken give store.ErrTokenUnknown, store.ErrTokenUsed or
	// store.ErrTokenExpired. Of many users of one token, one gets it.
	PeekToken(ctx context.Context, id string) (store.Token, error)
	UseToken(ctx context.Context, id string) (store.Token, error)
}

// Notes keeps small things under a key: which message belongs to which request.
type Notes interface {
	PutNote(ctx context.Context, key string, value []byte) error
	Note(ctx context.Context, key string) (value []byte, found bool, err error)
}

// Leases keep two processes from working on the same thing. A lease ends by
// itself when it is not renewed.
type Leases interface {
	// Lock gives "" when holder has the lease now, or who has it.
	Lock(ctx context.Context, key, holder string) (present string, err error)
	Unlock(ctx context.Context, key, holder string) error
}

// Store is everything that the bot remembers. internal/store's Store is one.
type Store interface {
	Inbox
	Tokens
	Notes
	Leases
}
