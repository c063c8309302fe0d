#!/usr/bin/env bash
# Requests to a local server with a fixed latency: this program beside other clients, in one run.
#
#   bench/requests.sh                 all that is there; what is not is skipped by name
#   ROUNDS=5 bench/requests.sh        each of ours five times (default 3), to see the spread
#   CLIENTS='openai lm_eval' bench/requests.sh   only these others (default: openai litellm lm_eval
#                                                inspect; none with CLIENTS=)
#
# Needs nginx with its module echo (Debian: nginx-light libnginx-mod-http-echo), and wrk for the
# check of the server alone. Other clients come from their packages, into target/bench/tools:
#   python3 -m venv target/bench/tools
#   target/bench/tools/bin/pip install 'openai[aiohttp]' litellm 'lm-eval[api]' inspect-ai
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-3}
clients=${CLIENTS-openai litellm lm_eval inspect}
if ! command -v nginx >/dev/null || [ ! -e /usr/lib/nginx/modules/ngx_http_echo_module.so ]; then
    echo "requests: skipped, nginx with its module echo is not installed"
    exit 0
fi
ulimit -n 16384 2>/dev/null || ulimit -n "$(ulimit -Hn)"
cargo build --release --package foretell-bench
bench="${CARGO_TARGET_DIR:-target}/release/foretell-bench"
tools=target/bench/tools
dir=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
slow=http://127.0.0.1:$port/v1 fast=http://127.0.0.1:$((port + 1))/v1

words=$(printf 'The readings are high and the pain is typical, so I decided. %.0s' {1..24})
reply='{"model":"bench-1","choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":"[ANSWER] YES [EXPLANATION] '$words'"}}],"usage":{"prompt_tokens":400,"completion_tokens":300,"total_tokens":700},"id":"1","object":"chat.completion","created":1}'
sed -e "s|@DIR@|$dir|g" -e "s|@SLOW@|$port|" -e "s|@FAST@|$((port + 1))|" -e "s|@REPLY@|$reply|" \
    bench/nginx.conf.in >"$dir/nginx.conf"
nginx -c "$dir/nginx.conf" -g 'daemon on;' 2>"$dir/nginx.err" || { cat "$dir/nginx.err" >&2; exit 1; }
stop() {
    kill "$(cat "$dir/nginx.pid")" 2>/dev/null || true
    rm -rf "$dir"
}
trap stop EXIT

# The server alone: requests a second at 100 and 1,000 in flight.
alone() { # ADDRESS IN_FLIGHT
    wrk -t1 -c"$2" -d4s --timeout 10s -s bench/wrk.lua "$1/chat/completions" |
        awk '/Requests\/sec/ {print $2}'
}

line() { # IDEAL: reads the line of JSON of a client
    python3 -c '
import json, sys
ideal, line = float(sys.argv[1]), json.loads(sys.stdin.read().strip().splitlines()[-1])
requests, wall = line["requests"], line["wall_s"]
print("  {:<24}{:>9.2f} s{:>9.2f} x{:>10.0f}/s{:>11.3f} ms{:>9.0f} MB".format(
    line["tool"], wall, wall / ideal, requests / wall, 1000 * line["cpu_s"] / requests, line["peak_mb"]))
' "$1"
}

compare() { # TITLE ADDRESS REQUESTS IN_FLIGHT IDEAL
    echo "$1"
    printf '  %-24s%11s%11s%12s%14s%12s\n' client wall 'wall/ideal' rate 'cpu/request' 'peak memory'
    for _ in $(seq "$rounds"); do "$bench" requests "$2" "$3" "$4" | line "$5"; done
    for client in $clients; do
        if ! "$tools/bin/python" -c "import ${client/inspect/inspect_ai}" 2>/dev/null; then
            echo "  $client: skipped, it is not installed"
        elif timeout 400 "$tools/bin/python" "bench/clients/${client}_client.py" "$2" "$3" "$4" \
            >"$dir/out" 2>"$dir/err"; then
            line "$5" <"$dir/out"
        else
            echo "  $client: no result ($(tail -n 1 "$dir/err" | cut -c 1-120))"
        fi
    done
}

hundred=14 thousand=1.4
if command -v wrk >/dev/null; then
    echo "the server alone, requests a second (wrk)"
    for in_flight in 100 1000; do
        rate=$(alone "$slow" "$in_flight")
        echo "  200 ms, $in_flight in flight: $rate"
        # What the server can do is the ideal, where that is more than the latency says.
        if [ "$in_flight" = 1000 ]; then thousand=$(python3 -c "print(max(1.4, 7000 / $rate))"); fi
    done
    echo "  0 ms, 100 in flight: $(alone "$fast" 100)"
else
    echo "wrk is not installed: the server is not checked alone"
fi
compare "7,000 requests, 200 ms, 100 in flight (ideal $hundred s)" "$slow" 7000 100 "$hundred"
compare "7,000 requests, 200 ms, 1,000 in flight (ideal $thousand s)" "$slow" 7000 1000 "$thousand"
clients=
compare "40,000 requests, 0 ms, 100 in flight (ideal: 8,000 a second)" "$fast" 40000 100 5
