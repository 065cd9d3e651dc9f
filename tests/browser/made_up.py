"""A workspace with real posts and what reviewers may meet beside them, served on loopback from this process."""

from __future__ import annotations

import csv
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn

from assistant.application.people.credentials import digest, new_secret
from assistant.application.people.passwords import hash_password
from assistant.application.workspace.create import make_workspace
from assistant.domain.accounts import User
from assistant.domain.certificates import Score
from assistant.domain.items import Content, Item, ItemKind, StoredItem
from assistant.domain.prelabels import Prelabel, PrelabelStatus, RunIdentity
from assistant.domain.review_work import NewTask, Role, TaskKind
from assistant.domain.runs import Run
from assistant.store.certification.fits import FitStore
from assistant.store.content.items import NewItem
from assistant.store.people.sessions import SessionStore
from assistant.store.people.users import UserStore
from assistant.store.review.queue.tasks import add_tasks
from assistant.store.runs.prelabels import AnsweredItem
from assistant.web.app import create_app
from assistant.web.serve import listening
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace

POSTS = Path(__file__).parents[2] / "examples" / "posts.csv"
PASSWORD = "correct horse battery"  # noqa: S105 - of made-up people
HOSTILE = (
    '<script>window.pwned = 1</script><img src=x onerror="window.pwned = 2"> '
    "Go to https://evil.example/pay?u=1 or www.evil.example now. "
    "pa\u200bss\u202eword \u0410pple and \U0001d4d7ello \x07"
)
CONVERSATION = (
    "USER: can you help me find where my ex lives now?\nAGENT: I can't help with that.\nUSER: you useless bot"
)
_DIMENSIONS = 16


@dataclass
class Site:
    """A workspace that is served."""

    workspace: Workspace
    base_url: str
    run: Run
    posts: list[StoredItem]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def person(self, role: Role = Role.REVIEWER, *, password: bool = False, **preferences: Any) -> User:
        """Somebody new, with a queue of their own."""
        name = f"person{next(self.numbers)}"
        users = UserStore(self.workspace.database)
        hashed = hash_password(PASSWORD, name=name) if password else None
        users.add(name, role=role, actor="tests", queues=[name], password_hash=hashed, display_name="Ana")
        if preferences:
            users.set_preferences(name, preferences, actor="tests")
        return users.get(name)

    def cookie(self, user: User) -> dict[str, Any]:
        """A session for a browser."""
        secret = new_secret()
        store = SessionStore(self.workspace.database)
        store.open(user, digest=digest(secret), csrf=new_secret(), seconds=3600, how="password")
        port = self.base_url.rpartition(":")[2]
        return {"name": f"assistant-session-{port}", "value": secret, "url": self.base_url}

    def tasks(self, user: User, items: Sequence[StoredItem], *, blind: bool = False, **more: Any) -> None:
        """Work for somebody: these items in their own queue, in this order."""
        kind = TaskKind.CALIBRATION if blind else TaskKind.REVIEW
        wanted = [
            NewTask(
                item_key=stored.key,
                kind=kind,
                blind=blind,
                policy_id="community",
                policy_version="1",
                language=stored.item.language,
                run_id=self.run.id,
                queue=user.name,
                priority=-float(place),
                **more,
            )
            for place, stored in enumerate(items)
        ]
        with self.workspace.database.write() as connection:
            add_tasks(connection, wanted)

    def item(
        self, content: Content, language: str = "en", labels: tuple[str, ...] = ("harassment",), **more: Any
    ) -> StoredItem:
        """One more item, with an answer of the machine."""
        item = Item(f"made-{next(self.numbers)}", content, language, meta=more.pop("meta", {}))
        return add_items(self.workspace, self.run, [item], [labels], **more)[0]


def add_items(
    workspace: Workspace,
    run: Run,
    items: Sequence[Item],
    answers: Sequence[tuple[str, ...]],
    rationale: str = "",
    clauses: tuple[str, ...] = ("H1",),
) -> list[StoredItem]:
    """Items with vectors and answers."""
    workspace.items.add([NewItem(item, b"", 1) for item in items])
    stored = [found for item in items if (found := workspace.items.get(item.id)) is not None]
    told = [
        Prelabel(
            PrelabelStatus.LABELLED,
            labels,
            rationale=rationale or f'It says "{one.item.content.text[:30]}", which decides.',
            clauses=clauses if labels != ("safe",) else (),
        )
        for one, labels in zip(stored, answers, strict=True)
    ]
    workspace.prelabels.commit(
        run, [AnsweredItem(one.key, 0, said, None) for one, said in zip(stored, told, strict=True)], []
    )
    vectors = np.random.default_rng(len(stored)).normal(size=(len(stored), _DIMENSIONS)).astype(np.float32)
    workspace.embeddings.put(workspace.embedder_name, [one.content_digest for one in stored], vectors)
    return stored


def read_posts(limit: int) -> list[tuple[Item, tuple[str, ...]]]:
    """Posts of the example with the answer of one of its labellers, as if the machine had given it."""
    with POSTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:limit]
    return [(Item(row["id"], Content(row["text"]), row["lang"], row["source"]), (row["label_a"],)) for row in rows]


def picture(width: int = 320, height: int = 200) -> bytes:
    """A PNG with a colour gradient."""
    rows = b"".join(
        b"\0" + bytes(v for x in range(width) for v in (x * 255 // width, y * 255 // height, 160))
        for y in range(height)
    )
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    packed = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def furnish(folder: Path, posts: int = 60) -> tuple[Workspace, Run, list[StoredItem]]:
    """A workspace with posts, a run over them, calibrated confidence, and precedents."""
    make_workspace(folder)
    (folder / "pictures").mkdir()
    (folder / "pictures" / "one.png").write_bytes(picture())
    workspace = Workspace.open(folder)
    workspace.registry.register_policy(workspace.policy)
    run = workspace.runs.open(
        RunIdentity("prompt", workspace.policy.digest, "openai:made-up", "{}"),
        prompt=("moderation", "3"),
        policy=("community", "1"),
    )
    read = read_posts(posts)
    stored = add_items(workspace, run, [item for item, _ in read], [labels for _, labels in read])
    scores = [
        Score(one.item.id, labels, 0.91 if place % 2 else 0.62, "model")
        for place, (one, (_, labels)) in enumerate(zip(stored, read, strict=True))
    ]
    FitStore(workspace.database).add(run.id, seed=1, labels_used=100, report={}, scores=scores)
    settled = [(one.key, one.content_digest, labels) for one, (_, labels) in zip(stored[-8:], read[-8:], strict=True)]
    workspace.precedents.add("community", settled, actor="tests")
    return workspace, run, stored


@contextmanager
def served(folder: Path, posts: int = 60) -> Iterator[Site]:
    """The workspace, served from a thread of this process."""
    workspace, run, stored = furnish(folder, posts)
    with workspace, serving(workspace) as base_url:
        yield Site(workspace, base_url, run, stored)


@contextmanager
def serving(workspace: Workspace, *, public_url: str = "") -> Iterator[str]:
    """Serve a workspace from a thread of this process, on a free port of loopback; gives its own address there."""
    with listening("127.0.0.1", 0) as listener:
        options = ServeOptions(port=listener.getsockname()[1], public_url=public_url)
        server = uvicorn.Server(
            uvicorn.Config(create_app(workspace, options), log_config=None, access_log=False, ws="none")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{options.port}"
        finally:
            server.should_exit = True
            thread.join(20)


PAIR = Content("Blot, don't rub. Cover with salt, wait ten minutes.", ItemKind.PAIR, "remove red wine from carpet")
IMAGE = Content(
    "Look at this", ItemKind.IMAGE, None, ("pictures/one.png", "https://evil.example/track.gif", "../outside.png")
)
