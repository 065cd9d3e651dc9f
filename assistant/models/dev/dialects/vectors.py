"""Embeddings as Gemini, Ollama and OpenAI's kin ask for them and get them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from assistant.models.dev.dialects.wire import text_of
from assistant.models.dev.embeddings import embed, embeddings_body
from assistant.models.dev.options import DevServerOptions

_GEMINI = re.compile(r"/v1(?:beta|alpha)?/models/[^/:]+:batchEmbedContents$")
_OPENAI = re.compile(r"(/openai/deployments/[^/]+|/openai/v1|/v1)?/embeddings$")


def embeds(path: str) -> bool:
    """Whether a path asks for embeddings."""
    return path == "/api/embed" or bool(_GEMINI.match(path) or _OPENAI.match(path))


def provider_of_embeddings(path: str) -> str:
    """Whose path it is, where no folder says so."""
    if path.startswith("/api/"):
        return "ollama"
    if path.startswith("/openai/"):
        return "azure_openai"
    return "google_genai" if _GEMINI.match(path) else "openai"


def vectors_body(options: DevServerOptions, path: str, payload: Mapping[str, Any], kind: str) -> bytes:
    """The reply in the dialect of the path; all zero where that is the fault.

    Raises:
        RefusedError, KeyError, TypeError, AttributeError: this is no such request.
    """
    if path == "/api/embed":
        texts = [payload["input"]] if isinstance(payload["input"], str) else payload["input"]
        rows = _rows(options, texts, kind)
        return orjson.dumps({"model": payload["model"], "embeddings": rows, "prompt_eval_count": len(texts)})
    if _GEMINI.match(path):
        texts = [text_of(one["content"].get("parts", [])) for one in payload["requests"]]
        size = payload["requests"][0].get("outputDimensionality") if texts else None
        rows = _rows(options, texts, kind, size)
        return orjson.dumps({"embeddings": [{"values": row} for row in rows]})
    if kind == "zero_vectors":
        rows = _rows(options, payload["input"], kind)
        data = [{"object": "embedding", "index": number, "embedding": row} for number, row in enumerate(rows)]
        return orjson.dumps({"object": "list", "model": payload.get("model", ""), "data": data, "usage": {}})
    return embeddings_body(options, payload)


def _rows(options: DevServerOptions, texts: list[str], kind: str, size: int | None = None) -> list[list[float]]:
    dimensions = int(size or options.dimensions)
    return [[0.0] * dimensions if kind == "zero_vectors" else embed(text, dimensions) for text in texts]
