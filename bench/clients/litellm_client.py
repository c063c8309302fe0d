"""LiteLLM's asynchronous completion, and nothing kept."""

import asyncio
import os

# Its list of prices comes with the package; looking for a newer one is not what is measured.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402
from measure import Measure, arguments, check, prompts

litellm.suppress_debug_info = True


async def main():
    address, requests, in_flight = arguments()
    room = asyncio.Semaphore(in_flight)

    async def ask(prompt):
        async with room:
            reply = await litellm.acompletion(
                model="openai/bench",
                api_base=address,
                api_key="none",
                timeout=60,
                messages=[{"role": "user", "content": prompt}],
            )
        return reply.choices[0].message.content

    with Measure("litellm", requests, in_flight):
        check(await asyncio.gather(*map(ask, prompts(requests))), requests)


asyncio.run(main())
