"""An embedder in a process of its own, so that neither the event loop nor its cores are kept from the calls."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

import numpy as np

from assistant.errors import AssistantError, FatalModelError
from assistant.models.embedders.build import build_embedder, embedder_identity

_NICENESS = 5  # the calls go first; on an idle machine it makes no difference
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_PATIENCE = 5.0  # seconds a closed process has to end by itself


class EmbeddingWorker:
    """An embedder by name that works in another process; same vectors, same name.

    The process starts with the first text, loads the model once, and ends with this object or with its parent, however
    that ends. One call at a time; others wait.

    Args:
        name: as for `build_embedder`.
        threads: as for `build_embedder`.
        base_url, api_key: of `openai:NAME`.

    Raises (when made):
        SettingsError: no such name.
    """

    def __init__(self, name: str, *, threads: int = 1, base_url: str | None = None, api_key: str | None = None) -> None:
        self.name = embedder_identity(name)
        self._arguments = (name, threads, base_url, api_key)
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of the texts, float32 (n, dims). Blocks: call it from a thread.

        Raises:
            FatalModelError: as the embedder's own, or the process ended unexpectedly; the next call starts a new one.
        """
        with self._lock:
            pipe = self._pipe or self._start()
            try:
                pipe.send(list(texts))
                reply = pipe.recv()
            except (EOFError, OSError):
                raise self._died() from None
            except BaseException:
                self._end(patience=0.0)  # interrupted while waiting: the reply on its way belongs to no one any more
                raise
        if isinstance(reply, FatalModelError):
            raise reply
        vectors: np.ndarray = reply
        return vectors

    def close(self) -> None:
        """Ends the process; a later `embed` would start it again."""
        with self._lock:
            self._end()

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")  # a fork would copy threads and locks in any state
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, *self._arguments), name="embedder", daemon=True)
        with _one_numpy_thread():
            self._process.start()
        theirs.close()  # the child's end is the child's alone: when either side goes, the other one notices
        return self._pipe

    def _died(self) -> FatalModelError:
        process = self._process
        self._end()
        code = process.exitcode if process else None
        if code is not None and code < 0:
            return FatalModelError("embedding_process_killed", signal=-code)
        return FatalModelError("embedding_process_ended", status=code)

    def _end(self, patience: float = _PATIENCE) -> None:
        if self._pipe is not None:
            self._pipe.close()  # the child reads the end of it and leaves
        if self._process is not None:
            self._process.join(patience)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
        self._pipe = self._process = None


def _serve(pipe: Connection, name: str, threads: int, base_url: str | None, api_key: str | None) -> None:
    """The child: embeds what comes through the pipe until its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent says when to stop
    os.nice(_NICENESS)
    embedder = None
    with suppress(EOFError, OSError):
        while True:
            texts = pipe.recv()
            try:
                embedder = embedder or build_embedder(name, threads=threads, base_url=base_url, api_key=api_key)
                reply: np.ndarray | FatalModelError = embedder.embed(texts)
            except AssistantError as error:
                reply = FatalModelError(error.what, where=error.where, hint=error.hint).with_values(error.values)
            except Exception as error:  # noqa: BLE001 - whatever it is, the parent is to hear it, not the terminal
                reply = FatalModelError("embedder_failed", embedder=name, said=f"{type(error).__name__}: {error}")
            pipe.send(reply)


@contextmanager
def _one_numpy_thread() -> Iterator[None]:
    """Processes started in here have numpy use one thread: it reads the number once, when it is imported."""
    before = {variable: os.environ.get(variable) for variable in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for variable, value in before.items():
            if value is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = value
