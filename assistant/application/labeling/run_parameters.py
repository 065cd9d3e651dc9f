"""How a run asks, what makes two commands the same run, and what routes its answers first."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import orjson

from assistant.domain.policies import Policy
from assistant.domain.prelabels import RunIdentity
from assistant.models.embedders.build import embedder_identity
from assistant.models.interface import Sampling
from assistant.policy.retrieve import NEAR_DISTANCES, RetrievalOptions
from assistant.prompting.template import Prompt
from assistant.routing.doubts import RoutingPolicy
from assistant.routing.instructions.finding import LabelWords
from assistant.settings import RoutingSettings, Settings

_ANYTHING_IS_NEAR = 2.0  # the largest cosine distance: of other embedders nothing was measured


def sampling(settings: Settings, prompt: Prompt, model: str) -> Sampling:
    """The prompt's sampling with the settings' overrides: those of this model, then `temperature`."""
    chosen: dict[str, Any] = dict(settings.model.options(model).sampling)
    if settings.model.temperature is not None:
        chosen["temperature"] = settings.model.temperature
    return replace(prompt.sampling, **chosen) if chosen else prompt.sampling


def retrieval_options(settings: Settings) -> RetrievalOptions:
    """How clauses and precedents are looked up. A prompt may show fewer; all that are near vote as a signal."""
    chosen = settings.retrieval
    return RetrievalOptions(
        embedder=embedder_identity(settings.embedder.name),
        clauses=chosen.clauses,
        precedents=chosen.precedents,
        policy_tokens=chosen.policy_tokens,
        precedent_tokens=chosen.precedent_tokens,
        near_distance=chosen.near_distance or NEAR_DISTANCES.get(settings.embedder.name, _ANYTHING_IS_NEAR),
    )


def run_identity(settings: Settings, prompt: Prompt, policy: Policy, model: str, replicate: int) -> RunIdentity:
    """What makes two commands the same run: all that decides what is asked, nothing that only routes the answer."""
    looked_up = asdict(retrieval_options(settings))
    del looked_up["near_distance"]
    parameters: dict[str, object] = {
        "sampling": asdict(sampling(settings, prompt, model)),
        "retrieval": looked_up,
        "content_tokens": settings.content.prompt_tokens,
        "max_asks": settings.model.max_asks,
    }
    if extra := settings.model.options(model).parameters:
        parameters["extra"] = extra  # only where there are any: runs without them keep their identity
    written = orjson.dumps(parameters, option=orjson.OPT_SORT_KEYS).decode()
    return RunIdentity(prompt.digest, policy.digest, model, written, replicate)


def routing_policy(settings: RoutingSettings, policy: Policy, *, seed: int, nonce: str) -> RoutingPolicy:
    """What decides the first route; the seed is the workspace's, the nonce that of the run's routes."""
    return RoutingPolicy(
        always_human=frozenset(label.name for label in policy.label_set.labels if label.always_human),
        languages=frozenset(policy.languages),
        accept_probability=settings.accept_probability,
        audit_share=settings.audit_share,
        seed=seed,
        nonce=nonce,
        words=LabelWords.of(policy),
    )
