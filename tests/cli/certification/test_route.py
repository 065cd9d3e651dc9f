"""`assistant route`: who looks at what, by a certificate, scores and people's time; and why."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.certification.route import _LEAST_REVIEWS
from assistant.domain.certificates import CertificateEventKind
from assistant.routing.capacity import LEAST_REVIEWS
from assistant.routing.rules import RULES
from assistant.routing.sampling import draw
from assistant.store.certification.nonces import routing_scope
from assistant.wiring.workspace import Workspace
from tests.cli.certified import SENTENCE, answered_run, certify, fit, happened, people_say
from tests.cli.conftest import Assistant, Server
from tests.cli.files import read_jsonl
from tests.stored import newest_routes

# Twenty items; the surest twelve pass. Of those p00 is audited, p03 is a label kept for people, p04 is severe and
# p05 so, too, but surer than `double_below`.
LABELS = {f"p{number:02}": "safe" for number in range(20)} | {
    "p03": "threat",
    "p04": "hate",
    "p05": "hate",
    "p15": "hate",
}
CONFIDENCE = {name: 0.99 - 0.01 * number for number, name in enumerate(LABELS)}
CONFIDENCE |= {"p03": 0.955, "p04": 0.895, "p05": 0.95, "p15": 0.4}
SCORES = {name: (LABELS[name], CONFIDENCE[name]) for name in LABELS}


@pytest.fixture(autouse=True)
def two_per_cent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few are drawn to monitor: what share follows where none is set has tests of its own."""
    monkeypatch.setenv("ASSISTANT__ROUTING__MONITOR_SHARE", "0.02")


@pytest.fixture
def scored(assistant: Assistant, workspace: Path) -> Path:
    """A run with scores."""
    answered_run(assistant, workspace, LABELS)
    assert fit(workspace, SCORES) == 1
    return workspace


@pytest.fixture
def certified(assistant: Assistant, scored: Path) -> Path:
    """And with a certificate; the audited item is labelled."""
    people_say(assistant, scored, {"p00": "safe"})
    certify(scored, 1, 12, ("p00",))
    return scored


def routes(workspace: Path, run: int = 1) -> dict[str, tuple[str, str, float]]:
    """The newest route of each item."""
    with Workspace.open(workspace) as opened:
        newest = newest_routes(opened.database, run)
    return {name: (one.route.value, one.reason, one.inclusion_probability) for name, one in newest.items()}


def nonce_of(workspace: Path) -> str:
    """What the draws of r1's routes come from."""
    with Workspace.open(workspace) as opened:
        nonce = opened.nonces.find(routing_scope(1))
    assert nonce is not None
    return nonce.value


@pytest.fixture
def unmonitored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Next to nothing of what is accepted is drawn to be labelled all the same."""
    monkeypatch.setenv("ASSISTANT__ROUTING__MONITOR_SHARE", "1e-9")


def test_every_item_is_routed_by_the_first_rule_that_matches(assistant: Assistant, certified: Path) -> None:
    said = assistant("route", "-w", certified, "--json", "--seed", "5")
    assert said.status == 0, said.stderr
    stored = routes(certified)
    assert stored["p00"] == ("settled", "already_labelled", 1.0)
    assert stored["p03"] == ("review", "label_always_human", 1.0)
    assert stored["p04"] == ("double", "severe", 1.0)
    assert stored["p15"] == ("expert", "severe_and_unsure", 1.0)
    passed = ["p01", "p02", "p05", "p06", "p07", "p08", "p09", "p10", "p11"]
    for name in passed:
        drawn = draw(f"{nonce_of(certified)} 5", name, "route round 1") < 0.02
        expected = ("accept_audit", "drawn_for_monitoring") if drawn else ("accept", "accepted_by_certificate")
        assert stored[name] == (*expected, 0.02)
    counts = Counter(route for route, _, _ in stored.values())
    assert counts["review"] == 20 - 3 - 9  # all but the labelled one, the severe ones and the accepted
    told = said.json
    assert {one["route"]: 0 for one in told["routes"]} == dict.fromkeys(counts, 0)
    assert sum(one["items"] for one in told["routes"]) == told["items"] == told["written"] == 20
    assert sum(one["share"] for one in told["routes"]) == pytest.approx(1)
    assert told["accepted"] == 9
    assert told["expected_errors"] == pytest.approx(sum(1 - CONFIDENCE[name] for name in passed))
    assert told["reviews"] == 8 + 2 * 2 + told["monitored"]
    assert (told["certificate"], told["standing"], told["fit"], told["round"]) == (1, "standing", 1, 1)


@pytest.mark.usefixtures("unmonitored")
def test_people_read_a_table_the_sums_the_certificate_and_the_next_step(assistant: Assistant, certified: Path) -> None:
    said = assistant("route", "-w", certified)
    assert "accepted_by_certificate" in said.stdout
    assert "12 reviews, 0 of them of accepted items, to keep testing the certificate" in said.stdout
    assert "9 accepted, of which about 0.7 (7.4%) are expected to be wrong" in said.stdout
    assert SENTENCE in said.stderr
    assert "next: " in said.stderr


def test_the_same_command_again_changes_nothing(assistant: Assistant, certified: Path) -> None:
    first = assistant("route", "-w", certified, "--json").json
    again = assistant("route", "-w", certified, "--json")
    assert again.json == {**first, "written": 0, "repeated": True}
    assert "nothing has changed" in again.stderr
    with Workspace.open(certified) as opened:
        assert [event for _, event, _ in opened.runs.events(opened.runs.find("r1"))] == ["routed"]


@pytest.mark.usefixtures("unmonitored")
def test_what_is_labelled_since_a_round_began_keeps_the_chance_it_had_and_a_new_round_takes_it_as_known(
    assistant: Assistant, certified: Path
) -> None:
    assistant("route", "-w", certified)
    people_say(assistant, certified, {"p01": "safe", "p12": "safe"})
    told = assistant("route", "-w", certified, "--json").json
    assert (told["round"], told["repeated"], told["written"]) == (1, True, 2)
    assert routes(certified)["p01"] == ("settled", "already_labelled", 1e-9)
    assert routes(certified)["p12"] == ("settled", "already_labelled", 1.0)
    before = routes(certified)
    assert assistant("route", "-w", certified, "--json").json["written"] == 0
    certify(certified, 1, 12, ("p00",))
    told = assistant("route", "-w", certified, "--json").json
    assert (told["round"], told["repeated"], told["written"]) == (2, False, 20)
    assert routes(certified) == before | {"p01": ("settled", "already_labelled", 1.0)}


def test_going_back_to_an_earlier_seed_is_a_new_round(assistant: Assistant, certified: Path) -> None:
    rounds = [
        assistant("route", "--seed", seed, "-w", certified, "--json").json["round"] for seed in ("1", "2", "2", "1")
    ]
    assert rounds == [1, 2, 2, 3]


def test_under_a_capacity_what_there_is_no_time_for_waits(assistant: Assistant, certified: Path) -> None:
    told = assistant("route", "--capacity", "8", "-w", certified, "--json").json
    assert told["reviews"] <= told["capacity"] == 8
    assert told["monitored"] == 1
    assert told["waiting"] == Counter(route for route, _, _ in routes(certified).values())["deferred"] > 0
    assert 0 < told["waiting_expected_errors"] < told["waiting"]
    assert all(0 < probability <= 1 for _, _, probability in routes(certified).values())
    said = assistant("route", "--capacity", "8", "-w", certified)
    assert "are on hold (no review capacity)" in said.stdout
    assert "nothing has changed" in said.stderr
    people_say(assistant, certified, {"p12": "safe"})  # a plan after a label is another plan
    assert assistant("route", "--capacity", "8", "-w", certified, "--json").json["round"] == 2


def test_a_broken_certificate_accepts_nothing_and_says_so(assistant: Assistant, certified: Path) -> None:
    assistant("route", "-w", certified)
    happened(certified, CertificateEventKind.BROKEN)
    said = assistant("route", "-w", certified, "--json")
    assert (said.status, said.json["standing"], said.json["accepted"], said.json["round"]) == (0, "broken", 0, 2)
    assert "certificate 1 of r1 is broken: new labels contradict it, and nothing is accepted" in said.stderr
    assert routes(certified)["p01"] == ("review", "certificate_broken", 1.0)
    assert routes(certified)["p04"] == ("double", "severe", 1.0)


def test_a_certificate_that_was_withdrawn_is_as_none(assistant: Assistant, certified: Path) -> None:
    happened(certified, CertificateEventKind.WITHDRAWN)
    said = assistant("route", "-w", certified, "--json")
    assert (said.json["standing"], said.json["accepted"]) == ("withdrawn", 0)
    assert "it was withdrawn" in said.stderr
    assert routes(certified)["p01"][:2] == ("review", "not_certified")


def test_without_a_certificate_everything_goes_to_people_and_that_is_said(assistant: Assistant, scored: Path) -> None:
    said = assistant("route", "-w", scored, "--json")
    assert (said.status, said.json["certificate"], said.json["accepted"]) == (0, None, 0)
    assert "r1 has no certificate: nothing is auto-accepted" in said.stderr
    assert {route for route, _, _ in routes(scored).values()} == {"review", "double", "expert"}


def test_the_certificate_of_another_run_accepts_nothing(assistant: Assistant, certified: Path) -> None:
    given = certified / "answers.jsonl"
    assert assistant("prelabels", "import", given, "--model", "other", "-w", certified).status == 0
    fit(certified, SCORES, "r2")
    said = assistant("route", "--run", "r2", "-w", certified, "--json")
    assert (said.json["run"], said.json["certificate"], said.json["accepted"]) == ("r2", None, 0)
    assert "certificate 1 is about run r1, and not about r2" in said.stderr


def test_the_label_of_the_certificates_own_fit_counts_where_a_later_fit_sees_it_another_way(
    assistant: Assistant, certified: Path
) -> None:
    fit(certified, {"p01": ("hate", 0.3), "p19": ("hate", 0.3)})
    assistant("route", "-w", certified)
    assert routes(certified)["p01"][0] == "accept"
    assert routes(certified)["p19"] == ("expert", "severe_and_unsure", 1.0)
    assert routes(certified)["p18"] == ("review", "no_confidence", 1.0)


def test_an_item_people_are_split_on_is_not_accepted(assistant: Assistant, certified: Path) -> None:
    people_say(assistant, certified, {"p01": "safe"})
    people_say(assistant, certified, {"p01": "spam"}, "bob")
    assistant("route", "-w", certified)
    assert routes(certified)["p01"] == ("review", "not_certified", 1.0)


def test_explaining_an_item_shows_every_rule_its_numbers_and_the_decision_and_writes_nothing(
    assistant: Assistant, certified: Path
) -> None:
    told = assistant("route", "--explain", "p04", "-w", certified, "--json").json
    assert [one["rule"] for one in told["rules"]] == [rule.name for rule in RULES]
    [decides] = [one for one in told["rules"] if one["decides"]]
    assert decides["rule"] == "severe"
    assert decides["facts"] == {"severity": 3, "severe_from": 3, "confidence": 0.895, "double_below": 0.9}
    assert {one["rule"] for one in told["rules"] if one["matched"]} >= {"severe", "accepted_by_certificate"}
    assert told["decision"] == {
        "route": "double",
        "reason": "severe",
        "doubts": [],
        "inclusion_probability": 1.0,
        "seed": 20260101,
    }
    assert (told["labels"], told["confidence"], told["stored"]) == (["hate"], 0.895, False)
    assert routes(certified) == {}
    said = assistant("route", "--explain", "p04", "-w", certified)
    assert "double, by severe: A severe label" in said.stdout
    assert "probability of human review: 1" in said.stdout
    assert "severity 3, severe_from 3, confidence 0.895, double_below 0.9" in said.stdout
    assert "the model's answer is hate" in said.stdout
    assert "the stored route differs, or there is none" in said.stderr
    assistant("route", "-w", certified)
    again = assistant("route", "--explain", "p04", "-w", certified)
    assert "differs" not in again.stderr


def test_an_item_that_people_settled_says_who_and_what_the_machine_had_answered(
    assistant: Assistant, workspace: Path
) -> None:
    answered_run(assistant, workspace, {"a": "hate", "b": "safe"})
    people_say(assistant, workspace, {"a": "spam"}, rater="ann")
    people_say(assistant, workspace, {"a": "spam"}, rater="bob")
    people_say(assistant, workspace, {"a": "safe"}, rater="cyd")
    fit(workspace, {"b": ("safe", 0.8)})  # as a campaign's fits do: what is labelled has no score any more
    assert assistant("route", "-w", workspace).status == 0
    said = assistant("route", "--explain", "a", "-w", workspace)
    assert "item a in run r1: the model's answer is hate" in said.stdout
    assert "human label: spam (ann: spam, bob: spam, cyd: safe)" in said.stdout
    assert "settled, by already_labelled: People have labeled it." in said.stdout
    told = assistant("route", "--explain", "a", "-w", workspace, "--json").json
    assert (told["labels"], told["own_labels"], told["confidence"]) == (["hate"], ["hate"], None)
    assert told["people"]["settled"] == ["spam"]
    people_say(assistant, workspace, {"b": "spam"}, rater="ann")
    people_say(assistant, workspace, {"b": "safe"}, rater="bob")
    assert (
        "human labels are tied (ann: spam, bob: safe)" in assistant("route", "--explain", "b", "-w", workspace).stdout
    )


def test_before_anything_is_calibrated_the_first_route_is_explained(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    dev_server()
    assert assistant("prelabel", "--model", "openai:dev", "-w", filled).status == 0
    stored = routes(filled)
    by_reason = {reason: name for name, (_, reason, _) in stored.items()}
    assert {"looks_like_instruction", "low_probability", "high_probability"} <= by_reason.keys()
    for reason, name in by_reason.items():
        told = assistant("route", "--explain", name, "-w", filled, "--json").json
        assert [one["rule"] for one in told["rules"] if one["decides"]] == [reason]
        assert told["decision"] == told["stored_route"]
        assert (told["decision"]["route"], told["decision"]["reason"]) == stored[name][:2]
        assert (told["round"], bool(told["labels"])) == (None, True)
    said = assistant("route", "--explain", by_reason["low_probability"], "-w", filled)
    assert "review, by low_probability: The label's probability is too low to be accepted." in said.stdout
    assert "this is the stored first route: nothing is calibrated yet" in said.stderr
    assert routes(filled) == stored


def test_an_item_that_was_settled_before_the_run_is_explained_too(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    dev_server()
    assert assistant("prelabel", "--model", "openai:dev", "-w", filled).status == 0
    [name, *_] = [row["item_id"] for row in _exported(assistant, filled) if row["status"] == "settled"]
    said = assistant("route", "--explain", name, "-w", filled)
    assert said.status == 0
    assert "the model's answer is none" in said.stdout
    assert "before the run, which skipped it (label_a: " in said.stdout


def test_an_imported_answer_that_was_never_routed_is_shown_without_a_route(
    assistant: Assistant, workspace: Path
) -> None:
    answered_run(assistant, workspace, {"a": "hate"})
    said = assistant("route", "--explain", "a", "-w", workspace)
    assert (said.status, "the model's answer is hate" in said.stdout) == (0, True)
    assert "no route is stored" in said.stderr


def _exported(assistant: Assistant, workspace: Path) -> list[dict[str, Any]]:
    assert assistant("export", workspace / "out.jsonl", "-w", workspace).status == 0
    return read_jsonl(workspace / "out.jsonl")


def error(assistant: Assistant, *words: str | Path) -> Any:
    said = assistant(*words, "--json")
    assert said.status == 1, said.stderr
    return said.json["error"]


def test_an_unknown_item_cant_be_explained(assistant: Assistant, certified: Path) -> None:
    told = error(assistant, "route", "--explain", "nobody", "-w", certified)
    assert told["what"] == "run r1 has no answer to an item nobody"
    assert told["hint"]


def test_without_a_run_or_with_an_unknown_one_there_is_nothing_to_route(assistant: Assistant, workspace: Path) -> None:
    assert error(assistant, "route", "-w", workspace)["what"] == "no run yet"
    answered_run(assistant, workspace, LABELS)
    assert error(assistant, "route", "--run", "r7", "-w", workspace)["what"] == "no run r7; there are: r1"


def test_without_scores_the_first_routes_stay(assistant: Assistant, workspace: Path) -> None:
    answered_run(assistant, workspace, LABELS)
    told = error(assistant, "route", "-w", workspace)
    assert told["what"] == "run r1 has no calibrated scores: nothing says how far its labels can be trusted"
    assert "assistant sample" in told["hint"]
    assert "first routes stay" in told["hint"]


@pytest.mark.parametrize("capacity", ["0", "-5", "3", "many"])
def test_a_capacity_that_makes_no_plan_is_refused(assistant: Assistant, workspace: Path, capacity: str) -> None:
    said = assistant("route", "--capacity", capacity, "-w", workspace)
    assert said.status == 2
    assert "--capacity" in said.stderr


def test_the_least_capacity_is_the_planners() -> None:
    assert _LEAST_REVIEWS == LEAST_REVIEWS


def test_what_a_new_certificate_accepts_is_watched_though_the_one_before_accepted_it_too(
    assistant: Assistant, certified: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT__ROUTING__MONITOR_SHARE", "1")  # all that is accepted is drawn
    assistant("route", "-w", certified)
    assert assistant("check", "-w", certified, "--json").json["waiting"] == 9
    certify(certified, 1, 12, ("p00",))
    assistant("route", "-w", certified)
    assert assistant("check", "-w", certified, "--json").json["waiting"] == 9
