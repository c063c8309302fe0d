#!/usr/bin/env bash
# ./dev test --servers, second part: studies through LiteLLM's proxy, a server that nobody here
# wrote, with mock replies and forced errors. Installs it into target/litellm once.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
command -v python3 >/dev/null || { echo "python3 is missing: install Python 3.10 or newer" >&2; exit 1; }
venv=$target/litellm
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet 'litellm[proxy]' duckdb
cargo build --release --package foretell-cli

work=$(mktemp -d)
export LITELLM_TEST_KEY=sk-only-of-this-test
port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$venv/bin/litellm" --config testdata/servers/litellm.yaml --host 127.0.0.1 --port "$port" \
    >"$work/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 120); do
    if curl --silent --fail "http://127.0.0.1:$port/health/liveliness" >/dev/null; then break; fi
    kill -0 $server 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
    sleep 1
done

at() { echo "http://127.0.0.1:$port/v1#$1?key_env=LITELLM_TEST_KEY"; }
study() { # study FOLDER STATUS ARGUMENTS
    local out=$work/$1 wanted=$2 status=0
    shift 2
    "$target/release/foretell" run --pairs moral_machines --limit 40 --yes --out "$out" --format json \
        --first-wait-ms 50 --patience-s 5 "$@" >"$out.json" 2>"$out.log" || status=$?
    [ "$status" = "$wanted" ] || { cat "$out.log" >&2; echo "status $status, not $wanted" >&2; exit 1; }
}
study whole 0 --reference "$(at answers)" --reference "$(at too-long)" --predictor "$(at answers)&name=guesser"
study busy 4 --reference "$(at busy)" --predictor sim:reader
study broken 4 --reference "$(at broken)" --predictor sim:reader
LITELLM_TEST_KEY=sk-another study refused 4 --reference "$(at answers)" --predictor sim:reader
"$venv/bin/python" testdata/servers/litellm.py "$work"
