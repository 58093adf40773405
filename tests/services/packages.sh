#!/usr/bin/env bash
# The programs the tests drive. Root gets what is missing; others are told its name,
# and pytest lists at its end which tests were skipped for it.
set -euo pipefail

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need initdb postgresql
need redis-server redis-server
need pgbouncer pgbouncer
need chromium chromium
need msgfmt gettext
need fc-list fontconfig
[ -d /usr/share/fonts/truetype/liberation ] || missing+=(fonts-liberation)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Not installed: ${missing[*]}. Tests that need them are skipped; the end says which."
    exit 0
fi
echo "Installing ${missing[*]} for the tests (once)."
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1  # no service is started
log=$(mktemp)
if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    echo "Could not install ${missing[*]}; tests that need them are skipped." >&2
fi
rm -f "$log"
