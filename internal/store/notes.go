package store

import "context"

// PutNote keeps a small value under a key, over what was there.
func (s *Store) PutNote(ctx context.Context, key string, value []byte) error {
	_, err := s.change(ctx, "keeping a note", `INSERT INTO notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, clean(key), blob(value))
	return err
}

// PutNoteOnce keeps a value unless the key has one, and gives what is there
// now: of several processes that each make up a value, all get the same.
func (s *Store) PutNoteOnce(ctx context.Context, key string, value []byte) (kept []byte, err error) {
	if _, err = s.change(ctx, "keeping a note", `INSERT INTO notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, clean(key), blob(value)); err != nil {
		return nil, err
	}
	kept, _, err = s.Note(ctx, key)
	return kept, err
}

// Note gives the value under a key, and whether there is one.
func (s *Store) Note(ctx context.Context, key string) (value []byte, found bool, err error) {
	found, err = s.one(ctx, "reading a note", `SELECT value FROM notes WHERE key = $1`, []any{clean(key)}, &value)
	return value, found, err
}

// DropNote forgets the value under a key. It may not be there.
func (s *Store) DropNote(ctx context.Context, key string) error {
	_, err := s.change(ctx, "forgetting a note", `DELETE FROM notes WHERE key = $1`, clean(key))
	return err
}
