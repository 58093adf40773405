#!/usr/bin/env bash
# Install the official clients that tests/sdk calls Easel with, each exactly as its lock
# says: two environments in .venv-sdk, because the major versions clash, and Node's clients
# beside their scripts. What is there already is kept; what cannot be installed is said, and
# the tests that need it are skipped.
set -uo pipefail
cd "$(dirname "$0")/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

python_clients() {
    local lock=requirements/clients-$1.txt home=.venv-sdk/$1
    cmp -s "$lock" "$home/installed.txt" && return 0
    echo "Installing the Python clients of $lock (once)."
    .venv/bin/python -m venv --clear "$home" &&
        "$home/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --require-hashes \
            -r "$lock" && cp "$lock" "$home/installed.txt"
}

node_clients() {
    local home=tests/sdk/node
    command -v npm >/dev/null || return 0 # the tests say that Node is missing
    cmp -s $home/package-lock.json $home/node_modules/installed.json && return 0
    echo "Installing Node's clients of $home/package-lock.json (once)."
    npm ci --prefix $home --ignore-scripts --no-audit --no-fund >&2 &&
        cp $home/package-lock.json $home/node_modules/installed.json
}

for what in "python_clients now" "python_clients before" node_clients; do
    $what 2>"$log" || { cat "$log"; echo "Not installed: $what. Its tests are skipped."; }
done
