"""Runs: what was asked with which prompt, policy and model, and what has happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson
import sqlalchemy as sa

from assistant.domain.prelabels import RunIdentity
from assistant.domain.projects import FIRST_PROJECT
from assistant.domain.runs import NOT_STORED, Run
from assistant.errors import NotFoundError
from assistant.store.audit import log as audit
from assistant.store.connection.reconnect import lasting
from assistant.store.database import Database, now
from assistant.store.tables.content import prelabels, run_events, runs

EVALUATION = "eval"
"""Origin of runs that hold the answers of an evaluation: nothing is routed, settled or exported from them."""


class RunStore:
    """Reads and writes runs and their events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, identity: RunIdentity, *, prompt: tuple[str, str], policy: tuple[str, str]) -> Run:
        """The run of that identity, made when it is not there: the same command always finds the same run.

        Args:
            identity: what makes it the same run.
            prompt: name and version.
            policy: id and version.
        """
        return self._open(_asked(identity, prompt, policy) | {"key": self._key(identity), "origin": "prelabel"})

    def open_evaluation(
        self, identity: RunIdentity, data: str, *, prompt: tuple[str, str], policy: tuple[str, str]
    ) -> Run:
        """The run that holds a variant's answers to the frozen data of that digest, beside production's own.

        Runs that ask the same share their replies, whatever they were opened for; see `PrelabelStore.stored_replies`.
        """
        key = self._key(identity, data)
        return self._open(_asked(identity, prompt, policy) | {"key": key, "origin": EVALUATION})

    def planned(
        self, identity: RunIdentity, data: str | None = None, *, prompt: tuple[str, str], policy: tuple[str, str]
    ) -> Run:
        """The run that `open`, or with `data` `open_evaluation`, would give. Writes nothing: a dry run looks at it."""
        key = self._key(identity, data)
        known = self._of_key(key)
        if known is not None:
            return known
        asked = _asked(identity, prompt, policy)
        return Run(
            id=NOT_STORED,
            key=key,
            origin="prelabel" if data is None else EVALUATION,
            model=identity.model,
            prompt="@".join(prompt),
            prompt_digest=identity.prompt_digest,
            policy="@".join(policy),
            policy_digest=identity.policy_digest,
            parameters=asked["parameters"],  # type: ignore[arg-type] # an object, as it was written
            replicate=identity.replicate,
            created_at="",
        )

    def of_evaluation(self, identity: RunIdentity, data: str) -> Run | None:
        """The run that `open_evaluation` made, or None."""
        return self._of_key(self._key(identity, data))

    def _of_key(self, key: str) -> Run | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(runs).where(self._own(), runs.c.key == key)).one_or_none()
        return None if row is None else _run(row)

    def open_import(self, model: str) -> Run:
        """The run that holds machine answers made elsewhere by `model`."""
        key = self._key(RunIdentity("", "", f"import:{model}", "{}"))
        return self._open({"key": key, "origin": "import", "model": model, "parameters": {}, "replicate": 0})

    def all(self) -> list[Run]:
        """Every run in which something happened, oldest first.

        Left out are those of evaluations, and those that were opened and never begun: a dry run once left such a row.
        """
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(self._production().where(_begun()).order_by(runs.c.id))]

    def newest(self, policy_id: str | None = None) -> Run | None:
        """The run that is meant where none is named: the newest one with an answer, None where no run has any.

        An answer is a usable one: a run that was begun and interrupted before its first answer, or in which every
        answer failed, is passed over. Every command, page and API route that takes a run takes this one by default.

        Args:
            policy_id: only runs that were asked under some version of that policy.
        """
        answered = sa.exists().where(prelabels.c.run_id == runs.c.id, prelabels.c.status == "labelled")
        query = self._production().where(answered).order_by(runs.c.id.desc()).limit(1)
        if policy_id is not None:
            query = query.where(runs.c.policy_id == policy_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _run(row)

    def find(self, name: str | None) -> Run:
        """The run called `r3` (or `3`), whatever became of it; without a name the `newest`.

        Raises:
            NotFoundError: no such run, naming those there are; or it holds the answers of an evaluation.
        """
        if name is None:
            return self._newest_or_refuse()
        with self._database.read() as connection:
            stored = [_run(row) for row in connection.execute(self._production().order_by(runs.c.id))]
        wanted = next((run for run in stored if name in {run.name, str(run.id), run.key}), None)
        if wanted is None:
            self._refuse_evaluation(name)
            if not stored:
                raise NotFoundError("no_run_yet")
            raise NotFoundError("run_not_found", run=name, known=[run.name for run in reversed(stored)])
        return wanted

    def _newest_or_refuse(self) -> Run:
        newest = self.newest()
        if newest is not None:
            return newest
        known = self.all()
        if not known:
            raise NotFoundError("no_run_yet")
        raise NotFoundError("no_run_answered", known=[run.name for run in reversed(known)])

    @lasting
    def event(self, run: Run, event: str, detail: Mapping[str, object]) -> None:
        """Append to the run's history, and to the log of changes."""
        row = {"run_id": run.id, "event": event, "detail": dict(detail), "created_at": now()}
        with self._database.write() as connection:
            connection.execute(sa.insert(run_events), [row])
            audit.append(connection, self._database.operator, f"run.{event}", f"run:{run.name}", dict(detail))

    def imported(self, run: Run, source: str, counts: Mapping[str, int]) -> None:
        """Log that answers made elsewhere were taken in from a file."""
        with self._database.write() as connection:
            detail = {"file": source, **counts}
            audit.append(connection, self._database.operator, "prelabels.import", f"run:{run.name}", detail)

    @lasting
    def events(self, run: Run) -> list[tuple[str, str, Mapping[str, object]]]:
        """The run's history, oldest first: (time, event, detail)."""
        query = sa.select(run_events).where(run_events.c.run_id == run.id).order_by(run_events.c.id)
        with self._database.read() as connection:
            return [(row.created_at, row.event, row.detail) for row in connection.execute(query)]

    def _refuse_evaluation(self, name: str) -> None:
        query = sa.select(runs.c.id).where(self._own(), runs.c.origin == EVALUATION)
        with self._database.read() as connection:
            found = {f"r{key}" for key in connection.execute(query).scalars()}
        if f"r{name.removeprefix('r')}" in found:
            raise NotFoundError("run_of_evaluation", run=name)

    def _open(self, row: dict[str, object]) -> Run:
        with self._database.write(alone=True) as connection:
            query = sa.select(runs).where(self._own(), runs.c.key == row["key"])
            found = connection.execute(query).one_or_none()
            if found is None:
                connection.execute(
                    sa.insert(runs), [{**row, "project_id": self._database.project_id, "created_at": now()}]
                )
                found = connection.execute(query).one()
            return _run(found)

    def _own(self) -> sa.ColumnElement[bool]:
        return runs.c.project_id == self._database.project_id

    def _production(self) -> sa.Select[Any]:
        """Runs of production: all but those of evaluations."""
        return sa.select(runs).where(self._own(), runs.c.origin != EVALUATION)

    def _key(self, identity: RunIdentity, data: str | None = None) -> str:
        """The key of a run, or of the run that holds a variant's answers to the frozen data of that digest.

        Two projects that ask the very same have two runs. The first project's keys are those from before there were
        several.
        """
        key = identity.key
        if data is not None:
            key = _digest("evaluation", data, key)
        project = self._database.project_id
        return key if project == FIRST_PROJECT else _digest("project", str(project), key)


def _begun() -> sa.ColumnElement[bool]:
    """Whether something happened in a run: a job began, or answers came in."""
    return sa.or_(
        sa.exists().where(run_events.c.run_id == runs.c.id), sa.exists().where(prelabels.c.run_id == runs.c.id)
    )


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def alike(project: int, run: Run) -> sa.Select[int]:
    """A project's runs that ask the very same about the same content, this one among them, as a subquery.

    Another project's replies are not used: what they cost, and whether they are there, is its own matter.
    """
    return sa.select(runs.c.id).where(
        runs.c.project_id == project,
        runs.c.prompt_digest == run.prompt_digest,
        runs.c.policy_digest == run.policy_digest,
        runs.c.model == run.model,
        runs.c.parameters == run.parameters,
        runs.c.replicate == run.replicate,
    )


def _asked(identity: RunIdentity, prompt: tuple[str, str], policy: tuple[str, str]) -> dict[str, object]:
    return {
        "prompt_name": prompt[0],
        "prompt_version": prompt[1],
        "prompt_digest": identity.prompt_digest,
        "policy_id": policy[0],
        "policy_version": policy[1],
        "policy_digest": identity.policy_digest,
        "model": identity.model,
        "parameters": orjson.loads(identity.parameters),
        "replicate": identity.replicate,
    }


def _run(row: sa.Row[Any]) -> Run:
    return Run(
        id=row.id,
        key=row.key,
        origin=row.origin,
        model=row.model,
        prompt=f"{row.prompt_name}@{row.prompt_version}" if row.prompt_name else None,
        prompt_digest=row.prompt_digest,
        policy=f"{row.policy_id}@{row.policy_version}" if row.policy_id else None,
        policy_digest=row.policy_digest,
        parameters=row.parameters,
        replicate=row.replicate,
        created_at=row.created_at,
    )
