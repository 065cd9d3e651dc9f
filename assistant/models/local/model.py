"""`local`: the embedded language model, SmolLM2-135M-Instruct, run by llama.cpp inside this process.

No key, no server to start, no download at run time: the weights come in a package. It needs examples to label by
(settled items, examples of the policy); without any it answers no better than chance.

Each worker has an engine of its own with one thread and one slot. On shared cores that is faster than one engine with
several threads, which wait for each other at every layer, and an answer doesn't depend on what else is being asked.
"""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from queue import LifoQueue
from typing import TYPE_CHECKING

from assistant.errors import FatalModelError
from assistant.models.interface import Message, ModelRequest, RawReply, Sampling
from assistant.models.local.engine import MODEL, complete, start_engines

if TYPE_CHECKING:
    import xllamacpp

CONTEXT_TOKENS = 4096
_MOST_WORKERS = 8


class LocalModel:
    """The embedded model as a `LabelModel`.

    Args:
        workers: questions worked on at once, each on one core with 0.2 GB; None for one per core that this process may
            use, 8 at the most.
        context_tokens: longest prompt with its answer, in the model's tokens: about 1.3 for an English word and 2 for a
            Chinese character.
    """

    spec = "local"

    def __init__(self, *, workers: int | None = None, context_tokens: int = CONTEXT_TOKENS) -> None:
        self._workers = workers or min(_MOST_WORKERS, _cores())
        self.parallel: int | None = self._workers
        self._context_tokens = context_tokens
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="local-model")
        self._engines: LifoQueue[xllamacpp.Server] = LifoQueue()
        self._loading = asyncio.Lock()
        self._state = "new"

    async def ask(self, request: ModelRequest) -> RawReply:
        """One answer; the first question loads the model, which takes 2 to 3 s.

        Raises:
            RejectedRequestError: `too_long` for the context.
            FatalModelError: a package is missing or not the pinned one, or the model was closed.
        """
        await self._load()
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, request)

    async def check(self) -> str:
        """Loads the model and has it write a word; says how long loading took."""
        started = time.perf_counter()
        await self._load()
        seconds = time.perf_counter() - started
        await self.ask(ModelRequest("check", (Message("user", "Say yes."),), Sampling(max_tokens=2)))
        return f"{MODEL} runs in this process, {self.parallel} at once, loaded in {seconds:.1f} s"

    async def aclose(self) -> None:
        """Frees the model once running answers are finished."""
        self._state = "closed"
        await asyncio.get_running_loop().run_in_executor(None, self._free)

    async def _load(self) -> None:
        async with self._loading:
            if self._state == "new":
                await asyncio.get_running_loop().run_in_executor(self._threads, self._start)
                self._state = "loaded"
        if self._state == "closed":
            raise FatalModelError("local_model_closed")

    def _start(self) -> None:
        for engine in start_engines(self._workers, self._context_tokens):
            self._engines.put(engine)

    def _free(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._engines.empty():
            self._engines.get()  # llama.cpp frees an engine when its object goes

    def _answer(self, request: ModelRequest) -> RawReply:
        started = time.perf_counter()
        # There are as many engines as threads: one is always there. The last one used has the warmest caches.
        engine = self._engines.get()
        try:
            body = complete(engine, request)
        finally:
            self._engines.put(engine)
        return RawReply(body, (time.perf_counter() - started) * 1000)


def _cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
