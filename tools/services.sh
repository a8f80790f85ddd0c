#!/bin/sh
# The servers and programs that the tests use, from Debian's packages. As root the missing ones are installed;
# otherwise it says which tests will be left out. With CI=true nothing may be missing.
set -eu

missing=""
is_there() { for path in "$@"; do [ ! -e "$path" ] || return 0; done; return 1; }

is_there /usr/lib/postgresql/*/bin/postgres || command -v postgres >/dev/null || missing="$missing postgresql"
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$missing chromium"
is_there /usr/lib/*/libvoikko.so.1 /usr/lib/libvoikko.so.1 || missing="$missing libvoikko1"
is_there /usr/lib/voikko/* /usr/share/voikko/* || missing="$missing voikko-fi"
command -v cc >/dev/null || missing="$missing gcc libc6-dev"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing$missing …"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    apt-get update -qq
    # No server is to start by itself: the tests start their own, on free ports.
    if ! apt-get install -y -qq --no-install-recommends $missing >"$log" 2>&1; then
        cat "$log"
        exit 1
    fi
    rm -f "$log"
    exit 0
fi

for name in $missing; do
    case $name in
    postgresql) echo "postgresql is missing: the tests on PostgreSQL are left out." ;;
    redis-server) echo "redis-server is missing: the tests of several processes are left out." ;;
    gcc) echo "a C compiler is missing: what a wrong clock does is not tried." ;;
    libc6-dev) ;;
    chromium) echo "chromium is missing: the journeys in a browser are left out." ;;
    *) echo "$name is missing: the tests of Finnish analysis by Voikko are left out." ;;
    esac
done
echo "Install them with: apt-get install$missing"
[ "${CI:-}" != true ] || { echo "In CI nothing may be missing."; exit 1; }
