#!/usr/bin/env bash
# Installs what the tests need besides Go, when it is missing: psql, PostgreSQL 15
# as the oracle, and a C compiler for the race detector (Debian or Ubuntu).
set -euo pipefail
want=()
command -v psql >/dev/null || want+=(postgresql-client)
[ -x /usr/lib/postgresql/15/bin/postgres ] || want+=(postgresql-15)
command -v gcc >/dev/null || want+=(gcc libc6-dev)
[ ${#want[@]} -eq 0 ] && exit 0
command -v apt-get >/dev/null || { echo "please install: ${want[*]}" >&2; exit 1; }
sudo=(); [ "$(id -u)" = 0 ] || sudo=(sudo)
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -q
"${sudo[@]}" apt-get install -q -y --no-install-recommends "${want[@]}"
