"""Runs: what was asked with which prompt, policy and model, and what has happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson
import sqlalchemy as sa

from assistant.domain.populations import ItemPopulation
from assistant.domain.prelabels import RunIdentity
from assistant.domain.projects import FIRST_PROJECT
from assistant.domain.runs import NOT_STORED, Run
from assistant.errors import ConflictError, NotFoundError
from assistant.store.audit import log as audit
from assistant.store.connection.reconnect import lasting
from assistant.store.database import Database, now
from assistant.store.runs.populations import population_of, with_population
from assistant.store.tables.content import prelabels, run_events, runs

EVALUATION = "eval"
"""Origin of runs that hold the answers of an evaluation: nothing is routed, settled or exported from them."""


class RunStore:
    """Reads and writes runs and their events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self,
        identity: RunIdentity,
        population: ItemPopulation | None = None,
        *,
        prompt: tuple[str, str],
        policy: tuple[str, str],
    ) -> Run:
        """The run of that identity, made when it is not there: the same command always finds the same run.

        Args:
            identity: what makes it the same run, over the same population.
            population: which items it is about; None for all of the project.
            prompt: name and version.
            policy: id and version.
        """
        key = self._key(identity, population=population)
        return self._open(_asked(identity, prompt, policy) | _about(population) | {"key": key, "origin": "prelabel"})

    def open_evaluation(
        self, identity: RunIdentity, data: str, *, prompt: tuple[str, str], policy: tuple[str, str]
    ) -> Run:
        """The run that holds a variant's answers to the frozen data of that digest, beside production's own.

        Runs that ask the same share their replies, whatever they were opened for; see `PrelabelStore.stored_replies`.
        """
        key = self._key(identity, data)
        return self._open(_asked(identity, prompt, policy) | {"key": key, "origin": EVALUATION})

    def planned(
        self,
        identity: RunIdentity,
        data: str | None = None,
        population: ItemPopulation | None = None,
        *,
        prompt: tuple[str, str],
        policy: tuple[str, str],
    ) -> Run:
        """The run that `open`, or with `data` `open_evaluation`, would give. Writes nothing: a dry run looks at it."""
        key = self._key(identity, data, population)
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
            population=population,
        )

    def of_evaluation(self, identity: RunIdentity, data: str) -> Run | None:
        """The run that `open_evaluation` made, or None."""
        return self._of_key(self._key(identity, data))

    def _of_key(self, key: str) -> Run | None:
        with self._database.read() as connection:
            row = connection.execute(with_population().where(self._own(), runs.c.key == key)).one_or_none()
        return None if row is None else _run(row)

    def open_import(self, model: str, population: ItemPopulation | None = None) -> Run:
        """The run that holds machine answers made elsewhere by `model`, about a population."""
        key = self._key(RunIdentity("", "", f"import:{model}", "{}"), population=population)
        row = {"key": key, "origin": "import", "model": model, "parameters": {}, "replicate": 0}
        return self._open(row | _about(population))

    def all(self) -> list[Run]:
        """Every run in which something happened, oldest first.

        Left out are those of evaluations, and those that were opened and never begun: a dry run once left such a row.
        """
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(self._production().where(_begun()).order_by(runs.c.id))]

    def newest(self, policy_id: str | None = None, *, population: ItemPopulation | None = None) -> Run | None:
        """The run that is meant where none is named: the newest one with an answer, None where no run has any.

        An answer is a usable one, asked or imported: a run that was begun and interrupted before its first answer, or
        in which every answer failed, is passed over. Every command, page and API route that takes a run takes this one
        by default. Where a population is named, it is the newest of that very population; else the newest about the
        whole project and, only where there is none, the newest of any population.

        Args:
            policy_id: only runs that were asked under some version of that policy.
            population: only runs about it; None where none is named.
        """
        answered = sa.exists().where(prelabels.c.run_id == runs.c.id, prelabels.c.status == "labelled")
        query = self._production().where(answered)
        query = query.order_by(runs.c.population_id.is_not(None), runs.c.id.desc()).limit(1)
        if population is not None:
            query = query.where(runs.c.population_id == population.id)
        if policy_id is not None:
            query = query.where(runs.c.policy_id == policy_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _run(row)

    def find(self, name: str | None, population: ItemPopulation | None = None) -> Run:
        """The run called `r3` (or `3`), whatever became of it; without a name the `newest`, of a population if given.

        Raises:
            NotFoundError: no such run, naming those there are; or it holds the answers of an evaluation.
            ConflictError: the run of that name is about another population than the one given.
        """
        if name is None:
            return self._newest_or_refuse(population)
        found = self._named(name)
        if population is not None and (found.population is None or found.population.id != population.id):
            about = "the whole project" if found.population is None else found.population.name
            raise ConflictError("run_of_other_population", run=name, about=about, population=population.name)
        return found

    def _named(self, name: str) -> Run:
        with self._database.read() as connection:
            stored = [_run(row) for row in connection.execute(self._production().order_by(runs.c.id))]
        wanted = next((run for run in stored if name in {run.name, str(run.id), run.key}), None)
        if wanted is None:
            self._refuse_evaluation(name)
            if not stored:
                raise NotFoundError("no_run_yet")
            raise NotFoundError("run_not_found", run=name, known=[run.name for run in reversed(stored)])
        return wanted

    def _newest_or_refuse(self, population: ItemPopulation | None) -> Run:
        newest = self.newest(population=population)
        if newest is not None:
            return newest
        if population is not None:
            raise NotFoundError("no_run_of_population", population=population.name)
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
            query = with_population().where(self._own(), runs.c.key == row["key"])
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
        return with_population().where(self._own(), runs.c.origin != EVALUATION)

    def _key(self, identity: RunIdentity, data: str | None = None, population: ItemPopulation | None = None) -> str:
        """The key of a run, or of the run that holds a variant's answers to the frozen data of that digest.

        Two projects that ask the very same have two runs, and so have two populations. A run about the whole of the
        first project keeps the key from before there were several.
        """
        key = identity.key
        if data is not None:
            key = _digest("evaluation", data, key)
        elif population is not None:
            key = _digest("population", population.digest, key)
        project = self._database.project_id
        return key if project == FIRST_PROJECT else _digest("project", str(project), key)


def _begun() -> sa.ColumnElement[bool]:
    """Whether something happened in a run: a job began, or answers came in."""
    return sa.or_(
        sa.exists().where(run_events.c.run_id == runs.c.id), sa.exists().where(prelabels.c.run_id == runs.c.id)
    )


def _about(population: ItemPopulation | None) -> dict[str, object]:
    return {} if population is None else {"population_id": population.id}


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
        population=population_of(row),
    )
