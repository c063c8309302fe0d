#!/usr/bin/env bash
# ./dev test --servers: a study against a real OpenAI-compatible server, and its tables in other
# people's readers. Installs large packages into target/servers once.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
model=../shared/models/tiny/qwen3-f32.gguf
[ -f "$model" ] || { echo "skipped: $model is absent" >&2; exit 0; }
command -v python3 >/dev/null || { echo "python3 is missing: install Python 3.10 or newer" >&2; exit 1; }

venv=$target/servers
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet 'llama-cpp-python[server]' pyarrow pandas polars duckdb datasets

cargo build --release --package foretell-cli
work=$(mktemp -d)
port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$venv/bin/python" -m llama_cpp.server --model "$model" --model_alias tiny --n_ctx 4096 \
    --host 127.0.0.1 --port "$port" >"$work/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 120); do
    if curl --silent --fail "http://127.0.0.1:$port/v1/models" >/dev/null; then break; fi
    kill -0 $server 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
    sleep 1
done

tiny="http://127.0.0.1:$port/v1#tiny?max_tokens=400&temperature=1&seed=1"
"$target/release/foretell" run --pairs moral_machines --limit 50 --yes --concurrency 2 \
    --reference "$tiny" --predictor "$tiny&name=tiny" --predictor sim:reader \
    --arm without --arm with --arm blind \
    --out "$work/real" --format json >"$work/real.json"
"$target/release/foretell" run --limit 200 --arm without --arm with --arm shuffled \
    --out "$work/sim" >/dev/null 2>&1
"$venv/bin/python" testdata/servers/check.py "$work"
