"""The same requests without a product around them: a bare aiohttp loop, the OpenAI SDK, LangChain's abatch."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson

Bodies = list[dict[str, Any]]


async def with_aiohttp(base_url: str, bodies: Bodies, concurrency: int) -> None:
    """POST and read; nothing else."""
    import aiohttp  # noqa: PLC0415 - only what is measured is imported

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:

        async def ask(body: dict[str, Any]) -> None:
            async with session.post(f"{base_url}/chat/completions", json=body) as response:
                orjson.loads(await response.read())

        await _bounded(ask, bodies, concurrency)


async def with_openai(base_url: str, bodies: Bodies, concurrency: int) -> None:
    """`AsyncOpenAI().chat.completions.create`."""
    from openai import AsyncOpenAI  # noqa: PLC0415 - as above

    client = AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)
    await _bounded(lambda body: client.chat.completions.create(**body), bodies, concurrency)
    await client.close()


async def with_langchain(base_url: str, bodies: Bodies, concurrency: int) -> None:
    """`ChatOpenAI().abatch`."""
    from langchain_openai import ChatOpenAI  # noqa: PLC0415 - as above
    from pydantic import SecretStr  # noqa: PLC0415

    model = ChatOpenAI(model="dev", base_url=base_url, api_key=SecretStr("none"), max_retries=0)
    bound = model.bind(response_format=bodies[0]["response_format"])
    await bound.abatch([body["messages"] for body in bodies], config={"max_concurrency": concurrency})


async def _bounded(ask: Callable[[dict[str, Any]], Awaitable[object]], bodies: Bodies, concurrency: int) -> None:
    waiting = iter(bodies)

    async def worker() -> None:
        for body in waiting:
            await ask(body)

    await asyncio.gather(*(worker() for _ in range(concurrency)))


async def measured(kind: str, base_url: str, bodies: Bodies, concurrency: int) -> dict[str, float]:
    """Wall seconds and CPU per request, after a short warm-up."""
    run = {"aiohttp": with_aiohttp, "openai": with_openai, "langchain": with_langchain}[kind]
    await run(base_url, bodies[:concurrency], concurrency)
    cpu, wall = time.process_time(), time.perf_counter()
    await run(base_url, bodies, concurrency)
    seconds = time.perf_counter() - wall
    return {"seconds": seconds, "cpu_ms_per_item": (time.process_time() - cpu) * 1000 / len(bodies)}


def main(kind: str, base_url: str, bodies_file: str, count: str, concurrency: str) -> None:
    """Send `count` requests and print the figures as JSON."""
    sample = [orjson.loads(line) for line in Path(bodies_file).read_bytes().splitlines()]
    bodies = [sample[number % len(sample)] for number in range(int(count))]
    figures = asyncio.run(measured(kind, base_url, bodies, int(concurrency)))
    sys.stdout.write(orjson.dumps(figures).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
