package testpostgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/steward-bot/steward/internal/testpostgres"
)

func TestEveryTestGetsAnEmptyDatabaseOfItsOwn(t *testing.T) {
	for range 2 {
		conn, err := pgx.Connect(t.Context(), testpostgres.DSN(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), `CREATE TABLE mine (x INT)`); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
