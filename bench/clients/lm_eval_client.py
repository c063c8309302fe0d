"""The chat completions client of lm-evaluation-harness, without its cache."""

import json

from lm_eval.api.instance import Instance
from lm_eval.models.api_models import JsonChatStr
from lm_eval.models.openai_completions import LocalChatCompletion
from measure import Measure, arguments, check, prompts

address, requests, in_flight = arguments()
model = LocalChatCompletion(
    base_url=f"{address}/chat/completions", model="bench", num_concurrent=in_flight, timeout=60
)


def instance(prompt):
    chat = JsonChatStr(json.dumps([{"role": "user", "content": prompt}]))
    return Instance("generate_until", {}, (chat, {"max_gen_toks": 16, "until": []}), 0)


instances = [instance(prompt) for prompt in prompts(requests)]
with Measure("lm-evaluation-harness", requests, in_flight):
    check(model.generate_until(instances, disable_tqdm=True), requests)
