"""What an exception from a LangChain integration means, whatever SDK it comes from.

The HTTP answer behind it, where there is one, decides. What has no HTTP status at all is a fault on the way - a broken
connection, half a reply, a gateway's page, or an SDK that could not read one - and is worth another attempt.
"""

from __future__ import annotations

import re

from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.http.errors import error_for
from assistant.models.langchain.providers import provider_of
from assistant.models.langchain.refusals import chain, names_of, plain, refusal_of, without_secrets

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


def setup_error(failure: Exception, *, spec: str) -> FatalModelError:
    """Why a model can't even be made: no integration, no such provider, no key, no region."""
    said = str(failure)
    wanted = re.search(r"pip install ([\w-]+)", said)
    if isinstance(failure, ImportError) and wanted:
        return FatalModelError("model_package_missing", model=spec, package=wanted[1], hint=f"pip install {wanted[1]}")
    if "Unsupported" in said and "provider" in said:
        known = said.partition("providers are: ")[2]
        return FatalModelError("provider_unknown", provider=spec.partition(":")[0], hint=f"Known are: {known}")
    if re.search(r"specify a region|NoRegion", f"{said} {names_of(failure)}"):
        return FatalModelError(
            "aws_region_missing",
            model=spec,
            where="AWS_REGION",
            hint="Set AWS_REGION or AWS_DEFAULT_REGION in the environment, or region in [model.extra].",
        )
    problems = getattr(failure, "errors", None)
    if callable(problems):
        # pydantic quotes the values it was given, keys among them; its messages alone are enough.
        said = "; ".join(str(problem.get("msg", "")) for problem in problems())
    key_name = provider_of(spec.partition(":")[0]).key_name
    return FatalModelError(
        "model_not_set_up",
        model=spec,
        said=without_secrets(said),
        hint=f"Check {key_name} and [model.extra]." if key_name else "Check [model.extra] and the provider's own page.",
    )


def _set_up_wrong(failure: Exception, spec: str, provider: str) -> ModelError | None:
    """What no attempt can fix, and lies on this side: access, or a call that the integration does not take."""
    if isinstance(failure, ImportError):
        return setup_error(failure, spec=spec)
    if isinstance(failure, NotImplementedError):
        return RejectedRequestError(
            "model_unable", reason="bad_request", model=spec, said=without_secrets(str(failure))
        )
    if isinstance(failure, TypeError) and _WRONG_ARGUMENT.search(str(failure)):
        return FatalModelError(
            "model_option_refused",
            model=spec,
            said=without_secrets(str(failure)),
            where="[model.extra]",
            hint="Leave it out.",
        )
    return _no_access(failure, spec, provider)


def _no_access(failure: Exception, spec: str, provider: str) -> FatalModelError | None:
    names = " ".join(names_of(error) for error in chain(failure))
    key_name = provider_of(provider).key_name
    if _NO_CREDENTIALS.search(names):
        return FatalModelError(
            "credentials_missing",
            model=spec,
            said=without_secrets(str(failure)),
            where=key_name.partition(" or ")[0],
            hint=f"Set {key_name} in the environment." if key_name else "See the provider's own page.",
        )
    if _BAD_HEADER.search(names) and any("header" in str(error) for error in chain(failure)):
        return FatalModelError(
            "key_not_a_header",
            model=spec,
            where=key_name.partition(" or ")[0],
            hint=f"Copy {key_name or 'the key'} again, without blanks and line breaks.",
        )
    if _BAD_CERTIFICATE.search(names):
        return FatalModelError(
            "certificate_unverified",
            provider=provider,
            hint="Set SSL_CERT_FILE to the authority's certificates, or use http:// if the server has no TLS.",
        )
    return None


def _on_the_way(failure: Exception, spec: str) -> RetryableModelError:
    """A fault below HTTP, by the innermost exception that says which one."""
    for error in reversed(list(chain(failure))):
        names = names_of(error)
        if _TIMEOUT.search(names):
            return RetryableModelError("model_late", reason="timeout", model=spec)
        if _UNREACHABLE.search(names):
            return _unreachable(spec, error)
        if _BROKEN_OFF.search(names):
            return RetryableModelError("reply_interrupted", reason="reset", model=spec)
    if _CONNECTION.search(names_of(failure)):
        return _unreachable(spec, failure)
    kind = type(failure).__name__
    said = without_secrets(plain(_short(failure)))
    if isinstance(failure, _UNREADABLE):
        error = RetryableModelError(
            "reply_unreadable", reason="truncated", model=spec, said=f"{kind}: {said}" if said else kind
        )
        error.hint = "A proxy or gateway in between, or base_url in [model.extra], may be the cause."
        return error
    return RetryableModelError("model_failed", reason="server_error", model=spec, said=said or kind)


def _unreachable(spec: str, failure: BaseException) -> RetryableModelError:
    error = RetryableModelError(
        "model_unreachable", reason="connection", model=spec, said=without_secrets(str(failure))
    )
    error.hint = "Is it running? Check the network, and base_url in [model.extra] where you set one."
    return error


def _short(failure: BaseException) -> str:
    """The first line of what an exception says; pydantic's quote the reply further down."""
    lines = str(failure).strip().splitlines()
    return lines[0] if lines else ""
