"""Models by name, behind their guard."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.errors import InvalidValueError
from assistant.models.guard.budget import Budget, Prices
from assistant.models.guard.guarded import GuardedModel
from assistant.models.guard.pacing import Pacer
from assistant.models.http.address import openai_access
from assistant.models.interface import LabelModel
from assistant.models.langchain.model import LangChainModel
from assistant.models.local.model import LocalModel
from assistant.models.openai import OpenAIModel
from assistant.models.replay import RecordingModel, ReplayModel
from assistant.settings import ModelSettings


def check_spec(spec: str) -> None:
    """Refuse a spec that can name no model, before anything else is done. Raises InvalidValueError."""
    if spec != "local" and not spec.partition(":")[2]:
        raise InvalidValueError("model_unnamed", field="model", spec=repr(spec))


def build_model(spec: str, settings: ModelSettings, *, concurrency: int, record: str | None) -> LabelModel:
    """The model a spec names.

    Args:
        spec: `local`, `openai:NAME`, `PROVIDER:NAME` as LangChain names providers, or `replay:FILE`.
        settings: timeouts.
        concurrency: connections kept open at most.
        record: a file that gets every reply, None for none.

    Raises:
        InputError: the spec names no model.
        SettingsError, FatalModelError: what the model needs is not there.
    """
    check_spec(spec)
    kind, _, name = spec.partition(":")
    options = settings.options(spec)
    model: LabelModel
    if spec == "local":
        model = LocalModel()
    elif kind == "openai":
        organization = os.environ.get("OPENAI_ORG_ID")
        model = OpenAIModel(
            name,
            **openai_access(),
            organization=organization,
            concurrency=concurrency,
            timeout_s=settings.timeout_seconds,
            extra=options.parameters,
            headers=settings.headers(spec, os.environ),
        )
    elif kind == "replay":
        model = ReplayModel(Path(name))
    else:
        model = LangChainModel(
            kind,
            name,
            timeout_s=settings.timeout_seconds,
            concurrency=concurrency,
            options=options.parameters,
            headers=settings.headers(spec, os.environ),
        )
    return model if record is None else RecordingModel(model, Path(record))


def guarded_model(
    model: LabelModel,
    settings: ModelSettings,
    *,
    prices: Prices,
    budget: Budget,
    requests_per_minute: float | None,
    tokens_per_minute: float | None,
) -> GuardedModel:
    """A model behind the one guard, driven as hard as the settings and the user allow."""
    return GuardedModel(
        model,
        pacer=Pacer(rpm=requests_per_minute, tpm=tokens_per_minute),
        budget=budget,
        prices=prices,
        max_attempts=settings.max_attempts,
        deadline_s=settings.timeout_seconds * settings.max_attempts,
        outage_patience_s=settings.outage_seconds,
    )
