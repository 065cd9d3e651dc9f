"""A workspace as a team leaves it after some weeks, served on loopback: for looking at pages, by tests and pictures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import uvicorn

from assistant.application.people.credentials import digest, new_secret
from assistant.application.workspace.create import make_workspace
from assistant.domain.accounts import User
from assistant.domain.disagreements import DisagreementFilter
from assistant.domain.review_work import Cause, Role, TaskKind
from assistant.policy.documents.documents import parse_policy
from assistant.review.adjudicate import AdjudicationDecision, settle
from assistant.review.gold import make_gold
from assistant.review.precedents import make_precedent
from assistant.store.database import Connection
from assistant.store.people.sessions import SessionStore
from assistant.store.review.disagreements import disagreement_list
from assistant.store.tables.content import reviews, routes
from assistant.web.app import create_app
from assistant.web.serve import listening
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.workspaces import MadeUp, chance

_ANSWERED = 84  # posts that people have answered; the rest waits
_SETTLED = 9


@dataclass
class Demo:
    """The workspace, served."""

    made: MadeUp
    base_url: str

    @property
    def workspace(self) -> Workspace:
        return self.made.workspace

    def cookie(self, user: User) -> dict[str, str]:
        """A session for a browser."""
        secret = new_secret()
        store = SessionStore(self.workspace.database)
        store.open(user, digest=digest(secret), csrf=new_secret(), seconds=3600, how="password")
        return {"name": f"assistant-session-{self.base_url.rpartition(':')[2]}", "value": secret, "url": self.base_url}

    def admin(self, **preferences: str) -> User:
        """Rosa, who may see everything."""
        users = self.made.users
        users.find("rosa") or users.add("rosa", role=Role.ADMIN, actor="setup", display_name="Rosa Díaz")
        if preferences:
            users.set_preferences("rosa", preferences, actor="rosa")
        return users.get("rosa")


@contextmanager
def demo(folder: Path, posts: int = 132) -> Iterator[Demo]:
    """Make it, and serve it from a thread of this process."""
    make_workspace(folder)
    with Workspace.open(folder) as workspace, listening("127.0.0.1", 0) as listener:
        made = MadeUp(workspace, posts)
        _furnish(made)
        options = ServeOptions(port=listener.getsockname()[1])
        config = uvicorn.Config(create_app(workspace, options), log_config=None, access_log=False, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Demo(made, options.base_url)
        finally:
            server.should_exit = True
            thread.join(20)
            made.close()


def _furnish(made: MadeUp) -> None:
    _earlier_policy(made.workspace)
    made.work(_ANSWERED)
    with made.workspace.database.write() as connection:
        _spread_over_weeks(connection)
    for post in made.posts[_ANSWERED:]:
        made.task(post, queue="nights" if chance(post.id, "team") < 0.3 else "")
    made.prelabel("moderation@3", errs=0.15)
    _settle_some(made)
    _mix_gold_in(made)
    for name in ("ana", "chen"):
        made.queue.claim(made.principal(name), 3)


def _earlier_policy(workspace: Workspace) -> None:
    """A version before the present one: a sentence shorter, and one label less severe."""
    source = workspace.policy.source.replace('version: "1"', 'version: "0.9"')
    source = source.replace(" Polite contempt\nand organised mockery count too.", "", 1).replace(
        "severity: 1", "severity: 0", 1
    )
    workspace.registry.register_policy(parse_policy(source, "community@0.9"))


def _spread_over_weeks(connection: Connection) -> None:
    """Answers as if they had been given over five weeks, after the run."""
    before = (datetime.now(UTC) - timedelta(days=36)).isoformat(timespec="milliseconds")
    connection.execute(sa.update(routes).values(created_at=before))
    keys = list(connection.execute(sa.select(reviews.c.id).order_by(reviews.c.id)).scalars())
    for place, key in enumerate(keys):
        at = datetime.now(UTC) - timedelta(days=34 * (1 - place / len(keys)))
        moved = sa.update(reviews).where(reviews.c.id == key)
        connection.execute(moved.values(created_at=at.isoformat(timespec="milliseconds")))


def _settle_some(made: MadeUp) -> None:
    found = disagreement_list.page(made.workspace.database, DisagreementFilter(kind="people"), limit=_SETTLED)
    for place, one in enumerate(found):
        stored = made.workspace.items.get(one.item_id)
        assert stored is not None
        verdict = AdjudicationDecision(one.other_labels, list(Cause)[place % len(Cause)], note="Names a person: H1.")
        with made.workspace.database.write() as connection:
            settle(connection, stored, verdict, actor="lea")
            if place == 0:
                make_precedent(connection, stored, verdict.labels, policy_id="community", actor="lea")


def _mix_gold_in(made: MadeUp) -> None:
    who = made.principal("ana")
    for place, post in enumerate(made.posts[:12]):
        with made.workspace.database.write() as connection:
            number = make_gold(
                connection,
                post.key,
                policy_id="community",
                labels=post.first,
                explanation="No clause names this." if post.first == ("safe",) else "The clause names exactly this.",
                actor="lea",
            )
        made.task(post, TaskKind.GOLD, gold_id=number, for_user=who.user_id, priority=1e9)
        made.answer("ana", post.first if place % 5 else ("spam",))
