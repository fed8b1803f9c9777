#!/bin/sh
# Run the project's uv with the settings that pip has on this machine: uv reads its own settings, but not pip's.
# What is already set for uv wins; without any setting uv's own defaults hold.
set -eu
cd "$(dirname "$0")/.."

settings=$(.venv/bin/python -m pip config list 2>/dev/null || true)

# The last matching line wins, as with pip: files first, then the environment.
setting() {
    printf '%s\n' "$settings" | sed -n "s/^[^=]*\\.$1='\\(.*\\)'\$/\\1/p" | tail -n 1
}

if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    index=$(setting index-url)
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
fi
if [ -z "${SSL_CERT_FILE:-}" ]; then
    cert=$(setting cert)
    [ -z "$cert" ] || export SSL_CERT_FILE="$cert"
fi
if [ -z "${UV_INSECURE_HOST:-}" ]; then
    host=$(setting trusted-host)
    [ -z "$host" ] || export UV_INSECURE_HOST="$host"
fi

export VIRTUAL_ENV="$PWD/.venv" UV_NO_PROGRESS=1
exec .venv/bin/uv "$@"
