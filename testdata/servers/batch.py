"""Whether the ways of docs/scale.md end with the same tables, and whether other people's types take
the requests of every batch format."""

import json
import os
import subprocess
import sys
from pathlib import Path

from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from anthropic.types.messages.batch_create_params import Request
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
from pydantic import TypeAdapter

work = Path(sys.argv[1])


def tables(run):
    """Every table but that of the models, which names the address."""
    paths = sorted(path for path in run.rglob("*.parquet"))
    return {str(path.relative_to(run)): path.read_bytes() for path in paths}


one = tables(work / "live/runs/study")
assert len(one) >= 6, sorted(one)
for other in ["shards/runs/shard-1", "shared/runs/shard-1", "batch/runs/study"]:
    other_tables = tables(work / other)
    assert sorted(one) == sorted(other_tables), (other, sorted(other_tables))
    differing = [name for name in one if one[name] != other_tables[name]]
    assert not differing, (other, differing)
    print(f"{other}: {len(one)} tables, byte for byte those of live requests")


def checked(kind, value, what):
    """Holds a value against a type: no unknown field, none missing, every value of its type."""
    TypeAdapter(kind).validate_python(value)
    fields = kind.__annotations__ if hasattr(kind, "__annotations__") else {}
    for base in getattr(kind, "__orig_bases__", ()):
        fields = {**getattr(base, "__annotations__", {}), **fields}
    unknown = set(value) - set(fields)
    assert not unknown, (what, unknown)


def exported(name, model):
    """The requests of a run of that model, as they are written."""
    environment = {**os.environ, "OPENAI_API_KEY": "x", "ANTHROPIC_API_KEY": "x", "OPENROUTER_API_KEY": "x"}
    run = work / "types" / name
    start = ["foretell", "run", "--pairs", "moral_machines", "--scenarios", "3000", "--limit", "20",
             "--reference", model, "--predictor", "sim:reader", "--out", run, "--prepare"]
    subprocess.run(start, env=environment, check=True, capture_output=True)
    subprocess.run(["foretell", "batch", "export", run], check=True, capture_output=True)
    return [path.read_text() for path in sorted((run / "batch").glob("answers-*"))]


address = f"?address=http://127.0.0.1:{(work / 'port').read_text()}/v1"
for name, model, kind in [
    ("chat", f"openai:qwen3{address}&api=chat&max_tokens=100&seed=1", CompletionCreateParamsNonStreaming),
    ("responses", f"openai:qwen3{address}&api=responses&effort=low", ResponseCreateParamsNonStreaming),
    ("vllm", f"{address[9:]}#qwen3?temperature=0", CompletionCreateParamsNonStreaming),
]:
    lines = [json.loads(line) for text in exported(name, model) for line in text.splitlines()]
    assert len({line["custom_id"] for line in lines}) == len(lines) > 20, name
    for line in lines:
        assert set(line) == {"custom_id", "method", "url", "body"} and line["method"] == "POST", line
        checked(kind, line["body"], name)
    print(f"{name}: {len(lines)} lines, each body is what the openai package calls {kind.__name__}")

[text] = exported("anthropic", f"anthropic:qwen3{address}")
requests = json.loads(text)["requests"]
assert len(requests) > 20
for request in requests:
    checked(Request, request, "anthropic")
    checked(MessageCreateParamsNonStreaming, request["params"], "anthropic")
print(f"anthropic: {len(requests)} requests, each what the anthropic package calls Request")
print("not run: vLLM itself, which needs a GPU and several gigabytes of packages; the providers, which need keys")
