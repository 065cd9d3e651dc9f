"""A batch job: bounded, streaming and resumable. Feeds ready items to as many askers as may ask at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from assistant.domain.items import StoredItem
from assistant.domain.prelabels import Prelabel, PrelabelStatus
from assistant.errors import BudgetError
from assistant.prelabel.feed import Feed, ReadyItem
from assistant.prelabel.label_one import LabelKit, label_one
from assistant.prelabel.progress import JobProgress
from assistant.prelabel.refusals import IN_A_ROW, Refusals, Refused
from assistant.prelabel.writer import AnswerWriter
from assistant.routing.doubts import INJECTION_SCORE, Evidence, RoutingPolicy
from assistant.routing.route import decide
from assistant.store.runs.prelabels import AnsweredItem

_WATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How a job is run.

    Args:
        concurrency: questions on their way at once.
        limit: contents to ask in this session, None for all.
        retry_failed: ask again what failed in earlier sessions.
        near_distance: cosine distance up to which a clause counts as near.
    """

    concurrency: int
    limit: int | None
    retry_failed: bool
    near_distance: float


class PrelabelJob:
    """One session of a run.

    Args:
        feed: where ready items come from.
        kit: what `label_one` needs.
        writer: where answers go.
        routing: how answers are routed; None for an evaluation's, which go nowhere.
        options: how to run.
        progress: counts, kept up to date.
    """

    def __init__(
        self,
        *,
        feed: Feed,
        kit: LabelKit,
        writer: AnswerWriter,
        routing: RoutingPolicy | None,
        options: JobOptions,
        progress: JobProgress,
    ) -> None:
        self._feed = feed
        self._kit = kit
        self._writer = writer
        self._routing = routing
        self._options = options
        self.progress = progress
        self._stopping = False
        self._interrupted = False
        self._error: Exception | None = None
        self._refusals = Refusals()
        self._judging = asyncio.Lock()  # held while a control question is on its way: nothing else is asked then

    def stop(self) -> None:
        """Ask nothing new; questions on their way are waited for, since they are paid for."""
        self._stopping = self._interrupted = True

    async def run(self, watch: Callable[[JobProgress], None]) -> BudgetError | None:
        """Ask all there is to ask, then share answers among items with the same content.

        Args:
            watch: called about twice a second with the counts.

        Returns:
            The BudgetError that ended the session early, or None.

        Raises:
            FatalModelError, StorageError and other AssistantErrors: the job can't go on. Every answer that came is
                stored, and the same command goes on from there.
        """
        queue: asyncio.Queue[ReadyItem | None] = asyncio.Queue(maxsize=2 * self._options.concurrency)
        watcher = asyncio.create_task(self._watch(watch))
        askers = [asyncio.create_task(self._ask(queue)) for _ in range(self._options.concurrency)]
        try:
            await self._fill(queue)
        finally:
            for _ in askers:
                await queue.put(None)
            await asyncio.gather(*askers)
            watcher.cancel()
        await self._step(self._judge(least=1))
        if self._error is None and not self._stopping:
            await asyncio.to_thread(self._share)
        watch(self.progress)
        if self._error is not None and not isinstance(self._error, BudgetError):
            raise self._error
        return self._error

    async def _fill(self, queue: asyncio.Queue[ReadyItem | None]) -> None:
        """Read ahead: the next page is made ready in a thread while the last one is being asked."""
        loop = asyncio.get_running_loop()
        pages = self._feed.ready(limit=self._options.limit, retry_failed=self._options.retry_failed)
        with ThreadPoolExecutor(1, thread_name_prefix="feed") as thread:
            coming = loop.run_in_executor(thread, _next_page, pages)
            while (page := await coming) is not None and not self._stopping:
                coming = loop.run_in_executor(thread, _next_page, pages)
                for ready in page:
                    await queue.put(ready)

    async def _ask(self, queue: asyncio.Queue[ReadyItem | None]) -> None:
        """One asker: takes items until there are no more. After a stop it only empties the queue."""
        while (ready := await queue.get()) is not None:
            if self._stopping:
                continue
            if self._judging.locked():
                async with self._judging:
                    pass
            await self._step(self._answer(ready))

    async def _step(self, step: Coroutine[Any, Any, None]) -> None:
        """Do a step; what it raises ends the job, and not the asker: else the queue would stay full for ever."""
        if self._stopping:
            step.close()
            return
        try:
            await step
        except Exception as error:  # noqa: BLE001 - as said above
            self._stopping = True
            if not self._interrupted:  # else it only says that nothing more is sent
                self._error = self._error or error

    async def _answer(self, ready: ReadyItem) -> None:
        """Ask one item; a refusal is held back until it is known whose fault it is."""
        number = self._refusals.begin()
        item, again = ready.pending.stored.item, self._options.retry_failed
        prelabel = await label_one(item, ready.retrieved, self._kit, ready.known, once_more=again)
        if ready.injection is not None and prelabel.status is PrelabelStatus.LABELLED:
            prelabel = replace(prelabel, signals={**prelabel.signals, INJECTION_SCORE: ready.injection})
        if self._refusals.hold(ready, prelabel):
            await self._judge(least=IN_A_ROW)
            return
        if prelabel.attempts > len(ready.known):
            self._finish_refused(self._refusals.answered(number))
        self._finish(ready.pending.stored, prelabel, ready.pending.revision)

    async def _judge(self, *, least: int) -> None:
        """Where so many refused items wait, find out by a control question whose fault it is."""
        if len(self._refusals) < least:
            return
        async with self._judging:
            if self._stopping or len(self._refusals) < least:
                return
            usage = await self._refusals.ask_control(self._kit)
            self.progress.count_control(usage, self._kit.cost(usage))
            self._finish_refused(self._refusals.take())

    def _finish_refused(self, refused: Sequence[Refused]) -> None:
        for one in refused:
            self._finish(one.ready.pending.stored, one.prelabel, one.ready.pending.revision)

    def _finish(self, stored: StoredItem, prelabel: Prelabel, revision: int, shared_from: int | None = None) -> None:
        routing = self._routing
        decision = None if routing is None else decide(stored.item.id, self._evidence(stored, prelabel), routing)
        self._writer.put(AnsweredItem(stored.key, revision, prelabel, decision, shared_from))
        self.progress.count(prelabel, decision, shared=shared_from is not None)

    def _evidence(self, stored: StoredItem, prelabel: Prelabel) -> Evidence:
        distance = prelabel.signals.get("clause_distance")
        return Evidence(
            answered=prelabel.status is PrelabelStatus.LABELLED,
            labels=prelabel.labels,
            signals=prelabel.signals,
            language=stored.item.language,
            text=stored.item.content.shown_text,
            truncated="truncated" in prelabel.signals,
            near=distance is None or distance <= self._options.near_distance,
            media=stored.item.content.has_media,
        )

    def _share(self) -> None:
        """Items whose content was asked under another id get that answer, and a route of their own."""
        self._writer.flush()  # what is shared is read from the database
        after = 0
        while page := self._feed.store.unshared(self._feed.run, after=after):
            for stored, source, prelabel, revision in page:
                self._finish(stored, prelabel, revision, shared_from=source)
            after = page[-1][0].key

    async def _watch(self, watch: Callable[[JobProgress], None]) -> None:
        while True:
            watch(self.progress)
            await asyncio.sleep(_WATCH_SECONDS)


def _next_page(pages: Iterator[list[ReadyItem]]) -> list[ReadyItem] | None:
    return next(pages, None)
