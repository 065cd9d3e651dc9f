"""What a workspace sends to a model beyond the prompt: sampling of its own, further parameters, headers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SAMPLING_NAMES = frozenset({"temperature", "max_tokens", "top_p", "seed"})
"""Options that replace the prompt's own sampling; they are negotiated with the server like it."""

_HEADERS = "headers"
_ALIASES = {"max_completion_tokens": "max_tokens", "max_output_tokens": "max_tokens"}
_DECIDED_HERE = {
    "model": "[model] spec names the model",
    "messages": "the prompt decides what is asked",
    "prompt": "the prompt decides what is asked",
    "input": "the prompt decides what is asked",
    "n": "one reply is read",
    "response_format": "the prompt's output fields decide it",
    "logprobs": "they are asked for where the server has them",
    "top_logprobs": "they are asked for where the server has them",
}
_SECRET_NAME = re.compile(
    r"api_?key|secret|passw|access_?token|auth_?token|authorization|credential|bearer", re.IGNORECASE
)
_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|passw|credential", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"^\s*(?:(?:sk|pk|gsk|xai)[-_]|Bearer\s)[\w.\-]{6}")
_PROTOCOL_HEADERS = frozenset(
    {"accept-encoding", "connection", "content-length", "content-type", "host", "transfer-encoding", "upgrade"}
)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_RANGES: dict[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "max_tokens": (1, 10_000_000),
    "top_p": (0, 1),
    "seed": (-(2**63), 2**63 - 1),
}


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What `[model.extra]` says for one model.

    Args:
        sampling: values that replace the prompt's `temperature`, `max_tokens`, `top_p`, `seed`.
        parameters: sent with every request as they are (a provider's integration: given to its class).
        headers: sent with every request; `${NAME}` stands for a variable of the environment.
    """

    sampling: Mapping[str, float | int] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def expanded_headers(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The headers with the variables' values in them.

        Raises:
            KeyError: a variable is not set; its argument is the variable's name.
            ValueError: a value has line breaks or other characters no header can hold; its argument is the name of it.
        """
        expanded = {
            name: _VARIABLE.sub(lambda one: environ[one[1]].strip(), written) for name, written in self.headers.items()
        }
        for name, value in expanded.items():
            if not value.isprintable() or not value.isascii():
                raise ValueError(name)
        return expanded


def options_for(extra: Mapping[str, object], spec: str) -> ModelOptions:
    """The options of one model: the general ones, and on top of them those of the table that is named by its spec.

    Args:
        extra: `[model.extra]`, checked by `check_extra`.
        spec: the model, e.g. `openai:qwen3-8b`. A model in this process (`local`) takes only its own table.
    """
    general = {} if spec == "local" else {name: value for name, value in extra.items() if not _is_spec(name)}
    own = extra.get(spec, {})
    merged = general | dict(own if isinstance(own, Mapping) else {})
    headers = {**_table(general.get(_HEADERS)), **_table(merged.pop(_HEADERS, None))}
    named = {_ALIASES.get(name, name): value for name, value in merged.items()}
    sampling = {name: value for name, value in named.items() if name in SAMPLING_NAMES}
    parameters = {name: value for name, value in named.items() if name not in SAMPLING_NAMES}
    return ModelOptions(sampling, parameters, {name: str(value) for name, value in headers.items()})  # type: ignore[arg-type]  # numbers: `check_extra` has seen to it


def check_extra(extra: Mapping[str, object]) -> list[str]:
    """What is wrong with `[model.extra]`, one sentence a fault; empty where it can be used."""
    wrong: list[str] = []
    for name, value in extra.items():
        if not _is_spec(name):
            wrong += _wrong_option(name, value)
        elif not isinstance(value, Mapping):
            wrong.append(f"{name}: a model's options are a table")
        elif name == "local" and (further := sorted(set(value) - SAMPLING_NAMES)):
            wrong.append(f"local: the embedded model takes no {', '.join(further)}")
        else:
            wrong += [f"{name}: {fault}" for key, below in value.items() for fault in _wrong_option(key, below)]
    return wrong


def _is_spec(name: str) -> bool:
    return ":" in name or name == "local"


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _wrong_option(name: str, value: object) -> Iterator[str]:
    if name == _HEADERS:
        yield from _wrong_headers(value)
    elif name in _DECIDED_HERE:
        yield f"{name} can't be set: {_DECIDED_HERE[name]}"
    elif (key := _ALIASES.get(name, name)) in SAMPLING_NAMES:
        low, high = _RANGES[key]
        whole = key in {"max_tokens", "seed"}
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            bounds = "" if key == "seed" else f" from {low:,} to {high:,}"
            yield f"{name} is a {'whole ' if whole else ''}number{bounds}"
    else:
        yield from _wrong_value(name, value)


def _wrong_value(name: str, value: object) -> Iterator[str]:
    if _SECRET_NAME.search(name.replace("-", "_")) or (isinstance(value, str) and _SECRET_VALUE.match(value)):
        yield f"{name}: secrets come from the environment only; a header may name a variable as ${{NAME}}"
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _wrong_value(f"{name}.{key}", below)
    elif isinstance(value, list | tuple):
        for below in value:
            yield from _wrong_value(name, below)
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{name} is no number that JSON can hold"
    elif value is not None and not isinstance(value, str | bool | int | float):
        yield f"{name}: a {type(value).__name__} is nothing that JSON can hold; write it as text"


def _wrong_headers(value: object) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield "headers is a table of names and texts"
        return
    for name, text in value.items():
        if not _HEADER_NAME.fullmatch(name):
            yield f"headers: {name!r} is no name of a header"
        elif name.lower() in _PROTOCOL_HEADERS:
            yield f"headers.{name} can't be set: it belongs to the request itself"
        elif not isinstance(text, str) or not text.isprintable() or not text.isascii():
            yield f"headers.{name} is one line of plain text"
        elif name.lower() == "authorization" and "OPENAI_API_KEY" in text:
            yield f"headers.{name}: OPENAI_API_KEY is sent as a bearer token by itself; leave the header out"
        elif (_SECRET_HEADER.search(name) or _SECRET_VALUE.match(text)) and not _VARIABLE.search(text):
            yield f"headers.{name}: secrets come from the environment only; write ${{NAME}} for a variable"
