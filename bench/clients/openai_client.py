"""The OpenAI client with its aiohttp backend, and nothing kept."""

import asyncio

from measure import Measure, arguments, check, prompts
from openai import AsyncOpenAI, DefaultAioHttpClient


async def main():
    address, requests, in_flight = arguments()
    room = asyncio.Semaphore(in_flight)
    async with AsyncOpenAI(
        base_url=address, api_key="none", timeout=60, http_client=DefaultAioHttpClient()
    ) as client:

        async def ask(prompt):
            async with room:
                reply = await client.chat.completions.create(
                    model="bench", messages=[{"role": "user", "content": prompt}]
                )
            return reply.choices[0].message.content

        with Measure("openai (aiohttp)", requests, in_flight):
            check(await asyncio.gather(*map(ask, prompts(requests))), requests)


asyncio.run(main())
