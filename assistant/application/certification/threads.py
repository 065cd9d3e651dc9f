"""Learning on one thread: small matrices wait for each other on more, and sums differ in their last digits."""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """While it lasts, the libraries for linear algebra use one thread."""
    # it looks through all libraries that are loaded: not worth it for commands that don't learn
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
