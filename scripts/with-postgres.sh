#!/bin/sh
# Run a command beside a throw-away PostgreSQL: `with-postgres.sh pytest …` sees TEST_DATABASE_URL.
# The cluster lies in a temporary directory, listens on a free loopback port and is gone afterwards, whatever happens.
set -eu

say() { printf 'postgres: %s\n' "$*" >&2; }

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ]; then
    say "================================================================================"
    say "SKIPPED: no PostgreSQL server here, so the database tests ran on SQLite only."
    say "To run them: sudo apt-get install postgresql"
    say "================================================================================"
    exit 0
fi

place=$(mktemp -d "${TMPDIR:-/tmp}/eyrie-postgres.XXXXXX")
as=""
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
    user=$(id -un postgres 2>/dev/null || id -un nobody)
    chown "$user" "$place"
    as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups --"
fi
cd "$place"

finish() {
    status=$?
    trap - EXIT INT TERM
    $as "$bin/pg_ctl" -D "$place/cluster" -m immediate -w stop >/dev/null 2>&1 || true
    cd / && rm -rf "$place"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

$as "$bin/initdb" -D "$place/cluster" -U eyrie -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$place/log" 2>&1 || { cat "$place/log" >&2; exit 1; }

attempt=0
while :; do
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    # Another program may take the port in between: then with another one. Durability is worthless here, hence fsync off.
    if $as "$bin/pg_ctl" -D "$place/cluster" -w -t 30 -l "$place/cluster/log" -o "-p $port -h 127.0.0.1 -k $place -F -c max_connections=60" start >/dev/null 2>&1; then
        break
    fi
    attempt=$((attempt + 1))
    [ $attempt -lt 3 ] || { say "the server does not start:"; cat "$place/cluster/log" >&2; exit 1; }
done

$as "$bin/createdb" -h 127.0.0.1 -p "$port" -U eyrie eyrie
cd "$OLDPWD"
TEST_DATABASE_URL="postgres://eyrie@127.0.0.1:$port/eyrie" "$@"
