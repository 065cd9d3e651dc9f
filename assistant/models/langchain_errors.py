"""What an exception from a LangChain integration means, whatever SDK it comes from."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace

from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import dump_json
from assistant.models.http_errors import error_for
from assistant.models.http_refusals import Refusal, read_refusal, scrub

_STATUS_BY_NAME = (
    (re.compile(r"ContextOverflow"), 413),
    (re.compile(r"RateLimit|ResourceExhausted|Throttl|TooManyRequests"), 429),
    (re.compile(r"Authenticat|Unauthorized|NoCredentials|CredentialRetrieval"), 401),
    (re.compile(r"PermissionDenied|Forbidden|AccessDenied"), 403),
    (re.compile(r"ModelNotFound|NotFoundError"), 404),
    (re.compile(r"ServiceUnavailable|Overloaded"), 503),
    (re.compile(r"InternalServer|ModelAPIError|ServerError"), 500),
)
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$")


def model_error(failure: Exception, *, spec: str, model: str) -> ModelError:
    """The error to tell, by the exception's HTTP status where it has one, else by its class's name.

    Args:
        failure: as raised by the integration.
        spec: `provider:name`, for the message.
        model: the provider's name of the model.
    """
    names = " ".join(kind.__name__ for kind in type(failure).__mro__)
    refusal = refusal_of(failure)
    if refusal is not None:
        provider = spec.partition(":")[0]
        return error_for(refusal, server=provider, model=model, key_name=f"{provider.upper()}_API_KEY")
    said = without_secrets(str(failure))
    if re.search(r"Timeout|TimedOut|DeadlineExceeded", names):
        return RetryableModelError(f"{spec} gave no answer in time", reason="timeout")
    if re.search(r"Connect|RemoteProtocol|ServerDisconnected|EndpointConnection", names):
        return RetryableModelError(f"{spec} can't be reached: {said}", reason="connection")
    error = RejectedRequestError(f"{spec}: {type(failure).__name__}: {said}", reason="bad_request")
    error.hint = "The provider's integration does not take this request; its words above say why."
    return error


def refusal_of(failure: Exception) -> Refusal | None:
    """The HTTP answer behind an exception, None when there is none."""
    status, headers, body = _http_parts(failure)
    if status is None:
        names = " ".join(kind.__name__ for kind in type(failure).__mro__)
        status = next((code for pattern, code in _STATUS_BY_NAME if pattern.search(names)), None)
    if status is None:
        return None
    refusal = read_refusal(status, headers, body or str(failure).encode("utf-8", "replace"))
    return replace(refusal, message=without_secrets(refusal.message))


def setup_error(failure: Exception, *, spec: str) -> FatalModelError:
    """Why a model can't even be made: no integration, no such provider, no key."""
    said = str(failure)
    wanted = re.search(r"pip install ([\w-]+)", said)
    if isinstance(failure, ImportError) and wanted:
        return FatalModelError(f"{spec} needs the package {wanted[1]}", hint=f"pip install {wanted[1]}")
    if "Unsupported" in said and "provider" in said:
        known = said.partition("providers are: ")[2]
        return FatalModelError(f"no provider {spec.partition(':')[0]!r}", hint=f"Known are: {known}")
    problems = getattr(failure, "errors", None)
    if callable(problems):
        # pydantic quotes the values it was given, keys among them; its messages alone are enough.
        said = "; ".join(str(problem.get("msg", "")) for problem in problems())
    return FatalModelError(
        f"{spec} can't be set up: {without_secrets(said)}",
        hint="Most providers want a key in the environment, e.g. ANTHROPIC_API_KEY; see the provider's LangChain page.",
    )


def without_secrets(text: str) -> str:
    """Text without the values of the environment's keys, cut short, on one line."""
    for name, value in os.environ.items():
        if len(value) >= 8 and _SECRET_NAME.search(name):
            text = text.replace(value, "***")
    return scrub(text, None)


def _http_parts(failure: Exception) -> tuple[int | None, Mapping[str, str], bytes]:
    """(status, headers, body) as OpenAI's, Anthropic's, Google's, AWS's and httpx's exceptions carry them."""
    response = getattr(failure, "response", None)
    status = getattr(failure, "status_code", None) or getattr(failure, "code", None)
    headers = getattr(response, "headers", None)
    if isinstance(response, Mapping):
        answered = response.get("ResponseMetadata", {})
        status, headers = answered.get("HTTPStatusCode"), answered.get("HTTPHeaders")
    elif not isinstance(status, int):
        status = getattr(response, "status_code", None)
    body = getattr(failure, "body", None)
    usable = isinstance(status, int) and 300 <= status < 600
    return (
        int(status) if usable and status is not None else None,
        headers if isinstance(headers, Mapping) else {},
        dump_json(body) if isinstance(body, dict) else b"",
    )
