"""What an exception from a LangChain integration means, whatever SDK it comes from.

Integrations wrap what went wrong: the status, the headers and the server's words may sit in the exception itself, in
its response, or in the exception it was raised from. What has no HTTP status at all is a fault on the way - a broken
connection, half a reply, a gateway's page, or an SDK that could not read one - and is worth another attempt.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import dump_json
from assistant.models.http_errors import error_for
from assistant.models.http_refusals import Refusal, read_refusal, scrub
from assistant.models.langchain_providers import provider_of

_STATUS_BY_NAME = (
    (re.compile(r"ContextOverflow"), 413),
    (re.compile(r"RateLimit|ResourceExhausted|Throttl|TooManyRequests"), 429),
    (re.compile(r"Authenticat|Unauthorized"), 401),
    (re.compile(r"PermissionDenied|Forbidden|AccessDenied"), 403),
    (re.compile(r"ModelNotFound|NotFoundError"), 404),
    (re.compile(r"ServiceUnavailable|Overloaded"), 503),
    (re.compile(r"InternalServer|ModelAPIError|ServerError"), 500),
)
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$")
_CHAIN_AT_MOST = 8

_NO_CREDENTIALS = re.compile(
    r"NoCredentials|CredentialRetrieval|TokenRetrieval|PartialCredentials|ProfileNotFound|RefreshError"
)
_BAD_HEADER = re.compile(r"LocalProtocolError|InvalidHeader")
_BAD_CERTIFICATE = re.compile(r"SSLCertVerification|CertificateError")
_TIMEOUT = re.compile(r"Timeout|TimedOut|DeadlineExceeded")
_UNREACHABLE = re.compile(r"ConnectError|ClientConnector|EndpointConnection|ConnectionRefused|NewConnection|gaierror")
_BROKEN_OFF = re.compile(
    r"RemoteProtocol|ReadError|WriteError|CloseError|ServerDisconnected|ClientPayload|ClientOSError|ConnectionReset|"
    r"PayloadEncoding|BadHttpMessage|ConnectionClosed|BrokenPipe|IncompleteRead|ProtocolError|ResponseStreaming|ChunkedEncoding|ConnectionAborted"
)
_NO_STATUS = re.compile(
    r"PayloadEncoding|BadHttpMessage|HttpProcessing"
)  # aiohttp's have 400 for what it couldn't read
_CONNECTION = re.compile(r"Connection|Transport|NetworkError")
_WRONG_ARGUMENT = re.compile(r"unexpected keyword argument|got multiple values for")
_UNREADABLE = (ValueError, KeyError, IndexError, AttributeError, TypeError)


def model_error(failure: Exception, *, spec: str, model: str) -> ModelError:
    """The error to report, by the HTTP status where there is one, else by what broke on the way.

    Args:
        failure: as raised by the integration.
        spec: `provider:name`, for the message.
        model: the provider's name of the model.
    """
    provider = spec.partition(":")[0]
    refusal = refusal_of(failure)
    if refusal is not None:
        return error_for(
            refusal,
            server=provider,
            model=model,
            key_name=provider_of(provider).key_name or f"the key of {provider}",
            address_hint="Check the name after the colon, and base_url in [model.extra] where you set one.",
        )
    return _set_up_wrong(failure, spec, provider) or _on_the_way(failure, spec)


def refusal_of(failure: Exception) -> Refusal | None:
    """The HTTP answer behind an exception, None when there is none."""
    status, headers, body = None, None, b""
    for error in _chain(failure):
        status = status or _status_of(error)
        headers = headers or _headers_of(error)
        body = body or _body_of(error)
    if status is None:
        names = _names(failure)
        status = next((code for pattern, code in _STATUS_BY_NAME if pattern.search(names)), None)
    if status is None:
        return None
    refusal = read_refusal(status, headers or {}, body or str(failure).encode("utf-8", "replace"))
    return replace(refusal, message=without_secrets(_plain(refusal.message)))


def complaint_of(failure: Exception) -> Refusal | None:
    """What was refused, by the provider or by its integration before anything was sent; None where nothing was."""
    refusal = refusal_of(failure)
    if refusal is None and type(failure) in {ValueError, TypeError, NotImplementedError}:
        return Refusal(400, message=without_secrets(str(failure)))
    return refusal


def setup_error(failure: Exception, *, spec: str) -> FatalModelError:
    """Why a model can't even be made: no integration, no such provider, no key, no region."""
    said = str(failure)
    wanted = re.search(r"pip install ([\w-]+)", said)
    if isinstance(failure, ImportError) and wanted:
        return FatalModelError(f"{spec} needs the package {wanted[1]}", hint=f"pip install {wanted[1]}")
    if "Unsupported" in said and "provider" in said:
        known = said.partition("providers are: ")[2]
        return FatalModelError(f"no provider {spec.partition(':')[0]!r}", hint=f"Known are: {known}")
    if re.search(r"specify a region|NoRegion", f"{said} {_names(failure)}"):
        return FatalModelError(
            f"no AWS region for {spec}",
            where="AWS_REGION",
            hint="Set AWS_REGION or AWS_DEFAULT_REGION in the environment, or region in [model.extra].",
        )
    problems = getattr(failure, "errors", None)
    if callable(problems):
        # pydantic quotes the values it was given, keys among them; its messages alone are enough.
        said = "; ".join(str(problem.get("msg", "")) for problem in problems())
    key_name = provider_of(spec.partition(":")[0]).key_name
    return FatalModelError(
        f"{spec} can't be set up: {without_secrets(said)}",
        hint=f"Check {key_name} and [model.extra]." if key_name else "Check [model.extra] and the provider's own page.",
    )


def without_secrets(text: str) -> str:
    """Text without the values of the environment's keys, cut short, on one line."""
    for name, value in os.environ.items():
        if len(value) >= 8 and _SECRET_NAME.search(name):
            text = text.replace(value, "***")
    return scrub(text, None)


def _set_up_wrong(failure: Exception, spec: str, provider: str) -> ModelError | None:
    """What no attempt can fix, and lies on this side: access, or a call that the integration does not take."""
    if isinstance(failure, ImportError):
        return setup_error(failure, spec=spec)
    if isinstance(failure, NotImplementedError):
        return RejectedRequestError(f"{spec} can't do this: {without_secrets(str(failure))}", reason="bad_request")
    if isinstance(failure, TypeError) and _WRONG_ARGUMENT.search(str(failure)):
        return FatalModelError(
            f"{spec} takes no such option: {without_secrets(str(failure))}", where="[model.extra]", hint="Leave it out."
        )
    return _no_access(failure, spec, provider)


def _no_access(failure: Exception, spec: str, provider: str) -> FatalModelError | None:
    names = " ".join(_names(error) for error in _chain(failure))
    key_name = provider_of(provider).key_name
    if _NO_CREDENTIALS.search(names):
        return FatalModelError(
            f"no credentials for {spec}: {without_secrets(str(failure))}",
            where=key_name.partition(" or ")[0],
            hint=f"Set {key_name} in the environment." if key_name else "See the provider's own page.",
        )
    if _BAD_HEADER.search(names) and any("header" in str(error) for error in _chain(failure)):
        return FatalModelError(
            f"{spec} can't be asked: a header has characters that no header has",
            where=key_name.partition(" or ")[0],
            hint=f"Copy {key_name or 'the key'} again, without blanks and line breaks.",
        )
    if _BAD_CERTIFICATE.search(names):
        return FatalModelError(
            f"the certificate of {provider} can't be verified",
            hint="Set SSL_CERT_FILE to the authority's certificates, or use http:// if the server has no TLS.",
        )
    return None


def _on_the_way(failure: Exception, spec: str) -> RetryableModelError:
    """A fault below HTTP, by the innermost exception that says which one."""
    for error in reversed(list(_chain(failure))):
        names = _names(error)
        if _TIMEOUT.search(names):
            return RetryableModelError(f"{spec} gave no answer in time", reason="timeout")
        if _UNREACHABLE.search(names):
            return _unreachable(spec, error)
        if _BROKEN_OFF.search(names):
            return RetryableModelError(f"{spec} closed the connection before its reply was whole", reason="reset")
    if _CONNECTION.search(_names(failure)):
        return _unreachable(spec, failure)
    kind = type(failure).__name__
    said = without_secrets(_plain(_short(failure)))
    if isinstance(failure, _UNREADABLE):
        error = RetryableModelError(
            f"{spec} sent a reply that is cut or not its own ({kind}{': ' if said else ''}{said})", reason="truncated"
        )
        error.hint = "A proxy or gateway in between, or base_url in [model.extra], may be the cause."
        return error
    return RetryableModelError(f"{spec} failed: {said or kind}", reason="server_error")


def _unreachable(spec: str, failure: BaseException) -> RetryableModelError:
    error = RetryableModelError(f"{spec} can't be reached: {without_secrets(str(failure))}", reason="connection")
    error.hint = "Is it running? Check the network, and base_url in [model.extra] where you set one."
    return error


def _chain(failure: BaseException) -> Iterator[BaseException]:
    """An exception and those it was raised from or while handling, outermost first.

    What was suppressed (`raise ... from None`) counts, too: Ollama's SDK drops the response that way.
    """
    seen: list[BaseException] = []
    error: BaseException | None = failure
    while error is not None and error not in seen and len(seen) < _CHAIN_AT_MOST:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _names(error: BaseException) -> str:
    return " ".join(kind.__name__ for kind in type(error).__mro__)


def _status_of(error: BaseException) -> int | None:
    """The HTTP status as OpenAI's, Anthropic's, Google's, AWS's, Ollama's and httpx's exceptions carry it."""
    if _NO_STATUS.search(_names(error)):
        return None
    response = getattr(error, "response", None)
    found = [getattr(error, "status_code", None), getattr(error, "code", None)]
    if isinstance(response, Mapping):
        found.insert(0, _metadata(response).get("HTTPStatusCode"))
    else:
        found += [getattr(response, "status_code", None), getattr(response, "status", None)]
    return next((status for status in found if isinstance(status, int) and 300 <= status < 600), None)


def _headers_of(error: BaseException) -> Mapping[str, str] | None:
    response = getattr(error, "response", None)
    headers = _metadata(response).get("HTTPHeaders") if isinstance(response, Mapping) else None
    headers = headers or getattr(response, "headers", None)
    return headers if isinstance(headers, Mapping) else None


def _metadata(response: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = response.get("ResponseMetadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _body_of(error: BaseException) -> bytes:
    """The server's words: parsed by the SDK, as AWS's pair of code and message, or as they came."""
    for name in ("body", "details"):
        parsed = getattr(error, name, None)
        if isinstance(parsed, dict | list) and parsed:
            return dump_json(parsed)
    response = getattr(error, "response", None)
    if isinstance(response, Mapping):
        problem = response.get("Error")
        if not isinstance(problem, Mapping):
            return b""
        return dump_json({"error": {"code": problem.get("Code"), "message": problem.get("Message")}})
    try:
        content = getattr(response, "content", None)
    except Exception:  # noqa: BLE001 - a streamed response that was not read has none to give
        return b""
    return content if isinstance(content, bytes) else b""


def _short(failure: BaseException) -> str:
    """The first line of what an exception says; pydantic's quote the reply further down."""
    lines = str(failure).strip().splitlines()
    return lines[0] if lines else ""


def _plain(text: str) -> str:
    """Words for people: without the Python dict or the JSON that some integrations put behind them."""
    return re.sub(r"\s*(?:b?['\"])?[{\[]\s*(?:b?['\"]).*", "", text, flags=re.DOTALL).rstrip(" :,.-")
