#!/usr/bin/env bash
# The tests run the store on a real Postgres. This finds its server, installs
# it where that needs no question, and otherwise says which command does.
set -euo pipefail

found() { command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || compgen -G '/opt/homebrew/opt/postgresql*/bin/postgres' >/dev/null; }
found && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
  echo "Installing Postgres for the tests (apt-get install postgresql)…"
  "${as_root[@]}" apt-get update -qq
  # Only the server's binaries are wanted: no cluster is made, no service starts.
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql >/dev/null
  found && exit 0
fi

echo "make test needs a Postgres server, which is not on this machine. Install it with:" >&2
if [ "$(uname -s)" = Darwin ]; then echo "  brew install postgresql" >&2; else echo "  sudo apt-get install -y postgresql" >&2; fi
exit 1
