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
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
await() { # await PORT: until something listens there
    for _ in $(seq 240); do
        if python3 -c "import socket; socket.create_connection(('127.0.0.1', $1), 1)" 2>/dev/null; then return; fi
        sleep 0.5
    done
    echo "nothing listens on port $1" >&2; exit 1
}

cd "$work"
"$foretell" run --limit 300 --arm without --arm with --arm shuffled --out run --yes \
    --reference 'sim:reference?fail=0.05&name=r' --reference 'sim:reference?faithfulness=0.3&name=s' \
    --predictor 'sim:reader?repeats=3&fail=0.1&name=p' --predictor 'sim:oracle?fail=0.05&name=q' \
    >/dev/null 2>&1
"$foretell" analyze counts run --by reference,predictor,answer_order,distance,method --out arrow.parquet
"$foretell" sql --views >views.sql
"$foretell" sql run 'select * from counts' --out sql.parquet

store=$(free)
export AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_REGION=us-east-1
export AWS_ENDPOINT_URL=http://127.0.0.1:$store AWS_DEFAULT_REGION=us-east-1
"$venv/bin/moto_server" -H 127.0.0.1 -p "$store" >store.log 2>&1 &
await "$store"
"$venv/bin/python" "$OLDPWD/testdata/servers/engines.py" upload run
"$foretell" sql s3://runs/run 'select * from counts' --out s3.parquet
"$venv/bin/python" "$OLDPWD/testdata/servers/engines.py" duckdb run
"$venv/bin/python" "$OLDPWD/testdata/servers/engines.py" compare arrow sql s3 duckdb
for counts in arrow s3 duckdb; do
    "$foretell" analyze --counts "$counts.parquet" --by reference,predictor --format csv --out "$counts.csv"
    cmp arrow.csv "$counts.csv"
done
echo "all engines count alike"
