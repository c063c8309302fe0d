#!/usr/bin/env bash
# The counts of one run by every engine, held against the Arrow reduction to the last digit: the views of
# `foretell sql` here, over an S3-compatible store on loopback (moto), on a Ballista cluster of two executors
# that reads folders and that store, and the views as printed in DuckDB. Not part of CI: the engines are long
# to build. `--without-cluster` builds the feature `sql` only.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
command -v python3 >/dev/null || { echo "python3 is missing: install Python 3.10 or newer" >&2; exit 1; }
cluster=yes
[ "${1:-}" != --without-cluster ] || cluster=

venv=$target/engines
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet duckdb 'moto[server,s3]' boto3

foretell=${FORETELL:-$target/debug/foretell}
bench=${BENCH:-$target/debug/foretell-bench}
if [ -z "${FORETELL:-}" ]; then
    if [ -n "$cluster" ]; then
        cargo build --package foretell-cli --package foretell-bench \
            --features foretell-cli/cluster,foretell-bench/cluster
    else
        cargo build --package foretell-cli --features sql
    fi
fi
parts=$PWD/testdata/servers/engines.py
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }
free() { # a port that is free, and the next one: below those that systems give to outgoing connections
    python3 - <<'EOF'
import random, socket
while True:
    port = random.randrange(20000, 32000)
    try:
        for at in (port, port + 1):
            with socket.socket() as server:
                server.bind(("127.0.0.1", at))
    except OSError:
        continue
    print(port)
    break
EOF
}
await() { # await PORT NAME: until the program started last, whose words are in NAME.log, listens there
    for _ in $(seq 240); do
        if python3 -c "import socket; socket.create_connection(('127.0.0.1', $1), 1)" 2>/dev/null; then return; fi
        kill -0 $! 2>/dev/null || break
        sleep 0.5
    done
    echo "nothing listens on port $1" >&2
    tail -20 "$2.log" >&2
    exit 1
}
engines() { "$venv/bin/python" "$parts" "$@"; }
counts() { # counts NAME ARGUMENTS...: the view `counts` as NAME.parquet
    local name=$1
    shift
    "$foretell" sql "$@" 'select * from counts' --out "$name.parquet"
}

cd "$work"
step "a run, counted by Arrow and by SQL"
"$foretell" run --limit 300 --arm without --arm with --arm shuffled --out run --yes \
    --reference 'sim:reference?fail=0.05&name=r' --reference 'sim:reference?faithfulness=0.3&name=s' \
    --predictor 'sim:reader?repeats=3&fail=0.1&name=p' --predictor 'sim:oracle?fail=0.05&name=q' \
    >/dev/null 2>&1
"$foretell" analyze counts run --by reference,predictor,answer_order,distance,method --out arrow.parquet
counts sql run

step "over a store"
store=$(free)
export AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_REGION=us-east-1
export AWS_ENDPOINT_URL=http://127.0.0.1:$store AWS_DEFAULT_REGION=us-east-1
"$venv/bin/moto_server" -H 127.0.0.1 -p "$store" >store.log 2>&1 &
await "$store" store
engines upload run
counts s3 s3://runs/run

step "in DuckDB"
"$foretell" sql --views >views.sql
engines duckdb run
all=(sql s3 duckdb)

if [ -n "$cluster" ]; then
    step "on a cluster of two executors"
    scheduler=$(free)
    # Only this program of the project knows by itself that loopback needs no encryption.
    AWS_ALLOW_HTTP=true "$bench" cluster scheduler "$scheduler" >scheduler.log 2>&1 &
    await "$scheduler" scheduler
    for n in 1 2; do
        port=$(free)
        mkdir "executor-$n"
        AWS_ALLOW_HTTP=true "$bench" cluster executor "$port" "$scheduler" "$work/executor-$n" \
            >"executor-$n.log" 2>&1 &
        await "$port" "executor-$n"
    done
    counts ballista --cluster "df://127.0.0.1:$scheduler" run
    counts ballista-s3 --cluster "df://127.0.0.1:$scheduler" s3://runs/run
    for n in 1 2; do
        # What an executor hands on lies in its folder.
        [ -n "$(find "executor-$n" -type f)" ] || { echo "executor $n did nothing" >&2; exit 1; }
    done
    all+=(ballista ballista-s3)
fi

step "compared"
engines compare arrow "${all[@]}"
for name in arrow "${all[@]}"; do
    "$foretell" analyze --counts "$name.parquet" --by reference,predictor --format csv --out "$name.csv" 2>/dev/null
    cmp arrow.csv "$name.csv"
done
echo "all engines count alike, in $SECONDS s"
