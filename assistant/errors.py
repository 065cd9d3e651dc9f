"""Every error a user can meet. Each says what was wrong, where, and what to do next."""

from __future__ import annotations


class AssistantError(Exception):
    """Base of all errors that are told to the user in plain words, without a stack trace.

    Args:
        what: what was wrong, one sentence without a full stop.
        where: file:line, item id, table or setting it concerns; empty when there is none.
        hint: what to do next; empty when nothing can be done.
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.what}{advice}"


class SettingsError(AssistantError):
    """`assistant.toml` or the environment holds something that can't be used; lists every wrong key."""


class WorkspaceError(AssistantError):
    """The folder is no workspace, or belongs to another process right now."""


class PolicyError(AssistantError):
    """A policy document has mistakes; the message lists all of them."""


class PromptError(AssistantError):
    """A prompt template is missing, broken, or was edited under an old version number."""


class InputError(AssistantError):
    """A file or an argument given by the user can't be read or makes no sense."""


class CertificateError(AssistantError):
    """What there is does not prove what was asked; says what is missing. Never a certificate that isn't one."""


class StorageError(AssistantError):
    """The database or its disk refused; nothing that was answered is lost.

    Args:
        what, where, hint: as of every error.
        gone: whether the database's server went away; it may be back in a moment, and what was under way was undone.
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "", gone: bool = False) -> None:
        super().__init__(what, where=where, hint=hint)
        self.gone = gone


class VectorIndexError(AssistantError):
    """The vector index is missing, stale, locked or inconsistent."""


class ModelError(AssistantError):
    """A language model could not be asked."""


class RetryableModelError(ModelError):
    """Worth asking again: rate limit, server error, reset connection, timeout.

    Args:
        reason: short stable word for reports (`rate_limited`, `server_error`, `connection`, `timeout`).
        retry_after: seconds the server asked us to wait, when it did.
    """

    def __init__(self, what: str, *, reason: str, retry_after: float | None = None, where: str = "") -> None:
        super().__init__(what, where=where)
        self.reason = reason
        self.retry_after = retry_after


class RejectedRequestError(ModelError):
    """The server refused this one request for good (too long, filtered); others may go on.

    Args:
        reason: short stable word for reports (`too_long`, `content_filter`, `bad_request`).
    """

    def __init__(self, what: str, *, reason: str, where: str = "") -> None:
        super().__init__(what, where=where)
        self.reason = reason


class FatalModelError(ModelError):
    """No request can succeed: wrong key, no such model, no quota, server gone for too long. Stops the job."""


class BudgetError(ModelError):
    """The spend cap of the run is reached; the job stops and can be continued with a higher cap."""
