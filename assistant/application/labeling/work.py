"""What a session works at: what is asked, of which items, and where the answers go."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from assistant.application.labeling.populations import open_population
from assistant.application.labeling.run_parameters import routing_policy, run_identity
from assistant.application.projects.projects import refuse_asking_models
from assistant.domain.policies import Policy
from assistant.domain.populations import WHOLE, ItemPopulation, PopulationChoice
from assistant.domain.prelabels import RunIdentity
from assistant.domain.runs import Run
from assistant.models.guard.budget import Budget
from assistant.prompting.render import PromptRenderer
from assistant.prompting.template import Prompt
from assistant.routing.doubts import RoutingPolicy
from assistant.settings import Settings
from assistant.store.certification.nonces import routing_scope
from assistant.store.runs.prelabels import PrelabelStore
from assistant.wiring.models import check_spec
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class JobChoice:
    """What the user chose; None takes the setting."""

    prompt: str | None = None
    model: str | None = None
    concurrency: int | None = None
    limit: int | None = None
    budget: float | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    replicate: int = 0
    retry_failed: bool = False
    record: str | None = None
    dry_run: bool = False  # only price it: nothing is asked, and nothing is written
    population: PopulationChoice = WHOLE


@dataclass(frozen=True, slots=True)
class QuestionInputs:
    """All that decides what is asked about an item."""

    settings: Settings
    policy: Policy
    prompt: Prompt
    model_spec: str
    renderer: PromptRenderer
    identity: RunIdentity

    @property
    def prompt_name(self) -> tuple[str, str]:
        """Name and version."""
        return self.prompt.name, self.prompt.version

    @property
    def policy_name(self) -> tuple[str, str]:
        """Id and version."""
        return self.policy.id, self.policy.version


@dataclass(frozen=True, slots=True)
class SessionWork:
    """What a session works at.

    Args:
        asking: what is asked.
        run: where the answers go.
        store: which items are asked, and which replies are there already.
        routing: how answers are routed; None for an evaluation's, which go nowhere.
        withheld: digests of precedents that no item is shown.
        budget: the spend cap; None for one of the run's own.
    """

    asking: QuestionInputs
    run: Run
    store: PrelabelStore
    routing: RoutingPolicy | None
    withheld: Set[str] = frozenset()
    budget: Budget | None = None


def what_is_asked(
    workspace: Workspace,
    *,
    prompt: str | None,
    model: str | None,
    replicate: int,
    settings: Settings | None = None,
    policy: Policy | None = None,
) -> QuestionInputs:
    """What is asked; None takes the workspace's own.

    Raises:
        PromptError, PolicyError, SettingsError: it can't be asked.
    """
    chosen, against = settings or workspace.settings, policy or workspace.policy
    spec = model or chosen.model.spec
    check_spec(spec)
    template = workspace.prompt(prompt, spec)
    renderer = PromptRenderer(template, against, content_tokens=chosen.content.prompt_tokens)
    return QuestionInputs(
        chosen, against, template, spec, renderer, run_identity(chosen, template, against, spec, replicate)
    )


def open_run(
    workspace: Workspace,
    asking: QuestionInputs,
    *,
    data: str | None = None,
    population: ItemPopulation | None = None,
    dry_run: bool = False,
) -> Run:
    """The run of what is asked, its prompt and policy remembered in their very wording before their first use.

    Args:
        workspace: the opened workspace.
        asking: what is asked.
        data: digest of the frozen data an evaluation asks about; None for production.
        population: what production asks about; None for all items of the project.
        dry_run: look for the run only: where there is none it stays so, and no wording is remembered.

    Raises:
        PromptError, PolicyError: the version stands for another text already, and a run asked with it.
        ConflictError: the project is paused or closed.
    """
    if not dry_run:
        refuse_asking_models(workspace)
    prompt, policy, registry = asking.prompt, asking.policy, workspace.registry
    names = {"prompt": asking.prompt_name, "policy": asking.policy_name}
    if dry_run:
        registry.refuse_edited_prompt(prompt.name, prompt.version, prompt.digest)
        registry.refuse_edited_policy(policy)
        return workspace.runs.planned(asking.identity, data, population, **names)
    registry.register_prompt(prompt.name, prompt.version, prompt.digest, prompt.source)
    registry.register_policy(policy)
    if data is not None:
        return workspace.runs.open_evaluation(asking.identity, data, **names)
    return workspace.runs.open(asking.identity, population, **names)


def production_work(workspace: Workspace, choice: JobChoice) -> SessionWork:
    """All items of the population that is named, else of the project, routed by the first rules."""
    asking = what_is_asked(workspace, prompt=choice.prompt, model=choice.model, replicate=choice.replicate)
    population = open_population(workspace, choice.population, dry_run=choice.dry_run)
    run = open_run(workspace, asking, population=population, dry_run=choice.dry_run)
    if choice.dry_run:  # nothing is routed, and no nonce is drawn for it
        return SessionWork(asking, run, workspace.prelabels, None)
    nonce = workspace.nonces.get(routing_scope(run.id)).value
    routing = routing_policy(workspace.settings.routing, workspace.policy, seed=workspace.seed, nonce=nonce)
    return SessionWork(asking, run, workspace.prelabels, routing)
