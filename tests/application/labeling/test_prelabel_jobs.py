"""What a server may start: models and prompts that are known here, at a budget that was proposed from the estimate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.application.labeling.prelabel_jobs import (
    RunEstimate,
    RunRequest,
    continue_run,
    estimate_run,
    offered_models,
    offered_prompts,
    start_run,
)
from assistant.application.workspace.create import make_workspace
from assistant.errors import AssistantError, InputError
from assistant.messages.language import language
from assistant.messages.wording import what
from assistant.store.runs.journal import claim
from assistant.wiring.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Without items and runs; the embedded model is its setting."""
    make_workspace(tmp_path / "w")
    with Workspace.open(tmp_path / "w") as opened:
        yield opened


@pytest.mark.parametrize(("cost", "budget"), [(None, None), (0.0, 0.0), (0.034, 0.04), (12.34, 13.58)])
def test_the_proposed_budget_is_a_tenth_above_the_estimate_in_whole_cents(
    cost: float | None, budget: float | None
) -> None:
    estimate = RunEstimate("r1", 10, 1000, 100, cost, sampled_items=10, truncated_in_sample=0, with_media=0)
    assert estimate.proposed_budget == budget  # 0.034 x 1.1 = 0.0374; 12.34 x 1.1 = 13.574; rounded up


def test_a_value_of_a_request_is_never_taken_for_an_option() -> None:
    request = RunRequest(prompt="--yes", model="local", limit=5, retry_failed=True)
    assert request.options() == ["--prompt=--yes", "--model=local", "--limit=5", "--retry-failed"]


@pytest.mark.parametrize("changed", [{"model": "openai:typed-in"}, {"prompt": "/etc/passwd"}])
def test_only_prompts_and_models_that_are_offered_are_started(workspace: Workspace, changed: dict[str, str]) -> None:
    asked = {"prompt": offered_prompts(workspace)[0], "model": offered_models(workspace)[0]} | changed
    with pytest.raises(AssistantError) as refused:
        start_run(workspace, RunRequest(**asked), 1.0, actor="tests")  # type: ignore[arg-type]  # two texts
    assert (refused.value.code, workspace.runs.all(), workspace.jobs.newest()) == ("run_not_offered", [], {})


def test_a_second_job_is_refused_before_a_run_is_begun(workspace: Workspace) -> None:
    release = claim(workspace.journal_folder)
    request = RunRequest(prompt=offered_prompts(workspace)[0], model="local")
    with pytest.raises(AssistantError) as refused:
        start_run(workspace, request, 1.0, actor="tests")
    release()
    assert (refused.value.code, workspace.runs.all(), workspace.jobs.newest()) == ("job_at_work", [], {})


def test_a_run_that_is_not_there_is_not_continued(workspace: Workspace) -> None:
    with pytest.raises(AssistantError) as refused:
        continue_run(workspace, "r7", 1.0, limit=None, retry_failed=False, actor="tests")
    assert refused.value.code == "no_run_yet"


def test_an_estimate_that_fails_is_worded_for_its_reader(workspace: Workspace) -> None:
    policy = workspace.policy_path
    policy.write_bytes(b"caf\xe9")
    with pytest.raises(InputError) as failed:
        estimate_run(workspace, RunRequest(prompt=offered_prompts(workspace)[0], model="local"))
    assert (failed.value.code, failed.value.hint) == ("policy_not_utf8", "")
    assert failed.value.values == {"byte": "0xe9", "offset": 3}
    assert failed.value.where.endswith("community.md:1")
    assert what(failed.value, language("zh")) == "偏移 3 处的字节 0xe9 不是 UTF-8"
