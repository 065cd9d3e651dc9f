"""Every error a user can meet: a code with values. Faces word it, in the reader's language and with what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Self

_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


class AssistantError(Exception):
    """Base of all errors that reach a user in plain words, without a stack trace.

    Args:
        code: a stable word of two or more parts (`run_not_found`); its wording is in `assistant.messages.errors`.
            A sentence is taken, too, where an error is worded by what raised it (a server's own words).
        where: file:line, item id, table or setting it concerns; empty when there is none.
        hint: what to do next, where only the place that raises knows; names no command and no option.
        field: the parameter whose value is wrong, as application functions name it; faces name their option or field.
        values: what the wording is filled in with, by name.
    """

    def __init__(self, code: str, *, where: str = "", hint: str = "", field: str = "", **values: object) -> None:
        super().__init__(code)
        self.what = code
        self.code = code if _CODE.fullmatch(code) else ""
        self.where = where
        self.hint = hint
        self.field = field
        self.values = values

    def with_values(self, values: Mapping[str, object]) -> Self:
        """Itself, worded with these values: for one that passes on what another says."""
        self.values = dict(values)
        return self

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled with its values, on its way out of another process."""
        return _restored, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        """For logs and developers; faces use `assistant.messages.wording`."""
        place = f"{self.where}: " if self.where else ""
        shown = (
            f"{name}={value if isinstance(value, AssistantError) else repr(value)}"
            for name, value in self.values.items()
        )
        values = f" ({', '.join(shown)})" if self.values else ""
        advice = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.what}{values}{advice}"


def _restored(kind: type[AssistantError], words: tuple[str, ...], parts: dict[str, object]) -> AssistantError:
    error = kind.__new__(kind, *words)
    error.__dict__.update(parts)
    return error


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


class NotFoundError(InputError):
    """What was named isn't there."""


class ConflictError(InputError):
    """What was asked contradicts what is there already: it exists, changed in the meantime, or is decided otherwise."""


class InvalidValueError(InputError):
    """A value is of the wrong kind or out of range; `field` says which."""


class NotAllowedError(InputError):
    """The one who asks may not do this here: a role, a rule or a state forbids it."""


class CertificateError(AssistantError):
    """What there is does not prove what was asked; says what is missing. Never a certificate that isn't one."""


class StorageError(AssistantError):
    """The database or its disk refused; nothing that was answered is lost.

    Args:
        code, where, hint, values: as of every error.
        gone: whether the database's server went away; it may be back in a moment, and what was under way was undone.
    """

    def __init__(self, code: str, *, where: str = "", hint: str = "", gone: bool = False, **values: object) -> None:
        super().__init__(code, where=where, hint=hint)
        self.values = values
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

    def __init__(
        self, code: str, *, reason: str, retry_after: float | None = None, where: str = "", **values: object
    ) -> None:
        super().__init__(code, where=where)
        self.values = values
        self.reason = reason
        self.retry_after = retry_after


class RejectedRequestError(ModelError):
    """The server refused this one request for good (too long, filtered); others may go on.

    Args:
        reason: short stable word for reports (`too_long`, `content_filter`, `bad_request`).
    """

    def __init__(self, code: str, *, reason: str, where: str = "", **values: object) -> None:
        super().__init__(code, where=where)
        self.values = values
        self.reason = reason


class FatalModelError(ModelError):
    """No request can succeed: wrong key, no such model, no quota, server gone for too long. Stops the job."""


class BudgetError(ModelError):
    """The spend cap of the run is reached; the job stops and can be continued with a higher cap."""
