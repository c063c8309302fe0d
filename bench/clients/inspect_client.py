"""Inspect AI: a task that only generates, with its log, which is its ledger."""

import os
import tempfile

from measure import Measure, arguments, check, prompts

address, requests, in_flight = arguments()
os.environ.update(BENCH_API_KEY="none", BENCH_BASE_URL=address)

from inspect_ai import Task, eval  # noqa: E402
from inspect_ai.dataset import Sample  # noqa: E402
from inspect_ai.solver import generate  # noqa: E402

samples = [Sample(input=prompt) for prompt in prompts(requests)]
with tempfile.TemporaryDirectory() as folder:
    with Measure("inspect", requests, in_flight):
        [log] = eval(
            Task(dataset=samples, solver=generate()),
            model="openai-api/bench/bench",
            max_connections=in_flight,
            timeout=60,
            max_samples=in_flight,
            display="none",
            log_dir=folder,
        )
        check((sample.output.completion for sample in log.samples), requests)
