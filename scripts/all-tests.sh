#!/bin/sh
# What `make test` runs: lint, the types beside the tests, the tests on SQLite, and those that use the database once
# more on PostgreSQL.
set -u
cd "$(dirname "$0")/.."

python=.venv/bin/python
types=artefacts/types.log

say() { printf '%s s: %s\n' "$(($(date +%s) - began))" "$*" >&2; }

began=$(date +%s)
"$python" -m ruff check . && "$python" -m ruff format --check . && .venv/bin/lint-imports || exit 1
mkdir -p artefacts
say "mypy is at work in the background, the tests begin"
nice -n 5 "$python" -m mypy >"$types" 2>&1 &
mypy=$!
trap 'kill $mypy 2>/dev/null; exit 130' INT TERM
# Compiles the tests once, before several processes read them; what cannot be read is said at once; and the files that
# use the database are listed, so that the processes of the second round read no others.
"$python" -m pytest --collect-only -qq -m "not slow" --only-database >artefacts/collected.log ||
    { cat artefacts/collected.log; exit 1; }
scripts/tests.sh -m "not slow"
passed=$?
wait $mypy
typed=$?
cat "$types"
say "on SQLite: tests ended with $passed, mypy with $typed"
[ $passed = 0 ] && [ $typed = 0 ] || exit 1
# shellcheck disable=SC2046  # names without spaces, one a line
scripts/with-postgres.sh scripts/tests.sh -m "not slow" --only-database $(sed -n 's/: [0-9]*$//p' artefacts/collected.log)
passed=$?
say "on PostgreSQL: tests ended with $passed"
exit $passed
