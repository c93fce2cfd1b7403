package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings steward's own tables up to date. A database that a newer
// steward has migrated is refused: writing into tables that one does not know
// loses something.
func migrate(ctx context.Context, dialect goose.Dialect, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("opening the migrations: %w", err)
	}
	provider, err := goose.NewProvider(dialect, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("preparing the migrations: %w", err)
	}
	present, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading the version of the state's tables: %w", err)
	}
	if present > newest {
		return fmt.Errorf("the state was last used by a newer steward (its tables are at version %d, this steward knows %d): run that version again, or restore a backup from before it", present, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bringing the state's tables up to date: %w", err)
	}
	return nil
}

// migrateJobs brings River's tables up to date.
func migrateJobs[T any](ctx context.Context, migrator *rivermigrate.Migrator[T]) error {
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("bringing the job queue's tables up to date: %w", err)
	}
	return nil
}
