package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Why a token cannot be used.
var (
	ErrTokenUnknown = errors.New("there is no such token")
	ErrTokenUsed    = errors.New("the token was used before")
	ErrTokenExpired = errors.New("the token has expired")
)

// Token is the state behind a button: the button itself carries only the ID,
// which the caller makes from crypto/rand.
type Token struct {
	ID      string
	Owner   string
	Payload []byte
	Expires time.Time
}

// PutToken keeps a token. Its id must be new.
func (s *Store) PutToken(ctx context.Context, t Token) error {
	_, err := s.change(ctx, "keeping a token", `INSERT INTO tokens (id, owner, payload, expires) VALUES ($1, $2, $3, $4)`,
		clean(t.ID), clean(t.Owner), blob(t.Payload), micros(t.Expires))
	return err
}

// PeekToken gives a token that could be used now, without using it. The error
// is ErrTokenUnknown, ErrTokenUsed or ErrTokenExpired otherwise.
func (s *Store) PeekToken(ctx context.Context, id string) (Token, error) {
	t := Token{ID: id}
	var expires int64
	var used *int64
	found, err := s.one(ctx, "reading a token", `SELECT owner, payload, expires, used_at FROM tokens WHERE id = $1`, []any{clean(id)}, &t.Owner, &t.Payload, &expires, &used)
	t.Expires = moment(expires)
	switch {
	case err != nil:
		return Token{}, err
	case !found:
		return Token{}, ErrTokenUnknown
	case used != nil:
		return Token{}, ErrTokenUsed
	case !s.now().Before(t.Expires):
		return Token{}, ErrTokenExpired
	}
	return t, nil
}

// UseToken uses a token up. Of any number of callers, on any number of
// processes, one gets it; the others get ErrTokenUsed.
func (s *Store) UseToken(ctx context.Context, id string) (Token, error) {
	t, err := s.PeekToken(ctx, id)
	if err != nil {
		return Token{}, err
	}
	used, err := s.change(ctx, "using a token", `UPDATE tokens SET used_at = $2 WHERE id = $1 AND used_at IS NULL`, clean(id), micros(s.now()))
	if err != nil {
		return Token{}, fmt.Errorf("the token may have been used: %w", err)
	}
	if used == 0 {
		return Token{}, ErrTokenUsed
	}
	return t, nil
}
