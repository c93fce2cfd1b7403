package store

import (
	"context"
	"database/sql"
)

// sqliteTx is one transaction on the only writing connection.
type sqliteTx struct {
	tx     *sql.Tx
	engine *engine[*sql.Tx]
}

func (t *sqliteTx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	return affected(t.tx.ExecContext(ctx, sql, args...))
}

func (t *sqliteTx) query(ctx context.Context, sql string, args ...any) (rows, error) {
	return sqlRows(t.tx.QueryContext(ctx, sql, args...))
}

// lockHead has nothing to do: the transaction began as the only writer.
func (t *sqliteTx) lockHead(context.Context) error { return nil }

func (t *sqliteTx) insert(ctx context.Context, jobs []Job) error {
	return t.engine.insert(ctx, t.tx, jobs)
}

func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// quietRows is *sql.Rows with the Close that rows wants.
type quietRows struct{ *sql.Rows }

// Close ends the reading; Err tells what went wrong.
func (r quietRows) Close() { _ = r.Rows.Close() }

func sqlRows(r *sql.Rows, err error) (rows, error) {
	if err != nil {
		return nil, err
	}
	return quietRows{r}, nil
}
