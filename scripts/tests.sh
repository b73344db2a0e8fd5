#!/bin/sh
# Run pytest with several files at a time: most tests wait for real time, not for a core. Arguments go to pytest.
# What fails beside others is run again alone, once: on a machine too busy to keep real time a camera's test says
# nothing. What then passes is listed as unsteady; what fails again, or more than a few, fails the run.
# Tables are made from the models, not by migrating, in each of the processes: that both are the same is tested
# (tests/contracts/test_start.py), and systems that are started migrate.
set -u
cd "$(dirname "$0")/.."

python=.venv/bin/python
failed=artefacts/pytest/v/cache/lastfailed
few=8

say() { printf 'tests: %s\n' "$*" >&2; }

"$python" -m pytest --cache-clear -n "${TEST_JOBS:-6}" --dist loadfile --no-loadscope-reorder --no-migrations "$@"
status=$?
[ $status = 1 ] || exit $status
number=$("$python" -c 'import json, sys; print(len(json.load(open(sys.argv[1]))))' "$failed") || exit 1
if [ "$number" -gt $few ]; then
    say "$number failed: too many to repeat."
    exit 1
fi
names=$(cat "$failed")
say "$number failed beside others; run again alone:"
"$python" -m pytest --last-failed --last-failed-no-failures none "$@" || exit 1
say "UNSTEADY, failed beside others and passed alone: $names"
