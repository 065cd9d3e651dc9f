"""The logprobs of a reply: taken as they are where all is well, with care where a server deviates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assistant.models.interface import TokenLogprob

_ROUNDING = 1e-3  # how far above zero a logprob may be, by the server's arithmetic


def logprobs_of(choice: Mapping[str, Any]) -> tuple[TokenLogprob, ...]:
    """The tokens of a choice object with their alternatives; empty where there are none, or of an unknown shape."""
    offered = choice.get("logprobs")
    try:
        return _token_logprobs(offered["content"] or ()) if offered else ()
    except (TypeError, KeyError, AttributeError, ValueError, OverflowError):
        return ()


def _token_logprobs(content: Any) -> tuple[TokenLogprob, ...]:
    """One TokenLogprob a part: straight where all numbers are there, else with care."""
    try:
        plain = tuple(
            [
                TokenLogprob(
                    part["token"],
                    part["logprob"],
                    tuple([(top["token"], top["logprob"]) for top in part["top_logprobs"]]),
                )
                for part in content
            ]
        )
        # A sum, a maximum and a join find null, NaN, infinity and what is no text cheaper than a check at each place.
        pairs = [(part.token, part.logprob) for part in plain]
        for part in plain:
            pairs += part.top
        tokens, numbers = zip(*pairs, strict=True)
        "".join(tokens)
        if sum(numbers) > -math.inf and max(numbers) <= _ROUNDING:
            return plain
    except (KeyError, TypeError, ValueError):
        pass
    return tuple([_careful_logprob(part) for part in content])


def _careful_logprob(part: Any) -> TokenLogprob:
    tops = tuple([(_text(top["token"]), _logprob(top["logprob"])) for top in part.get("top_logprobs") or ()])
    return TokenLogprob(_text(part["token"]), _logprob(part["logprob"]), tops)


def _text(token: Any) -> str:
    if not isinstance(token, str):
        raise TypeError("a token is a text")
    return token


def _logprob(value: Any) -> float:
    """A number, with null and NaN as minus infinity: they stand where a token was not possible."""
    if isinstance(value, bool | str):
        raise TypeError("a logprob is a number")
    number = -math.inf if value is None else float(value)
    if number > _ROUNDING:
        raise ValueError("a logprob is not above zero")
    return -math.inf if math.isnan(number) else number
