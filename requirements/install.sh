#!/usr/bin/env bash
# Put into .venv exactly what a lock says: `install.sh run` or `install.sh dev`.
# The lock that was installed last is kept in .venv, so a second call does nothing.
# A lock names everything, so pip looks for nothing else: a newer release could not be had.
set -euo pipefail
cd "$(dirname "$0")/.."

locks=(requirements/run.txt)
[ "$1" = dev ] && locks+=(requirements/dev.txt)
kept=.venv/installed-$1.txt

if [ -x .venv/bin/python ] && cat "${locks[@]}" | cmp -s - "$kept"; then
    exit 0
fi

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! { [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    python=
    for name in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14; do
        if command -v "$name" >/dev/null && usable "$name"; then python=$name && break; fi
    done
    if [ -z "$python" ]; then
        echo "Easel needs Python 3.11 or newer; $(python3 --version 2>/dev/null || echo 'no python3') was found." >&2
        echo "Install it, or name it: make run PYTHON=/path/to/python3.12" >&2
        exit 1
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
fi

echo "Installing what ${locks[*]} say (once)."
arguments=()
for lock in "${locks[@]}"; do arguments+=(-r "$lock"); done
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes "${arguments[@]}"
cat "${locks[@]}" > "$kept"
[ "$1" = dev ] && cat requirements/run.txt > .venv/installed-run.txt
exit 0
