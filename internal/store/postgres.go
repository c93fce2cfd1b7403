package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"go.uber.org/zap"
)

// postgres is the state in a database that several processes share.
type postgres struct {
	*engine[pgx.Tx]
	pool     *pgxpool.Pool
	readOnly bool
	where    string // host:port/database, for people
}

// Advisory locks are numbers that all users of one database share; these two
// are ours, "steward" in ASCII and what follows it.
const (
	headLock    = 0x73746577617264
	migrateLock = headLock + 1
)

// leastConns is the least number of connections in the pool: River listens on
// one of them, and an append that waits for its turn occupies one.
const leastConns = 8

func openPostgres(ctx context.Context, dsn string, log *zap.Logger, readOnly bool) (_ *postgres, err error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		// The library's error repeats the DSN without its password.
		return nil, fmt.Errorf("reading the state's Postgres DSN: %w", err)
	}
	if !strings.Contains(dsn, "pool_max_conns=") {
		config.MaxConns = max(config.MaxConns, leastConns)
	}
	config.AfterConnect = prepare
	if readOnly {
		config.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	}
	conn := config.ConnConfig
	p := &postgres{readOnly: readOnly, where: fmt.Sprintf("%s:%d/%s", conn.Host, conn.Port, conn.Database)}
	if p.pool, err = pgxpool.NewWithConfig(ctx, config); err == nil {
		err = p.pool.Ping(ctx)
	}
	if err == nil && !readOnly {
		err = p.upToDate(ctx, log)
	}
	if err == nil {
		p.engine, err = newEngine(log, func(config *river.Config) (*river.Client[pgx.Tx], error) {
			return river.NewClient(riverpgxv5.New(p.pool), config)
		})
	}
	if err != nil {
		_ = p.close() // the first error counts
		return nil, fmt.Errorf("opening the state at %s: %w", p.where, p.explain(err))
	}
	return p, nil
}

// prepare makes commits durable even where the server's default is not.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`)
	return err
}

// upToDate migrates, one process at a time.
func (p *postgres) upToDate(ctx context.Context, log *zap.Logger) error {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrateLock)); err != nil {
		return err
	}
	defer conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrateLock)) //nolint:errcheck // a lost connection gives it back as well
	db := stdlib.OpenDBFromPool(p.pool)
	defer db.Close() //nolint:errcheck // the pool itself stays open
	if err := migrate(ctx, goose.DialectPostgres, db); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(p.pool), &rivermigrate.Config{Logger: quiet(log)})
	if err != nil {
		return err
	}
	return migrateJobs(ctx, migrator)
}

func (p *postgres) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := p.pool.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (p *postgres) query(ctx context.Context, sql string, args ...any) (rows, error) {
	return p.pool.Query(ctx, sql, args...)
}

func (p *postgres) write(ctx context.Context, f func(tx tx) error) error {
	return pgx.BeginFunc(ctx, p.pool, func(begun pgx.Tx) error { return f(&postgresTx{begun, p.engine}) })
}

func (p *postgres) close() error {
	if p.pool != nil {
		p.pool.Close()
	}
	return nil
}

func (p *postgres) clock() string {
	return `CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`
}

// rescue gives the jobs of workers without a lease to whoever is next. The
// last of attempted_by is who runs the job.
func (p *postgres) rescue(ctx context.Context) (int64, error) {
	return p.exec(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running' AND NOT EXISTS (
		SELECT 1 FROM leases WHERE key = '`+workerLease+`' || attempted_by[array_upper(attempted_by, 1)] AND expires > `+p.clock()+`)`)
}

func (p *postgres) recorded(err error) bool {
	var failed *pgconn.PgError
	return errors.As(err, &failed) && (failed.ConstraintName == "entries_started_once" || failed.ConstraintName == "entries_ended_once")
}

// The codes are in the appendix "PostgreSQL Error Codes" of its manual.
func (p *postgres) explain(err error) error {
	var connect *pgconn.ConnectError
	switch code := sqlState(err); {
	case strings.HasPrefix(code, "28"):
		return fmt.Errorf("the Postgres server at %s refused the user or the password in state.dsn: %w", p.where, err)
	case code == "3D000":
		return fmt.Errorf("the Postgres server at %s has no such database: create it, or name another in state.dsn: %w", p.where, err)
	case errors.As(err, &connect), strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P"):
		return fmt.Errorf("the Postgres server at %s cannot be reached: see that it runs and that state.dsn names it: %w", p.where, err)
	case code == "53100":
		return fmt.Errorf("the disk of the Postgres server at %s is full, so nothing was recorded: free some space: %w", p.where, err)
	case code == "25006" && !p.readOnly:
		return fmt.Errorf("the Postgres server at %s is read-only, so nothing was recorded: name the primary in state.dsn: %w", p.where, err)
	case code == "42501":
		return fmt.Errorf("the Postgres user of state.dsn lacks a permission at %s: let it own the database: %w", p.where, err)
	}
	return err
}

func sqlState(err error) string {
	var failed *pgconn.PgError
	if errors.As(err, &failed) {
		return failed.Code
	}
	return ""
}
