#!/usr/bin/env bash
# ./dev test --servers, third part: what docs/scale.md shows, run as written, and batch files in the
# hands of other people's code: Ray Data reads and writes them, the types of the openai and anthropic
# packages check every request. Installs these into target/batch once. Without a GPU vLLM answers nothing.
# Builds the program, or takes the `foretell` whose path is in FORETELL.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
command -v python3 >/dev/null || { echo "python3 is missing: install Python 3.10 or newer" >&2; exit 1; }
venv=$target/batch
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet 'ray[data]' openai anthropic
[ -n "${FORETELL:-}" ] || cargo build --release --package foretell-cli
foretell=$(realpath "${FORETELL:-$target/release/foretell}")
export PATH="$(dirname "$foretell"):$venv/bin:$PATH"

work=$(mktemp -d)
python testdata/servers/batch_server.py "$work/port" >"$work/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
port=$(cat "$work/port")

# The blocks of docs/scale.md that a machine without a GPU can run, with the addresses of this one.
blocks() { # blocks NAME: those after <!-- run: NAME -->
    python - "$1" "$port" <<'PY'
import re, sys
text = open("docs/scale.md").read()
found = re.findall(r"<!-- run: %s -->\n```(?:sh|python)\n(.*?)```" % re.escape(sys.argv[1]), text, re.S)
assert found, sys.argv[1]
print("\n".join(found).replace("http://gpu-server:8000", f"http://127.0.0.1:{sys.argv[2]}"))
PY
}
root=$PWD
in_work() { # in_work FOLDER NAME...: runs blocks in a folder of their own
    local folder=$work/$1 name; shift
    mkdir -p "$folder"
    for name in "$@"; do
        blocks "$name" >"$folder/$name"
        case $name in
            *.py) (cd "$folder" && python "$name") ;;
            *) (cd "$folder" && bash -euo pipefail "./$name") ;;
        esac
    done
}
export RAY_DEDUP_LOGS=0 RAY_USAGE_STATS_ENABLED=0 RAY_DATA_DISABLE_PROGRESS_BARS=1
in_work live live
in_work shards shards
in_work shared shared
in_work batch export ask_with_ray.py import predict
python "$root/testdata/servers/batch.py" "$work"
