"""Which wording of a prompt or a policy a version number stood for."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.domain.policies import Policy
from assistant.errors import PolicyError, PromptError
from assistant.store.database import Database, now
from assistant.store.tables import policies, prompts, runs


class Registry:
    """Remembers every wording that was used; a version number never stands for two."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register_prompt(self, name: str, version: str, digest: str, source: str) -> None:
        """Remember a prompt before its first use.

        Raises:
            PromptError: the number stands for another text already, naming the runs that used it.
        """
        self.refuse_edited_prompt(name, version, digest)
        row = {"digest": digest, "name": name, "version": version, "source": source, "created_at": now()}
        with self._database.write() as connection:
            self._database.insert_new(connection, prompts, [row])

    def register_policy(self, policy: Policy) -> None:
        """Remember a policy before its first use.

        Raises:
            PolicyError: the version stands for another text already, naming the runs that used it.
        """
        other = self._used(policies, policies.c.policy_id == policy.id, policy.version, policy.digest)
        if other is not None:
            raise PolicyError(
                f"policy {policy.id} version {policy.version} was edited: {self._runs('policy_digest', other)} "
                "used another text under this version",
                hint="give the new text a new version in its front matter",
            )
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

    def policy_source(self, policy_id: str, version: str) -> str | None:
        """The document as it was when that version was first used, or None."""
        query = sa.select(policies.c.source).where(policies.c.policy_id == policy_id, policies.c.version == version)
        with self._database.read() as connection:
            return connection.execute(query).scalar()

    def policy_versions(self, policy_id: str) -> list[str]:
        """Versions used so far, oldest first."""
        query = sa.select(policies.c.version).where(policies.c.policy_id == policy_id).order_by(policies.c.created_at)
        with self._database.read() as connection:
            return [str(version) for version in connection.execute(query).scalars()]

    def prompt_source(self, name: str, version: str) -> str | None:
        """The template as it was when that version was first used, or None."""
        query = sa.select(prompts.c.source).where(prompts.c.name == name, prompts.c.version == version)
        with self._database.read() as connection:
            return connection.execute(query).scalar()

    def refuse_edited_prompt(self, name: str, version: str, digest: str) -> None:
        """Raises the PromptError of `register_prompt` without remembering anything."""
        other = self._used(prompts, prompts.c.name == name, version, digest)
        if other is not None:
            raise PromptError(
                f"prompt {name}@{version} was edited: {self._runs('prompt_digest', other)} used another text "
                "under this version",
                hint=f"undo the edit, or save it as the next version: prompts/{name}/<next>.md",
            )

    def _used(self, table: sa.Table, named: sa.ColumnElement[bool], version: str, digest: str) -> str | None:
        query = sa.select(table.c.digest).where(named, table.c.version == version, table.c.digest != digest)
        with self._database.read() as connection:
            return connection.execute(query).scalar()

    def _runs(self, column: str, digest: str) -> str:
        query = sa.select(runs.c.id).where(runs.c[column] == digest).order_by(runs.c.id)
        with self._database.read() as connection:
            found = [f"r{key}" for key in connection.execute(query).scalars()]
        return ("run " if len(found) == 1 else "runs ") + ", ".join(found) if found else "an earlier command"
