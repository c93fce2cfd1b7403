package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

type postgresTx struct {
	tx     pgx.Tx
	engine *engine[pgx.Tx]
}

func (t *postgresTx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := t.tx.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (t *postgresTx) query(ctx context.Context, sql string, args ...any) (rows, error) {
	return t.tx.Query(ctx, sql, args...)
}

// lockHead waits until no other process appends. The lock ends with the
// transaction, after its entry is visible to the next.
func (t *postgresTx) lockHead(ctx context.Context) error {
	_, err := t.tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(headLock))
	return err
}

func (t *postgresTx) insert(ctx context.Context, jobs []Job) error {
	return t.engine.insert(ctx, t.tx, jobs)
}
