#!/bin/sh
# Bring Debian's Chromium for the browser tests, where that is possible without asking anybody.
# Elsewhere the tests skip with a reason; with CI=true they fail (tests/conftest.py).
set -eu
if [ -x "${LEBENSLAGEN_CHROMIUM:-/usr/bin/chromium}" ]; then exit 0; fi
if [ "$(id -u)" != 0 ] || [ ! -e /etc/debian_version ] || ! command -v apt-get >/dev/null; then
    echo 'Chromium fehlt; die Browserprüfungen werden übersprungen.'
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
echo 'Chromium wird eingerichtet ...'
if ! { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium; } >.venv/browser.log 2>&1; then
    echo 'Chromium ließ sich nicht einrichten (siehe .venv/browser.log); die Browserprüfungen werden übersprungen.'
fi
