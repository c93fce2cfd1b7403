-- The state of steward. One file serves SQLite and Postgres: SQLite takes any
-- name for a type (BYTEA holds blobs), and both know partial unique indexes.
-- Every moment is in microseconds since 1970, UTC.

-- +goose Up
CREATE TABLE entries (
    seq        BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    step       TEXT NOT NULL,
    cluster    TEXT NOT NULL,
    namespace  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    is_write   BOOLEAN NOT NULL,
    body       BYTEA NOT NULL,
    prev       TEXT NOT NULL,
    hash       TEXT NOT NULL
);
CREATE INDEX entries_of_request ON entries (request_id);
CREATE INDEX entries_of_object ON entries (name, namespace);
CREATE UNIQUE INDEX entries_started_once ON entries (request_id) WHERE step = 'started';
CREATE UNIQUE INDEX entries_ended_once ON entries (request_id) WHERE step = 'ended';

-- What each sink is owed, and what it has received. A row without
-- delivered_at is a debt.
CREATE TABLE deliveries (
    seq          BIGINT NOT NULL REFERENCES entries (seq),
    sink         TEXT NOT NULL,
    owed_at      BIGINT NOT NULL,
    delivered_at BIGINT,
    note         TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (seq, sink)
);
CREATE INDEX deliveries_owed ON deliveries (owed_at) WHERE delivered_at IS NULL;

CREATE TABLE leases (
    key     TEXT PRIMARY KEY,
    holder  TEXT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE TABLE inbox (
    id          TEXT PRIMARY KEY,
    envelope_id TEXT NOT NULL,
    trigger_id  TEXT NOT NULL,
    kind        TEXT NOT NULL,
    payload     BYTEA NOT NULL,
    at          BIGINT NOT NULL,
    handled_at  BIGINT
);
CREATE UNIQUE INDEX inbox_envelope ON inbox (envelope_id) WHERE envelope_id <> '';
CREATE UNIQUE INDEX inbox_trigger ON inbox (trigger_id) WHERE trigger_id <> '';
CREATE INDEX inbox_unhandled ON inbox (at) WHERE handled_at IS NULL;

CREATE TABLE tokens (
    id      TEXT PRIMARY KEY,
    owner   TEXT NOT NULL,
    payload BYTEA NOT NULL,
    expires BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE notes (
    key   TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

-- +goose Down
DROP TABLE notes;
DROP TABLE tokens;
DROP TABLE inbox;
DROP TABLE leases;
DROP TABLE deliveries;
DROP TABLE entries;
