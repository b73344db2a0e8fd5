#!/bin/sh
# Everything on ./demo-data with the simulator's four cameras and an access system that reports badges. Called by `make demo`.
set -eu
cd "$(dirname "$0")/.."
export EYRIE_DATA="${EYRIE_DATA:-demo-data}"
for plugin in simulator accesscontrol; do # once: whoever switches one off means it
  grep -qs "\"$plugin\"" "$EYRIE_DATA/plugins.json" || .venv/bin/python manage.py plugins enable "$plugin" >/dev/null
done
.venv/bin/python scripts/demo_access.py &
exec .venv/bin/python manage.py serve
