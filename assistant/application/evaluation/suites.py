"""Suites of a workspace: where their files are, and what their variants are."""

from __future__ import annotations

from pathlib import Path

import evals
from assistant.application.labeling.work import QuestionInputs, what_is_asked
from assistant.domain.policies import Policy
from assistant.errors import NotFoundError
from assistant.policy.documents.documents import read_policy
from assistant.prompting.template import Prompt
from assistant.settings import Settings
from assistant.wiring.workspace import Workspace
from evals.freezing.leakage import Guides
from evals.gates.suite import Suite, VariantChoice

FOLDER = "evals"
SHIPPED = Path(evals.__file__).parent / "suites"


def find_suite(workspace: Workspace, name: str) -> Path:
    """The file of a suite: a path, else that name among the project's own and those that ship with the package.

    Raises:
        InputError: there is none.
    """
    given = Path(name)
    if given.suffix == ".toml":
        return given
    for folder in (workspace.project_folder / FOLDER, SHIPPED):
        if (path := folder / f"{name}.toml").is_file():
            return path
    raise NotFoundError("suite_not_found", suite=name)


def suite_files(workspace: Workspace) -> list[Path]:
    """The project's suites, then those that ship with the package and evaluate labels."""
    found: dict[str, Path] = {}
    for folder in (workspace.project_folder / FOLDER, SHIPPED):
        for path in sorted(folder.glob("*.toml")):
            if "[[variants]]" in path.read_text(encoding="utf-8", errors="replace"):
                found.setdefault(path.stem, path)
    return list(found.values())


def guides_of(workspace: Workspace, suite: Suite) -> Guides:
    """What the suite's variants are guided by: precedents and examples of their policies, and their prompts."""
    store = workspace.labelled_items
    asked = [variant for variant in suite.variants if variant.asked]
    policies = {policy.digest: policy for policy in [workspace.policy, *(policy_of(workspace, one) for one in asked)]}
    return Guides(
        precedents=[place for name in {one.id for one in policies.values()} for place in store.precedents(name)],
        examples=[text for policy in policies.values() for text in _examples(policy)],
        prompts=[prompt_of(workspace, one).source for one in asked],
        threshold=workspace.settings.content.near_duplicate_threshold,
    )


def policy_of(workspace: Workspace, variant: VariantChoice) -> Policy:
    """The policy a variant is asked under."""
    return workspace.policy if variant.policy is None else read_policy(workspace.folder / variant.policy)


def prompt_of(workspace: Workspace, variant: VariantChoice) -> Prompt:
    """The prompt a variant is asked with."""
    return workspace.prompt(variant.prompt, variant.model or workspace.settings.model.spec)


def settings_of(settings: Settings, variant: VariantChoice) -> Settings:
    """The workspace's settings with what the variant overrides."""
    chosen = variant.parameters.model_dump(exclude_none=True)
    model = {name: chosen.pop(name) for name in ("max_asks",) if name in chosen}
    if variant.temperature is not None:
        model["temperature"] = variant.temperature
    content = {"prompt_tokens": chosen.pop("content_tokens")} if "content_tokens" in chosen else {}
    return settings.model_copy(
        update={
            "model": settings.model.model_copy(update=model),
            "content": settings.content.model_copy(update=content),
            "retrieval": settings.retrieval.model_copy(update=chosen),
        }
    )


def asking_of(workspace: Workspace, variant: VariantChoice, repeat: int) -> QuestionInputs:
    """What a variant asks; each repeat is a replicate of its own."""
    return what_is_asked(
        workspace,
        prompt=variant.prompt,
        model=variant.model,
        replicate=repeat,
        settings=settings_of(workspace.settings, variant),
        policy=policy_of(workspace, variant),
    )


def _examples(policy: Policy) -> list[str]:
    """Texts of the policy's own examples, as people read them."""
    return [
        example.text if example.query is None else f"{example.query}\n{example.text}"
        for clause in policy.clauses
        for example in clause.examples
    ]
