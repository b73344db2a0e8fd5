#!/bin/sh
# Everything on ./demo-data with the simulator's four cameras. Called by `make demo`.
set -eu
cd "$(dirname "$0")/.."
export EYRIE_DATA="${EYRIE_DATA:-demo-data}"
export EYRIE_PLUGINS="${EYRIE_PLUGINS:-local_disk,rtsp,simulator}"
exec .venv/bin/python manage.py serve
