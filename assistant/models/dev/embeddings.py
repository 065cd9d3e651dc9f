"""What the test server answers to `POST /v1/embeddings`: vectors by feature hashing, repeatable and without a model."""

from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson

from assistant.models.dev.options import DevServerOptions, RefusedError


def embeddings_body(options: DevServerOptions, payload: Mapping[str, Any]) -> bytes:
    """The reply as JSON bytes; as numbers, or in base64 as the SDK asks for them.

    Raises:
        RefusedError: the input is neither a text nor a list of texts.
    """
    texts = payload.get("input", [])
    if isinstance(texts, str):
        texts = [texts]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise RefusedError(400, "`input` must be a string or a list of strings.", "invalid_request_error")
    dimensions = int(payload.get("dimensions") or options.dimensions)
    data = []
    for index, text in enumerate(texts):
        vector: object = embed(text, dimensions)
        if payload.get("encoding_format") == "base64":
            vector = base64.b64encode(struct.pack(f"<{dimensions}f", *embed(text, dimensions))).decode()
        data.append({"object": "embedding", "index": index, "embedding": vector})
    tokens = sum(len(text) for text in texts) // 4
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return orjson.dumps({"object": "list", "model": payload.get("model", ""), "data": data, "usage": usage})


def embed(text: str, dimensions: int) -> list[float]:
    """A unit vector by feature hashing of words and character pairs: equal texts equal, like texts alike."""
    vector = [0.0] * dimensions
    lowered = text.lower()
    for feature in (*re.findall(r"\w+", lowered), *(lowered[i : i + 2] for i in range(len(lowered) - 1))):
        number = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest())
        vector[number % dimensions] += 1.0 if number >> 63 else -1.0
    if not any(vector):  # a single sign, or features that cancel: no model gives zero
        vector[0] = 1.0
    norm = math.sqrt(sum(value * value for value in vector))
    return [value / norm for value in vector]
