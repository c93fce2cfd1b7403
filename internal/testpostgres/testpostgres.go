// Package testpostgres gives tests a real Postgres. The first test that asks
// starts a private server, which every test of the binary shares and which
// ends with it, however it ends. It listens on a socket in a folder of its own
// and on no port.
package testpostgres

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Install is the command that installs what is needed on Debian and Ubuntu.
const Install = "sudo apt-get install -y postgresql"

// superuser is the owner of the private server. It has no password: the socket
// can be reached by the user who runs the tests only.
const superuser = "steward"

// The test binary's one server and its count of databases: tests have no
// other place to keep what they share.
var (
	shared   = sync.OnceValues(start)
	database atomic.Int64
)

// DSN gives a fresh, empty database, which is dropped when the test ends. A
// missing Postgres fails the test and names the command that installs it.
func DSN(t testing.TB) string {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatalf("starting a Postgres server for the tests: %v", err)
	}
	name := fmt.Sprintf("test_%d", database.Add(1))
	server.run(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { server.run(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return server.dsn(name)
}

func (s *server) dsn(database string) string {
	query := url.Values{"host": {s.dir}, "user": {superuser}}
	return "postgres:///" + database + "?" + query.Encode()
}

func (s *server) run(t testing.TB, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		t.Fatalf("connecting to the tests' Postgres server: %v\n%s", err, s.log())
	}
	defer conn.Close(ctx) //nolint:errcheck // the statement's error counts
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
