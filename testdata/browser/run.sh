#!/usr/bin/env bash
# Drives a real browser over the program's pages. Where there is no browser and none can be installed,
# it says so and leaves these tests out, unless FORETELL_BROWSER=required.
set -euo pipefail
cd "$(dirname "$0")"

leave_out() {
    echo "browser tests left out: $1" >&2
    [ "${FORETELL_BROWSER:-}" != required ] || exit 1
    exit 0
}

command -v node >/dev/null || leave_out "node is missing (20 or newer)"
if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
    # Only where nobody has to be asked.
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || leave_out "Chromium is missing (Debian: apt-get install chromium)"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >&2 ||
        leave_out "Chromium could not be installed"
fi

# The packages lie beside the other build outputs, so that the source folder stays clean.
packages=$(realpath -m "${CARGO_TARGET_DIR:-../../target}")/browser
mkdir -p "$packages"
cp package.json package-lock.json .npmrc ./*.mjs "$packages"
cd "$packages"
if ! cmp -s package-lock.json node_modules/.installed; then
    npm ci --silent
    cp package-lock.json node_modules/.installed
fi
exec node --test "${@:-.}"
