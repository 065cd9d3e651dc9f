"""Which wording of a prompt or a policy a version number stood for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assistant.domain.policies import Policy
from assistant.errors import PolicyError, PromptError
from assistant.store.audit import log as audit
from assistant.store.database import Database, Row, now
from assistant.store.tables.content import policies, prompts, run_events, runs, used_texts


class Registry:
    """Remembers every wording that was used; a version that was asked with never stands for two."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register_prompt(self, name: str, version: str, digest: str, source: str) -> None:
        """Remember a prompt before its first use.

        Raises:
            PromptError: the number stands for another text already, and a run asked with it; names those runs.
        """
        self.refuse_edited_prompt(name, version, digest)
        row = {"digest": digest, "name": name, "version": version, "source": source, "created_at": now()}
        with self._database.write() as connection:
            self._database.insert_new(connection, prompts, [row])
            self._use(connection, row, "prompt.use", f"prompt:{name}@{version}")

    def register_policy(self, policy: Policy) -> None:
        """Remember a policy before its first use.

        Raises:
            PolicyError: the version stands for another text already, and a run asked with it; names those runs.
        """
        self.refuse_edited_policy(policy)
        row = {
            "digest": policy.digest,
            "policy_id": policy.id,
            "version": policy.version,
            "title": policy.title,
            "source": policy.source,
            "created_at": now(),
        }
        with self._database.write() as connection:
            self._database.insert_new(connection, policies, [row])
            self._use(connection, row, "policy.use", f"policy:{policy.id}@{policy.version}")

    def policy_source(self, policy_id: str, version: str) -> str | None:
        """The document as it was when that version was last used, or None."""
        query = sa.select(policies.c.source).where(policies.c.policy_id == policy_id, policies.c.version == version)
        with self._database.read() as connection:
            return connection.execute(self._used(query, policies).order_by(used_texts.c.created_at.desc())).scalar()

    def policy_versions(self, policy_id: str) -> list[str]:
        """Versions used so far, oldest first."""
        query = self._used(sa.select(policies.c.version).where(policies.c.policy_id == policy_id), policies)
        query = query.order_by(used_texts.c.created_at)
        with self._database.read() as connection:
            return [str(version) for version in connection.execute(query).scalars()]

    def prompt_source(self, name: str, version: str) -> str | None:
        """The template as it was when that version was last used, or None."""
        query = sa.select(prompts.c.source).where(prompts.c.name == name, prompts.c.version == version)
        with self._database.read() as connection:
            return connection.execute(self._used(query, prompts).order_by(used_texts.c.created_at.desc())).scalar()

    def refuse_edited_prompt(self, name: str, version: str, digest: str) -> None:
        """Raises the PromptError of `register_prompt` without remembering anything."""
        same_version = sa.and_(prompts.c.name == name, prompts.c.version == version)
        if others := self._asked_with_another_text(prompts, same_version, digest):
            raise PromptError("prompt_edited", prompt=f"{name}@{version}", name=name, runs=others, count=len(others))

    def refuse_edited_policy(self, policy: Policy) -> None:
        """Raises the PolicyError of `register_policy` without remembering anything."""
        same_version = sa.and_(policies.c.policy_id == policy.id, policies.c.version == policy.version)
        if others := self._asked_with_another_text(policies, same_version, policy.digest):
            raise PolicyError("policy_edited", policy=policy.id, version=policy.version, runs=others, count=len(others))

    def _use(self, connection: sa.Connection, row: Row, action: str, subject: str) -> None:
        """Note that the project uses a text; the first time counts, and is logged."""
        mine = used_texts.c.project_id == self._database.project_id, used_texts.c.digest == row["digest"]
        if connection.execute(sa.select(used_texts.c.digest).where(*mine)).first() is not None:
            return
        used = {"project_id": self._database.project_id, "digest": row["digest"], "created_at": row["created_at"]}
        self._database.insert_new(connection, used_texts, [used])
        audit.append(connection, self._database.operator, action, subject, {"digest": row["digest"]})

    def _used(self, query: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
        """Of these texts those that the project used: two projects may edit the same one, each its own way."""
        mine = sa.and_(used_texts.c.digest == table.c.digest, used_texts.c.project_id == self._database.project_id)
        return query.join(used_texts, mine)

    def _asked_with_another_text(self, table: sa.Table, version: sa.ColumnElement[bool], digest: str) -> list[str]:
        """The runs that asked anything with another text under this version, by name.

        A dry run asks nothing: a text may be edited as long as it was only tried out.
        """
        used_by = runs.c.prompt_digest if table is prompts else runs.c.policy_digest
        asked = sa.exists().where(run_events.c.run_id == runs.c.id)
        query = (
            sa.select(runs.c.id)
            .join(table, used_by == table.c.digest)
            .where(version, table.c.digest != digest, asked, runs.c.project_id == self._database.project_id)
            .order_by(runs.c.id)
        )
        with self._database.read() as connection:
            return [f"r{key}" for key in connection.execute(query).scalars()]
