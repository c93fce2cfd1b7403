package store

import (
	"errors"
	"strings"
)

// place is where the state lives: a SQLite file, or a Postgres DSN.
type place struct {
	file     string
	postgres string
}

func parseDSN(dsn string) (place, error) {
	switch {
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		return place{postgres: dsn}, nil
	case strings.HasPrefix(dsn, "sqlite:"):
		file := strings.TrimPrefix(dsn, "sqlite:")
		if rest, ok := strings.CutPrefix(file, "//"); ok {
			file = rest // sqlite:///var/lib/steward.db
		}
		switch {
		case file == "":
			return place{}, errors.New(`the state's DSN "sqlite:" names no file: write for example "sqlite:steward.db"`)
		case strings.Contains(file, ":memory:"):
			return place{}, errors.New("the state cannot be kept in memory, because what was recorded must outlive the process: name a file, for example \"sqlite:steward.db\"")
		case strings.ContainsAny(file, "?#\x00"):
			return place{}, errors.New("the state's SQLite DSN takes a file name only: leave out what begins with \"?\" or \"#\"")
		}
		return place{file: file}, nil
	}
	// The DSN itself is not repeated: it may hold a password.
	return place{}, errors.New(`the state's DSN is of no kind that steward knows: write "sqlite:FILE" or "postgres://USER:PASSWORD@HOST:PORT/DATABASE"`)
}
