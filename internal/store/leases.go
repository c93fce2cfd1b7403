package store

import "context"

// LeaseTTL is how long a lease lasts after Lock, in seconds of the database's
// clock. Renew it well before, for example every five seconds.
const LeaseTTL = 15

// Lock takes the lease named key for holder, or renews it. It gives the
// present holder when that is somebody else, and "" when the lease is
// holder's now.
func (s *Store) Lock(ctx context.Context, key, holder string) (present string, err error) {
	// The lease may be given back between the two statements: once more, then.
	for range 3 {
		taken, err := s.change(ctx, "taking a lease", `INSERT INTO leases (key, holder, expires) VALUES ($1, $2, `+s.db.clock()+` + $3)
			ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, expires = excluded.expires
			WHERE leases.holder = excluded.holder OR leases.expires <= `+s.db.clock(),
			clean(key), clean(holder), int64(LeaseTTL*1_000_000))
		if err != nil || taken > 0 {
			return "", err
		}
		found, err := s.one(ctx, "reading a lease", `SELECT holder FROM leases WHERE key = $1`, []any{clean(key)}, &present)
		if err != nil || found {
			return present, err
		}
	}
	return "somebody who took and gave it back over and over", nil
}

// Unlock gives the lease back. A lease that holder does not hold is left.
func (s *Store) Unlock(ctx context.Context, key, holder string) error {
	_, err := s.change(ctx, "giving a lease back", `DELETE FROM leases WHERE key = $1 AND holder = $2`, clean(key), clean(holder))
	return err
}
