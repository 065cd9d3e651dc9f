"""A change of the policy at the command line: proposed, approved, in effect, and what counts then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.store.audit.log import entries, verify
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant, Server
from tests.cli.files import write_jsonl

INSULTS = [f"you are a useless waste of a seat number {number}" for number in range(8)]
OTHERS = [f"the bakery on street {number} has lovely buns" for number in range(12)]


@pytest.fixture
def labeled(assistant: Assistant, workspace: Path) -> Path:
    """Twenty posts with two labels each, given under version 1."""
    texts = [*INSULTS, *OTHERS]
    posts = write_jsonl(workspace / "posts.jsonl", [{"id": f"p{n}", "text": text} for n, text in enumerate(texts)])
    assert assistant("ingest", posts, "-w", workspace).status == 0
    rows = [
        {"id": f"p{n}", "label": "harassment" if n < len(INSULTS) else "safe", "rater": rater}
        for n in range(len(texts))
        for rater in ("ann", "bo")
    ]
    file = write_jsonl(workspace / "labels.jsonl", rows)
    assert assistant("labels", "import", file, "--rater-column", "rater", "-w", workspace).status == 0
    return workspace


def second(workspace: Path, version: str = "2", old: str = "is allowed; so are teasing", new: str = "") -> Path:
    """The next version of the policy: one clause says otherwise."""
    text = (workspace / "policies" / "community.md").read_text("utf-8")
    assert old in text
    text = text.replace(old, new or "is not allowed any more; so are teasing", 1)
    target = workspace / f"community-{version}.md"
    target.write_text(text.replace('version: "1"', f'version: "{version}"', 1), "utf-8")
    return target


def change(assistant: Assistant, workspace: Path, *words: str | Path) -> object:
    said = assistant("policy", "change", *words, "-w", workspace, "--json")
    assert said.status == 0, said.stdout
    return said.json


def in_effect(assistant: Assistant, workspace: Path, file: Path, *words: str) -> object:
    change(assistant, workspace, "propose", file, "--note", "stricter")
    change(assistant, workspace, "approve", "c1", "--by", "max")
    return change(assistant, workspace, "activate", "c1", "--from", "now", *words)


def test_a_label_says_the_version_it_was_given_under_and_an_import_may_name_another(
    assistant: Assistant, labeled: Path
) -> None:
    in_effect(assistant, labeled, second(labeled), "--carry", "none")
    rows = [{"id": "p0", "label": "harassment", "rater": "cy"}, {"id": "p1", "label": "safe", "rater": "cy"}]
    late = write_jsonl(labeled / "late.jsonl", rows)
    said = assistant("labels", "import", late, "--rater-column", "rater", "-w", labeled, "--json")
    assert said.json["added"] == 2
    older = write_jsonl(labeled / "older.jsonl", [{"id": "p2", "label": "safe", "rater": "cy"}])
    words = ("--rater-column", "rater", "--policy-version", "1", "-w", labeled)
    assert assistant("labels", "import", older, *words).status == 0
    unknown = assistant("labels", "import", older, "--rater-column", "rater", "--policy-version", "9", "-w", labeled)
    assert (unknown.status, "9" in unknown.stderr) == (1, True)
    with Workspace.open(labeled) as opened:
        assert opened.reviews.count() == {"labels": 2, "items": 2, "raters": 1}


def test_a_proposal_says_what_changed_what_is_stale_and_what_labeling_it_again_costs(
    assistant: Assistant, labeled: Path
) -> None:
    shown = change(assistant, labeled, "propose", second(labeled), "--note", "stricter")
    assert isinstance(shown, dict)
    assert (shown["change"], shown["old"], shown["new"], shown["state"]) == ("c1", "1", "2", "proposed")
    assert [one["id"] for one in shown["difference"]["clauses_changed"]] == ["H1"]
    found = shown["assessment"]
    assert found["labeled_items"] == 20
    assert found["people"]["labels"] + found["people"]["kept"] == 40
    # nothing was timed: 30 seconds a label are assumed, and said
    assert (found["timed_labels"], found["seconds_a_label"]) == (0, 30.0)
    assert found["hours"] == pytest.approx(found["people"]["labels"] * 30 / 3600, abs=0.001)
    told = assistant("policy", "change", "show", "c1", "-w", labeled)
    assert "assumed: none was timed yet" in told.stdout
    assert "not known for a model" in told.stdout


def test_nothing_counts_across_a_change_that_carries_none_and_commands_say_how_many(
    assistant: Assistant, labeled: Path
) -> None:
    in_effect(assistant, labeled, second(labeled), "--carry", "none")
    said = assistant("precedents", "list", "-w", labeled)
    assert "40 labels on 20 items given under community@1 do not count under community@2" in said.stderr
    with Workspace.open(labeled) as opened:
        assert list(opened.pool.human_answers()) == []


def test_commands_that_read_labels_or_a_suite_of_them_say_what_does_not_count(
    assistant: Assistant, labeled: Path, dev_server: Server
) -> None:
    dev_server()
    (labeled / "evals").mkdir()
    variants = "".join(
        f'\n[[variants]]\nname = "{name}"\nprompt = "moderation@{version}"\nmodel = "openai:dev"\n'
        for name, version in (("one", 1), ("two", 2))
    )
    (labeled / "evals" / "posts.toml").write_text(
        f'name = "posts"\n[data]\nminimum_reviewers = 2\n[data.query]\n{variants}', "utf-8"
    )
    assert assistant("eval", "run", "posts", "-w", labeled).status == 0
    words = (
        ("eval", "report", "posts", "--out", labeled / "report"),
        ("eval", "gate", "posts", "--baseline", "one"),
        ("prompts", "propose", "posts", "--variant", "one", "--drafter", "openai:dev", "--dry-run"),
        ("prelabel", "--model", "openai:dev", "--dry-run"),
        ("disagreements", "list"),
        ("disagreements", "list", "--ties"),
        ("policy", "index"),
    )
    left_out = "40 labels on 20 items given under community@1 do not count under community@2"
    for one in words:
        assert left_out not in assistant(*one, "-w", labeled).stderr, one
    in_effect(assistant, labeled, second(labeled), "--carry", "none")
    for one in words:
        said = assistant(*one, "-w", labeled)
        assert said.stderr.count(left_out) == 1, (one, said.stderr)
    assert (labeled / "report" / "report.html").exists()


def test_all_but_the_stale_are_carried_over_by_default_and_the_rest_is_asked_again_once_and_blind(
    assistant: Assistant, labeled: Path
) -> None:
    done = in_effect(assistant, labeled, second(labeled))
    assert isinstance(done, dict)
    carried = done["carried"]
    assert (carried["mode"], carried["carried"] + carried["left_out"]) == ("all-but-stale", 40)
    assert 0 < carried["left_out"] < 40
    with Workspace.open(labeled) as opened:
        assert opened.policy.version == "2"
        assert opened.reviews.count()["labels"] == carried["carried"]
    asked = assistant("enqueue", "--stale", "-w", labeled, "--json")
    assert asked.json == {"stale": carried["left_out"] // 2, "added": carried["left_out"] // 2, "waiting": 0} | {
        "dry_run": False
    }
    assert "change c1 makes them stale" in asked.stderr
    again = assistant("enqueue", "--stale", "-w", labeled, "--json")
    assert (again.json["added"], again.json["waiting"]) == (0, carried["left_out"] // 2)


def test_what_was_carried_over_is_logged_and_stands_in_the_manifest_with_each_labels_version(
    assistant: Assistant, labeled: Path
) -> None:
    answers = [{"id": f"p{number}", "label": "safe"} for number in range(20)]
    file = write_jsonl(labeled / "machine.jsonl", answers)
    assert assistant("prelabels", "import", file, "--model", "m", "-w", labeled).status == 0
    done = in_effect(assistant, labeled, second(labeled))
    assert isinstance(done, dict)
    kept = done["carried"]["carried"] // 2
    assert assistant("settle", "-w", labeled).status == 0
    assert assistant("export", labeled / "out.jsonl", "-w", labeled).status == 0
    manifest = json.loads((labeled / "out.jsonl.manifest.json").read_text("utf-8"))
    versions = manifest["label_versions"]
    assert (versions["policy"], versions["final"]) == ("community@2", {"1": kept})
    [carried] = versions["carried_over"]
    assert (carried["change"], carried["mode"], carried["carried"]) == ("c1", "all-but-stale", 2 * kept)
    assert [(one["version"], one["why"], one["labels"]) for one in versions["left_out"]] == [
        ("1", "stale", 40 - 2 * kept)
    ]
    rows = [json.loads(line) for line in (labeled / "out.jsonl").read_text("utf-8").splitlines()]
    assert {row["final_policy_version"] for row in rows if row["final_origin"]} == {"1"}
    with Workspace.open(labeled) as opened:
        assert verify(opened.database).whole
        logged = {one.action for one in entries(opened.database, limit=100)}
    assert {"policy.propose", "policy.approved", "policy.activated", "policy.carried"} <= logged


def test_labels_settled_before_a_change_are_not_final_after_it(assistant: Assistant, labeled: Path) -> None:
    answers = [{"id": f"p{number}", "label": "safe"} for number in range(20)]
    file = write_jsonl(labeled / "machine.jsonl", answers)
    assert assistant("prelabels", "import", file, "--model", "m", "-w", labeled).status == 0
    assert assistant("settle", "-w", labeled).status == 0
    in_effect(assistant, labeled, second(labeled), "--carry", "none")
    assert assistant("export", labeled / "out.jsonl", "-w", labeled).status == 0
    rows = [json.loads(line) for line in (labeled / "out.jsonl").read_text("utf-8").splitlines()]
    assert {row["final_labels"] and tuple(row["final_labels"]) for row in rows} == {None}


def test_certifying_with_labels_of_another_version_only_is_refused_with_the_counts(
    assistant: Assistant, labeled: Path
) -> None:
    answers = [{"id": f"p{number}", "label": "safe"} for number in range(20)]
    file = write_jsonl(labeled / "machine.jsonl", answers)
    assert assistant("prelabels", "import", file, "--model", "m", "-w", labeled).status == 0
    in_effect(assistant, labeled, second(labeled), "--carry", "none")
    said = assistant("certify", "-w", labeled, "--json")
    assert said.status == 1
    assert said.json["error"]["code"] == "labels_of_other_versions"
    assert said.json["error"]["what"] == (
        "no label counts under community@2: 40 labels on 20 items were given under other versions (1)"
    )


def test_labels_given_after_a_change_was_assessed_count_once_it_is_carried_over_again(
    assistant: Assistant, labeled: Path
) -> None:
    in_effect(assistant, labeled, second(labeled), "--carry", "all")
    rows = [{"id": f"p{number}", "label": "safe", "rater": "cy"} for number in range(3)]
    late = write_jsonl(labeled / "late.jsonl", rows)
    words = ("--rater-column", "rater", "--policy-version", "1", "-w", labeled)
    said = assistant("labels", "import", late, *words)
    assert "3 labels on 3 items given under community@1 do not count under community@2: they came after" in said.stderr
    change(assistant, labeled, "carry", "c1", "--carry", "all")
    with Workspace.open(labeled) as opened:
        assert opened.reviews.count() == {"labels": 43, "items": 20, "raters": 3}


def test_a_change_in_the_future_changes_nothing_yet_and_can_be_withdrawn(assistant: Assistant, labeled: Path) -> None:
    change(assistant, labeled, "propose", second(labeled))
    change(assistant, labeled, "approve", "c1", "--by", "max")
    change(assistant, labeled, "activate", "c1", "--from", "2199-01-01")
    with Workspace.open(labeled) as opened:
        assert opened.policy.version == "1"
        assert opened.reviews.count()["labels"] == 40
    done = change(assistant, labeled, "withdraw", "c1")
    assert isinstance(done, dict)
    assert done["state"] == "withdrawn"
    again = assistant("policy", "change", "activate", "c1", "--from", "now", "-w", labeled)
    assert (again.status, "change c1 is withdrawn, not approved" in again.stderr) == (1, True)


def test_a_file_that_was_edited_first_is_proposed_in_place_of_the_version_it_replaced(
    assistant: Assistant, labeled: Path
) -> None:
    with Workspace.open(labeled) as opened:
        opened.registry.register_policy(opened.policy)
    file = labeled / "policies" / "community.md"
    file.write_text(second(labeled).read_text("utf-8"), "utf-8")
    said = assistant("precedents", "list", "-w", labeled)
    assert "no change in effect carries that version over" in said.stderr
    change(assistant, labeled, "propose", file, "--replaces", "1")
    change(assistant, labeled, "approve", "c1", "--by", "max")
    change(assistant, labeled, "activate", "c1", "--from", "now", "--carry", "all")
    with Workspace.open(labeled) as opened:
        assert (opened.policy.version, opened.reviews.count()["labels"]) == ("2", 40)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("activate", "c1", "--from", "2020-01-01"), "2020-01-01 is in the past"),
        (("activate", "c1", "--from", "soon"), "soon is no date"),
        (("activate", "c1", "--from", "now"), "change c1 is proposed, not approved"),
        (("approve", "c9", "--by", "max"), "there is no policy change c9"),
        (("acknowledge", "c1", "--by", "ann"), "ann"),
    ],
)
def test_bad_input_is_refused_with_the_cause_and_nothing_is_half_done(
    assistant: Assistant, labeled: Path, words: tuple[str, ...], told: str
) -> None:
    change(assistant, labeled, "propose", second(labeled))
    before = change(assistant, labeled, "list")
    said = assistant("policy", "change", *words, "-w", labeled)
    assert (said.status, told in said.stderr) == (1, True), said.stderr
    assert change(assistant, labeled, "list") == before


def test_proposals_that_say_nothing_or_too_much_are_refused(assistant: Assistant, labeled: Path) -> None:
    own = labeled / "policies" / "community.md"
    same = assistant("policy", "change", "propose", own, "-w", labeled)
    assert (same.status, "this is the text of community@1" in same.stderr) == (1, True)
    no_version = second(labeled, "1")
    said = assistant("policy", "change", "propose", no_version, "-w", labeled)
    assert (said.status, "version 1 of policy community stands for another text already" in said.stderr) == (1, True)
    unknown = assistant("policy", "change", "propose", second(labeled), "--replaces", "7", "-w", labeled)
    assert (unknown.status, "7" in unknown.stderr) == (1, True)
    change(assistant, labeled, "propose", second(labeled))
    twice = assistant("policy", "change", "propose", second(labeled, "3"), "-w", labeled)
    assert (twice.status, "change c1 to version 2 is proposed and not in effect yet" in twice.stderr) == (1, True)
    listed = change(assistant, labeled, "list")
    assert isinstance(listed, list)
    assert len(listed) == 1


def test_a_label_set_that_loses_a_label_in_use_is_refused_with_the_count_and_taken_on_request(
    assistant: Assistant, labeled: Path
) -> None:
    text = (labeled / "policies" / "community.md").read_text("utf-8")
    gone = text.replace("harassment", "insult").replace('version: "1"', 'version: "2"', 1)
    file = labeled / "gone.md"
    file.write_text(gone, "utf-8")
    said = assistant("policy", "change", "propose", file, "-w", labeled)
    assert (said.status, "the label set loses harassment, which 16 labels use" in said.stderr) == (1, True)
    shown = change(assistant, labeled, "propose", file, "--lose-labels")
    assert isinstance(shown, dict)
    assert shown["assessment"]["reasons"]["label"] == len(INSULTS)
