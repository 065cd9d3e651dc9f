"""What monitoring asks of a workspace: whether its database can be written, what waits, how its index stands."""

from __future__ import annotations

import http.client
from contextlib import suppress
from urllib.parse import urlsplit

from assistant.application.workspace.backup import seconds_since_backup
from assistant.domain.health import Backlog, DatabaseState
from assistant.policy.index.lock import held
from assistant.store.probe import DatabaseProbe
from assistant.store.review.queue.workload import count_backlog
from assistant.store.runs.journal import at_work
from assistant.wiring.workspace import Workspace

AWAY = "does not answer"
"""Of a database or an index that gives no answer in time."""


class HealthProbe:
    """Looks at one workspace with connections of its own; each look is used by one thread at a time.

    Args:
        workspace: the opened workspace.
        seconds: how long one look may take.
    """

    def __init__(self, workspace: Workspace, seconds: float) -> None:
        self._workspace = workspace
        self._seconds = seconds
        self._writing, self._reading = (DatabaseProbe(workspace.database, seconds) for _ in range(2))

    def condition(self) -> DatabaseState:
        """Whether the database can be written."""
        return self._writing.look()

    def backlog(self) -> Backlog | None:
        """What waits; None where the database doesn't answer in time."""
        return self._reading.read(count_backlog)

    def backup_seconds(self) -> float | None:
        """How long ago the last backup was made; None for never."""
        return seconds_since_backup(self._workspace.database)

    def job_running(self) -> bool:
        """Whether a job is at work."""
        return at_work(self._workspace.journal_folder)

    def index(self) -> str:
        """How the search index stands: `none` (not built), `free`, `in use`, `server`, or `AWAY`."""
        url = self._workspace.settings.storage.chroma_url
        if url:
            return "server" if self._answers(url) else AWAY
        folder = self._workspace.project_state / "chroma"
        if not folder.is_dir():
            return "none"
        return "in use" if held(folder) else "free"

    def close(self) -> None:
        """Free the connections."""
        self._writing.close()
        self._reading.close()

    def _answers(self, url: str) -> bool:
        """Whether a Chroma server answers; its heartbeat needs no credentials."""
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        port = parts.port or (443 if parts.scheme == "https" else 8000)
        connection = kind(parts.hostname or "", port, timeout=self._seconds)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", f"{parts.path.rstrip('/')}/api/v2/heartbeat")
            return connection.getresponse().status < 500
        return False
