package testpostgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is a running Postgres server.
type server struct {
	dir   string    // holds the data, the socket and the log
	alive io.Closer // the pipe to the keeper: the server ends when nobody holds it
}

// keeper starts the server and ends it, and deletes its folder, when its
// standard input closes: the pipe's other end is in the test binary, and the
// kernel closes it even when that is killed.
const keeper = `"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=200 >"$2/log" 2>&1 </dev/null &
trap '' INT TERM
cat >/dev/null
kill -INT $!
wait
rm -rf "$2"`

func start() (*server, error) {
	binaries, err := find()
	if err != nil {
		return nil, err
	}
	// The path of a socket has about a hundred characters at most, so the
	// folder is not below the test's own.
	dir, err := os.MkdirTemp("/tmp", "steward-postgres-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir}
	attributes, err := s.own()
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(binaries, "initdb"), "-D", filepath.Join(dir, "data"), "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, attributes
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	run := exec.Command("/bin/sh", "-c", keeper, "keeper", binaries, dir)
	run.Dir, run.SysProcAttr = dir, attributes
	if s.alive, err = run.StdinPipe(); err != nil {
		return nil, err
	}
	if err := run.Start(); err != nil {
		return nil, err
	}
	return s, s.ready()
}

// own gives the folder to a user that the server may run as: it refuses to run
// as root.
func (s *server) own() (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the tests; the server ends after them
	if os.Getuid() != 0 {
		return attributes, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attributes, os.Chown(s.dir, int(uid), int(gid))
	}
	return nil, errors.New("the server of Postgres refuses to run as root, and there is no user postgres or nobody to run it as")
}

// ready waits until the server answers.
func (s *server) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.dsn("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server did not answer: %w\n%s", err, s.log())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *server) log() string {
	content, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(content)
}

// find gives the newest folder that holds Postgres' programs. Debian keeps
// initdb off the PATH.
func find() (string, error) {
	var folders []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		folders = append(found, folders...)
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		folders = append([]string{filepath.Dir(initdb)}, folders...)
	}
	for i := len(folders) - 1; i >= 0; i-- {
		if complete(folders[i]) {
			return folders[i], nil
		}
	}
	return "", fmt.Errorf("no Postgres server was found in /usr/lib/postgresql or on the PATH. Install one: %s", Install)
}

func complete(folder string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(folder, program)); err != nil {
			return false
		}
	}
	return true
}
