"""Suites end to end, against a real server on loopback: frozen, asked once, apart from production, and gated."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import orjson
import pytest

from assistant.application.evaluation.data import suite_data
from assistant.application.evaluation.snapshots import find_items, open_frozen
from assistant.store.runs.eval_answers import EvalAnswerStore
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant, Server

SUITE = """
name = "prompts"
repeats = {repeats}
slices = ["label", "language", "meta.channel"]
margin = 0.1

[data]
minimum_reviewers = 2
max_items = {items}
{data}
[data.query]
{query}

[[variants]]
name = "in_use"
prompt = "moderation@2"
model = "openai:dev"

[[variants]]
name = "shorter"
prompt = "moderation@1"
model = "openai:dev"
{more}
"""
PRICES = '\n[prices."openai:dev"]\ninput = 1.0\noutput = 2.0\n'


def write_suite(workspace: Path, *, items: int = 30, repeats: int = 1, **parts: str) -> Path:
    path = workspace / "evals" / "prompts.toml"
    path.parent.mkdir(exist_ok=True)
    given = {"data": "", "query": "", "more": ""} | parts
    path.write_text(SUITE.format(items=items, repeats=repeats, **given), encoding="utf-8")
    return path


def asked(told: Any) -> dict[tuple[str, int], int]:
    return {(one["variant"], one["repeat"]): one["asked"] for one in told["variants"]}


def exported(assistant: Assistant, workspace: Path, path: Path) -> bytes:
    assert assistant("export", path, "-w", workspace).status == 0
    return path.read_bytes()


def test_everything_is_asked_once_and_repeats_apart(assistant: Assistant, filled: Path, dev_server: Server) -> None:
    serving = dev_server()
    write_suite(filled, repeats=2)
    first = assistant("eval", "run", "prompts", "-w", filled, "--json")
    assert first.status == 0, first.stderr
    assert asked(first.json) == dict.fromkeys([("in_use", 0), ("in_use", 1), ("shorter", 0), ("shorter", 1)], 30)
    assert serving.counts["asked"] == 120
    again = assistant("eval", "run", "prompts", "-w", filled, "--json")
    assert set(asked(again.json).values()) == {0}
    assert serving.counts["asked"] == 120
    assert all(one["answered"] == one["items"] == 30 for one in again.json["variants"])


def test_production_and_evaluation_share_replies_whoever_asked_first(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    serving = dev_server()
    write_suite(filled)
    assert assistant("eval", "run", "prompts", "-w", filled).status == 0
    evaluated = serving.counts["asked"]
    estimate = assistant("prelabel", "--model", "openai:dev", "--dry-run", "-w", filled, "--json").json
    production = assistant("prelabel", "--model", "openai:dev", "-w", filled, "--json").json
    contents = production["session"]["labelled"]
    # The 30 contents of the suite were asked with this very prompt already.
    assert serving.counts["asked"] - evaluated == contents - 30 == estimate["calls"]
    more = write_suite(filled, items=60)
    assert assistant("eval", "freeze", more, "--again", "-w", filled).status == 0
    told = assistant("eval", "run", "prompts", "-w", filled, "--json").json
    assert asked(told)["in_use", 0] == 0
    assert 25 <= asked(told)["shorter", 0] <= 30  # the 30 new ones, less contents that occur twice


def test_cost_and_latency_are_those_of_the_original_call(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    dev_server(latency_ms=30)
    with (filled / "assistant.toml").open("a", encoding="utf-8") as file:
        file.write(PRICES)
    assert assistant("prelabel", "--model", "openai:dev", "-w", filled).status == 0
    write_suite(filled)
    dev_server()  # answers at once: a latency of 30 ms can only be read again
    told = assistant("eval", "run", "prompts", "-w", filled, "--json").json
    assert asked(told)["in_use", 0] == 0
    with Workspace.open(filled) as opened:
        first = {row["content_digest"]: row for page in opened.results.pages(opened.runs.find("r1")) for row in page}
        run = next(one["run"] for one in told["variants"] if one["variant"] == "in_use")
        frozen = open_frozen(opened, filled / "evals" / "prompts.toml")
        facts = find_items(opened, frozen.snapshot).facts
        digest_of = {one.key: one.digest for one in facts.values()}
        answers = EvalAnswerStore(opened.database).answers(int(run[1:]), list(digest_of))
    for key, cost, latency in zip(answers.keys, answers.costs_usd, answers.latencies_ms, strict=True):
        original = first[digest_of[key]]
        assert cost == pytest.approx(original["cost_usd"])
        assert latency == original["latency_ms"] >= 30


def test_an_evaluation_leaves_the_newest_run_its_routes_and_the_export_as_they_were(
    assistant: Assistant, filled: Path, dev_server: Server, tmp_path: Path
) -> None:
    dev_server()
    assert assistant("prelabel", "--model", "openai:dev", "--limit", "50", "-w", filled).status == 0
    before = exported(assistant, filled, tmp_path / "before.jsonl")
    status = assistant("status", "-w", filled, "--json").json
    runs = assistant("runs", "list", "-w", filled, "--json").json
    write_suite(filled, items=80)
    told = assistant("eval", "run", "prompts", "-w", filled, "--json").json
    assert exported(assistant, filled, tmp_path / "after.jsonl") == before
    assert assistant("status", "-w", filled, "--json").json == status
    assert assistant("runs", "list", "-w", filled, "--json").json == runs
    refused = assistant("route", "--run", told["variants"][0]["run"], "-w", filled)
    assert (refused.status, "holds the answers of an evaluation" in refused.stderr) == (1, True)


def test_a_suite_with_no_production_run_makes_none(assistant: Assistant, filled: Path, dev_server: Server) -> None:
    dev_server()
    write_suite(filled)
    assert assistant("eval", "run", "prompts", "-w", filled).status == 0
    assert assistant("runs", "list", "-w", filled, "--json").json == []


def test_freezing_says_what_was_taken_and_what_was_left_out(assistant: Assistant, filled: Path) -> None:
    write_suite(filled)
    told = assistant("eval", "freeze", "prompts", "-w", filled, "--json").json
    assert (told["items"], told["labels"]) == (30, 60)
    assert told["excluded"]["precedents"] >= 80
    assert sum(told["excluded"].values()) + told["items"] == 240
    assert any("nobody knows" in note for note in told["notes"])
    again = assistant("eval", "freeze", "prompts", "-w", filled, "--json").json
    assert (again["fresh"], again["data"]) == (False, told["data"])


def test_another_snapshot_needs_again_and_the_earlier_one_is_kept(assistant: Assistant, filled: Path) -> None:
    write_suite(filled)
    first = assistant("eval", "freeze", "prompts", "-w", filled, "--json").json
    write_suite(filled, items=20)
    refused = assistant("eval", "freeze", "prompts", "-w", filled)
    assert refused.status == 1
    assert "frozen already, and its data is another now" in refused.stderr
    second = assistant("eval", "freeze", "prompts", "--again", "-w", filled, "--json").json
    assert second["data"] != first["data"]
    assert (filled / "evals" / "earlier" / f"prompts.{first['data']}.jsonl").is_file()


def test_an_edited_snapshot_is_refused(assistant: Assistant, filled: Path) -> None:
    write_suite(filled)
    path = Path(assistant("eval", "freeze", "prompts", "-w", filled, "--json").json["file"])
    path.write_bytes(path.read_bytes().replace(b'"safe"', b'"spam"', 1))
    refused = assistant("eval", "run", "prompts", "--dry-run", "-w", filled)
    assert refused.status == 1
    assert "was edited since it was frozen" in refused.stderr


def test_labels_that_came_since_are_said_and_the_frozen_ones_count(
    assistant: Assistant, filled: Path, dev_server: Server, tmp_path: Path
) -> None:
    dev_server()
    write_suite(filled)
    frozen = assistant("eval", "freeze", "prompts", "-w", filled, "--json").json
    item = orjson.loads(Path(frozen["file"]).read_bytes().splitlines()[1])
    more = tmp_path / "more.csv"
    more.write_text(f"item_id,label\n{item['id']},spam\n", encoding="utf-8")
    assert assistant("labels", "import", more, "--rater-name", "zoe", "-w", filled).status == 0
    told = assistant("eval", "run", "prompts", "-w", filled, "--json")
    assert told.status == 0
    assert "has changed since prompts was frozen (1 items with other answers)" in told.stderr
    assert told.json["data"] == frozen["data"]


def test_a_suite_that_is_empty_says_why(assistant: Assistant, filled: Path) -> None:
    write_suite(filled, query='languages = ["fr"]')
    assert "no labeled item is what the suite asks for" in assistant("eval", "freeze", "prompts", "-w", filled).stderr
    with Workspace.open(filled) as opened:
        digests = {one.content_digest for one in opened.precedents.all(opened.policy.id)}
        names = [one.item.id for page in opened.items.pages() for one in page if one.content_digest in digests]
    write_suite(filled, query=f"ids = {orjson.dumps(names).decode()}")
    told = assistant("eval", "freeze", "prompts", "-w", filled)
    assert told.status == 1
    assert f"the suite is empty: of {len(names)} labeled items" in told.stderr
    assert f"{len(names)} precedents" in told.stderr


def test_the_dry_run_tells_calls_and_cost_and_asks_nothing(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    serving = dev_server()
    with (filled / "assistant.toml").open("a", encoding="utf-8") as file:
        file.write(PRICES)
    write_suite(filled, repeats=3)
    told = assistant("eval", "run", "prompts", "--dry-run", "-w", filled, "--json").json
    assert told["calls"] == 2 * 3 * 30
    assert told["cost_usd"] == pytest.approx(sum(one["cost_usd"] for one in told["variants"]))
    assert serving.counts["asked"] == 0


def test_the_budget_holds_for_all_variants_together(assistant: Assistant, filled: Path, dev_server: Server) -> None:
    serving = dev_server()
    write_suite(filled)
    place = ("-w", filled, "--json")
    refused = assistant("eval", "run", "prompts", "--budget", "1", "-w", filled)
    assert (refused.status, "a budget needs the price of openai:dev" in refused.stderr) == (1, True)
    with (filled / "assistant.toml").open("a", encoding="utf-8") as file:
        file.write('\n[prices."openai:dev"]\ninput = 10.0\noutput = 10.0\n')
    costs = [one["cost_usd"] for one in assistant("eval", "run", "prompts", "--dry-run", *place).json["variants"]]
    budget = costs[0] + costs[1] / 2
    told = assistant("eval", "run", "prompts", "--budget", f"{budget:.4f}", *place)
    assert told.status == 4
    assert 0 < sum(one["cost_usd"] or 0.0 for one in told.json["variants"]) <= budget
    assert 30 < serving.counts["asked"] < 60  # the first variant whole, the second in part
    on = assistant("eval", "run", "prompts", "--budget", "100", "-w", filled, "--json")
    assert on.status == 0
    assert serving.counts["asked"] == 60


def test_above_the_limit_it_asks_before_spending(assistant: Assistant, filled: Path, dev_server: Server) -> None:
    serving = dev_server()
    settings = filled / "assistant.toml"
    settings.write_text(settings.read_text().replace("# confirm_above_usd = 5.0", "confirm_above_usd = 0.001") + PRICES)
    write_suite(filled)
    told = assistant("eval", "run", "prompts", "-w", filled)
    assert (told.status, "give --yes to run it anyway" in told.stderr) == (1, True)
    assert serving.counts["asked"] == 0
    assert assistant("eval", "run", "prompts", "--yes", "-w", filled).status == 0


GATE = """
[gate]
margin = {margin}
minimum_items = {least}
undecided = "{undecided}"
slice_floors = {{ language = 0.001 }}
"""


def gate(assistant: Assistant, workspace: Path, *words: str | Path, **parts: Any) -> Any:
    given = {"margin": 0.99, "least": 1, "undecided": "fail"} | parts
    write_suite(workspace, more=GATE.format(**given))
    assert assistant("eval", "run", "prompts", "-w", workspace).status == 0
    return assistant("eval", "gate", "prompts", "--baseline", "in_use", *words, "-w", workspace, "--json")


def test_the_gate_opens_closes_and_does_not_guess(assistant: Assistant, filled: Path, dev_server: Server) -> None:
    dev_server()
    opened = gate(assistant, filled, undecided="pass")
    assert (opened.status, opened.json["passed"]) == (0, True)
    closed = gate(assistant, filled, least=1000)
    assert (closed.status, closed.json["passed"]) == (1, False)
    rules = {one["rule"]: one["outcome"] for one in closed.json["candidates"][0]["rules"]}
    assert rules["no_worse"] == "passed"
    assert rules["items"] == "failed"
    assert {"slice language=en", "slice language=zh"} <= rules.keys()
    # 30 items can't show that the loss is below a tenth of a point.
    undecided = gate(assistant, filled, margin=0.001)
    assert undecided.status == 1
    outcome = {one["rule"]: one["outcome"] for one in undecided.json["candidates"][0]["rules"]}["no_worse"]
    assert outcome in {"can't tell", "failed"}


def test_the_gate_writes_junit_and_a_summary(
    assistant: Assistant, filled: Path, dev_server: Server, tmp_path: Path
) -> None:
    dev_server()
    files = tmp_path / "gate.xml", tmp_path / "gate.md"
    told = gate(assistant, filled, "--junit", files[0], "--markdown", files[1], least=1000)
    root = ET.parse(files[0]).getroot()  # noqa: S314 - our own file
    (suite,) = root
    assert suite.attrib["tests"] == str(len(told.json["candidates"][0]["rules"])) == str(len(suite))
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) >= 1
    summary = files[1].read_text(encoding="utf-8")
    assert summary.startswith("## Gate prompts: failed\n")
    assert told.json["data"] in summary


def test_an_unknown_variant_is_told_with_the_nearest(assistant: Assistant, filled: Path, dev_server: Server) -> None:
    dev_server()
    write_suite(filled)
    assert assistant("eval", "run", "prompts", "-w", filled).status == 0
    told = assistant("eval", "gate", "prompts", "--baseline", "in_us", "-w", filled)
    assert (told.status, "did you mean in_use?" in told.stderr) == (1, True)


def test_the_list_says_how_far_each_suite_has_come(assistant: Assistant, filled: Path, dev_server: Server) -> None:
    dev_server()
    write_suite(filled, repeats=2)
    (filled / "evals" / "broken.toml").write_text("name = 1\n[[variants]]\n", encoding="utf-8")

    def states() -> dict[str, Any]:
        return {one["suite"]: one for one in assistant("eval", "list", "-w", filled, "--json").json}

    assert states()["prompts"]["data"] == ""
    assert "mistakes" in states()["broken"]["problem"]
    assert assistant("eval", "run", "prompts", "-w", filled).status == 0
    variants = {one["variant"]: one["answered"] for one in states()["prompts"]["variants"]}
    assert variants == {"in_use": [30, 30], "shorter": [30, 30]}


def test_a_variant_may_have_its_own_policy_and_parameters(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    serving = dev_server()
    policies = filled / "policies"
    text = (policies / "community.md").read_text(encoding="utf-8")
    version = next(line for line in text.splitlines() if line.startswith("version:"))
    (policies / "next.md").write_text(text.replace(version, "version: next", 1), encoding="utf-8")
    more = (
        '[[variants]]\nname = "next_policy"\nprompt = "moderation@2"\nmodel = "openai:dev"\n'
        'policy = "policies/next.md"\ntemperature = 0.7\n[variants.parameters]\nprecedents = 0\nclauses = 2\n'
    )
    path = write_suite(filled, more=more)
    assert assistant("eval", "run", "prompts", "-w", filled).status == 0
    assert serving.counts["asked"] == 90
    with Workspace.open(filled) as opened:
        data, _, _ = suite_data(opened, path)
        assert opened.settings.retrieval.precedents == 6
    identity = data.variants["next_policy"].identity
    assert identity.policy == "community@next" != data.variants["in_use"].identity.policy
    parameters = orjson.loads(identity.parameters)
    assert parameters["sampling"]["temperature"] == 0.7
    assert (parameters["retrieval"]["precedents"], parameters["retrieval"]["clauses"]) == (0, 2)
    told = assistant("eval", "gate", "prompts", "--baseline", "in_use", "--candidate", "next_policy", "-w", filled)
    assert "community@next" in told.stdout  # that the policies differ comes first
    assert assistant("prelabel", "--model", "openai:dev", "--limit", "5", "-w", filled).status == 0


def test_a_snapshot_the_suite_names_must_be_that_one(assistant: Assistant, filled: Path) -> None:
    write_suite(filled)
    frozen = assistant("eval", "freeze", "prompts", "-w", filled, "--json").json
    write_suite(filled, data=f'digest = "{frozen["data"]}"')
    assert assistant("eval", "freeze", "prompts", "-w", filled).status == 0
    write_suite(filled, data='digest = "another"')
    told = assistant("eval", "freeze", "prompts", "--again", "-w", filled)
    assert (told.status, "the suite names the snapshot another" in told.stderr) == (1, True)
