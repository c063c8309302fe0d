#!/usr/bin/env bash
# The counts of one run by every engine, held against the Arrow reduction to the last digit: the views of
# `foretell sql` here and over an S3-compatible store on loopback (moto), and the views as printed in
# DuckDB. Not part of CI: the engine is long to build.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
command -v python3 >/dev/null || { echo "python3 is missing: install Python 3.10 or newer" >&2; exit 1; }

venv=$target/engines
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet duckdb 'moto[server,s3]' boto3

foretell=${FORETELL:-$target/debug/foretell}
[ -n "${FORETELL:-}" ] || cargo build --package foretell-cli --features sql
parts=$PWD/testdata/servers/engines.py
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
await() { # await PORT: until something listens there
    for _ in $(seq 240); do
        if python3 -c "import socket; socket.create_connection(('127.0.0.1', $1), 1)" 2>/dev/null; then return; fi
        sleep 0.5
    done
    echo "nothing listens on port $1" >&2; exit 1
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
await "$store"
engines upload run
counts s3 s3://runs/run

step "in DuckDB"
"$foretell" sql --views >views.sql
engines duckdb run

step "compared"
engines compare arrow sql s3 duckdb
for name in arrow sql s3 duckdb; do
    "$foretell" analyze --counts "$name.parquet" --by reference,predictor --format csv --out "$name.csv" 2>/dev/null
    cmp arrow.csv "$name.csv"
done
echo "all engines count alike, in $SECONDS s"
