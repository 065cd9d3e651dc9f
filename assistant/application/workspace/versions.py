"""Versions by name: a file, or the wording an earlier command used."""

from __future__ import annotations

from pathlib import Path

from assistant.domain.policies import Policy
from assistant.errors import InputError
from assistant.policy.documents.difference import PolicyDifference, compare_policies
from assistant.policy.documents.documents import parse_policy, read_policy
from assistant.prompting.template import Prompt, parse_prompt, read_prompt
from assistant.wiring.workspace import Workspace


def policy_version(workspace: Workspace, name: str) -> Policy:
    """The policy in a file, or the version `name` of the workspace's policy as it was when it was used.

    Raises:
        InputError: neither a file nor a known version.
        PolicyError: the document has mistakes.
    """
    if Path(name).is_file():
        return read_policy(Path(name))
    policy = workspace.policy
    if (source := workspace.registry.policy_source(policy.id, name)) is not None:
        return parse_policy(source, f"{policy.id}@{name}")
    if name == policy.version:
        return policy
    known = ", ".join(dict.fromkeys([*workspace.registry.policy_versions(policy.id), policy.version]))
    raise InputError(f"{name} is no file and no version of {policy.id}", hint=f"versions: {known}")


def compare_policy_versions(workspace: Workspace, old: str, new: str) -> PolicyDifference:
    """What changed between two versions of the policy. Raises as `policy_version`."""
    return compare_policies(policy_version(workspace, old), policy_version(workspace, new))


def prompt_version(workspace: Workspace, name: str) -> Prompt:
    """The prompt in a file, or `name@version` from the library, or as it was when it was used."""
    if Path(name).is_file():
        return read_prompt(Path(name))
    prompt_name, _, version = name.partition("@")
    source = workspace.registry.prompt_source(prompt_name, version) if version else None
    if source is not None and (prompt_name, version) not in workspace.prompts.paths():
        return parse_prompt(source, where=f"{name} (as it was used)")
    return workspace.prompts.get(name)
