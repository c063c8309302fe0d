#!/usr/bin/env bash
# ./dev bench: every benchmark; other tools on the same input where they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --package foretell-bench
bench="${CARGO_TARGET_DIR:-target}/release/foretell-bench"
replies=$(mktemp)
trap 'rm -f "$replies"' EXIT
"$bench" parser "$replies"
if command -v python3 >/dev/null; then python3 bench/regex_parser.py "$replies"; fi
"$bench" path
paper=../shared/data/paper/combined_dataset.parquet
if [ -f "$paper" ]; then "$bench" path "$paper"; fi
"$bench" neighbours
"$bench" ledger
"$bench" view
"$bench" counts
# Beside other clients, and several times: bench/requests.sh
ROUNDS=1 CLIENTS='' bench/requests.sh
