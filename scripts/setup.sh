#!/bin/sh
# Make .venv with the pinned, hashed requirements: `setup.sh base` to run Eyrie, `setup.sh dev` to test it as well.
# Does nothing when they have not changed. Needs Python >= 3.11; no Debian package beyond it.
set -eu
cd "$(dirname "$0")/.."

want=${1:-base}
venv=.venv
stamp=$venv/.installed

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

fingerprint() { cat "requirements/$1.txt" | cksum; }

installed() {
    # dev contains base
    [ -x "$venv/bin/python" ] && [ -f "$stamp" ] || return 1
    grep -qx "dev $(fingerprint dev)" "$stamp" || { [ "$want" = base ] && grep -qx "base $(fingerprint base)" "$stamp"; }
}

find_python() {
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$name"
            return 0
        fi
    done
    return 1
}

make_venv() {
    python=$(find_python) || fail "Eyrie needs Python 3.11 or newer, and none is on the PATH; install it, or name one: PYTHON=/path/to/python make setup"
    say "making $venv with $("$python" --version 2>&1)"
    complaint=$("$python" -m venv --clear "$venv" 2>&1) && return 0
    # Debian splits ensurepip off into python3-venv; a copy of pip, however installed, does as well.
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --clear --without-pip "$venv"
        "$python" -m pip --python "$venv/bin/python" install --quiet pip
        return 0
    fi
    packages="python3-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing $packages"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null; } >&2 \
            || fail "cannot install $packages"
    else
        say "$complaint"
        fail "cannot make $venv; if Python's venv module lacks pip, run: sudo apt-get install $packages"
    fi
    "$python" -m venv --clear "$venv"
}

if installed; then
    exit 0
fi
usable() { [ -x "$venv/bin/python" ] && "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
usable || make_venv
say "installing requirements/$want.txt (the first time takes a minute or two)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$want.txt" \
    || fail "the packages could not be installed; see above. A proxy or a mirror is set by pip's own variables."
printf '%s %s\n' "$want" "$(fingerprint "$want")" > "$stamp"
say "done"
