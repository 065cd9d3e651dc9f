"""Rules: their order, what each looks at, and what no rule may do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.routing.doubts import DOUBTS, doubt_bits, doubt_names
from assistant.routing.route import Route
from assistant.routing.route_scored import REASONS, ROUTES, explain, route_scored
from assistant.routing.rules import RULES, RouteRules, Rule
from assistant.routing.scored import Scored, Unscored, answer_traits
from tests.routing.made_up import DEFAULTS, any_items, scored

NUMBERS = RouteRules(severe_from=3, expert_below=0.6, double_below=0.9, monitor_share=0.02)


def decided(items: Scored) -> tuple[str, str]:
    routed = route_scored(items, NUMBERS)
    return ROUTES[routed.routes[0]].value, REASONS[routed.reasons[0]]


@pytest.mark.parametrize(
    ("known", "route", "reason"),
    [
        ({}, "accept", "accepted_by_certificate"),
        ({"number": 0.0199}, "accept_audit", "drawn_for_monitoring"),
        ({"number": 0.02}, "accept", "accepted_by_certificate"),
        ({"certified": False}, "review", "not_certified"),
        ({"broken": True}, "review", "certificate_broken"),
        ({"confidence": np.nan}, "review", "no_confidence"),
        ({"always_human": True}, "review", "label_always_human"),
        ({"doubts": doubt_bits(["looks_like_instruction"])}, "review", "looks_like_instruction"),
        ({"doubts": doubt_bits(["reply_failed"]), "confidence": np.nan}, "review", "reply_failed"),
        ({"doubts": doubt_bits(["no_clause_near", "content_truncated"])}, "review", "content_truncated"),
        ({"doubts": doubt_bits(["label_always_human"])}, "review", "label_always_human"),
        ({"doubts": doubt_bits(["safe_contradicted"])}, "accept", "accepted_by_certificate"),
        ({"doubts": doubt_bits(["safe_contradicted"]), "confidence": 0.49}, "review", "safe_contradicted"),
        ({"doubts": doubt_bits(["safe_contradicted"]), "severity": 1}, "review", "safe_contradicted"),
        ({"doubts": doubt_bits(["hidden_text"])}, "review", "hidden_text"),
        ({"doubts": doubt_bits(["reply_in_content"])}, "review", "reply_in_content"),
        ({"severity": 3, "confidence": 0.59}, "expert", "severe_and_unsure"),
        ({"severity": 3, "confidence": 0.6}, "double", "severe"),
        ({"severity": 4, "confidence": 0.9}, "double", "severe"),
        ({"severity": 3, "confidence": np.nan}, "double", "severe"),
        ({"severity": 3, "confidence": 0.91}, "accept", "accepted_by_certificate"),
        ({"severity": 2, "confidence": 0.1}, "accept", "accepted_by_certificate"),
        ({"labelled_probability": 0.3}, "settled", "already_labelled"),
    ],
)
def test_what_is_known_about_an_item_decides_its_route(known: dict[str, object], route: str, reason: str) -> None:
    assert decided(scored(number=0.5, **known) if "number" not in known else scored(**known)) == (route, reason)


def test_of_all_rules_that_hold_the_first_decides() -> None:
    # Everything holds at first; then what the deciding rule looked at is taken away, one thing after the other.
    known: dict[str, object] = {
        "labelled_probability": 1.0,
        "severity": 4,
        "confidence": 0.5,
        "always_human": True,
        "doubts": (1 << len(DOUBTS)) - 1,
        "broken": True,
        "number": 0.0,
    }
    kinds: list[dict[str, object]] = [{"labelled_probability": np.nan}, {"confidence": 0.7}, {"severity": 0}]
    special = {"label_always_human", "safe_contradicted"}
    others = [name for name in doubt_names((1 << len(DOUBTS)) - 1) if name not in special]
    kinds += [{"always_human": False, "doubts": doubt_bits(others[place:])} for place in range(len(others) - 1)]
    kinds += [{"doubts": 0, "confidence": np.nan}, {"confidence": 0.7}, {"broken": False}]
    kinds += [{"number": 0.5}, {"certified": False}]
    reasons = [decided(scored(**known))[1]]
    for changed in kinds:
        known |= changed
        reasons.append(decided(scored(**known))[1])
    assert list(dict.fromkeys(reasons)) == [
        "already_labelled",
        "severe_and_unsure",
        "severe",
        "label_always_human",
        "reply_failed",
        "media_not_seen",
        "looks_like_instruction",
        "hidden_text",
        "reply_in_content",
        "resembles_injection",
        "content_truncated",
        "language_not_covered",
        "no_clause_near",
        "certificate_broken",
        "no_confidence",
        "drawn_for_monitoring",
        "accepted_by_certificate",
        "not_certified",
    ]


@pytest.mark.parametrize("reason", [one for one in Unscored if one])
def test_what_a_certificate_does_not_speak_about_is_reviewed_for_that_reason(reason: Unscored) -> None:
    unscored = np.array([reason], dtype=np.int64)
    for known in ({"confidence": np.nan}, {"confidence": 0.99, "certified": False}):
        assert decided(replace(scored(**known), unscored=unscored)) == ("review", reason.name.lower())
    assert decided(replace(scored(severity=4, confidence=np.nan), unscored=unscored))[0] == "double"
    said = explain(replace(scored(), unscored=unscored), 0, NUMBERS)
    assert {one.rule: one.facts for one in said}[reason.name.lower()] == {"unscored": (reason.name.lower(),)}


@given(any_items())
def test_every_rule_looks_at_the_facts_it_names_and_at_nothing_else(items: Scored) -> None:
    other = scored(
        len(items),
        confidence=0.5,
        certified=False,
        broken=True,
        severity=4,
        always_human=True,
        doubts=(1 << len(DOUBTS)) - 1,
        labelled_probability=0.5,
        number=0.5,
    )
    for rule in RULES:
        mixed = {name: getattr(items if name in rule.facts else other, name) for name in [*DEFAULTS, "number"]}
        held = rule.matches(items, NUMBERS)
        assert held.tolist() == rule.matches(scored(len(items), **mixed), NUMBERS).tolist(), rule.name


@given(any_items())
def test_explaining_one_item_says_what_routing_all_of_them_did(items: Scored) -> None:
    routed = route_scored(items, NUMBERS)
    for at in range(len(items)):
        said = explain(items, at, NUMBERS)
        assert [one.rule for one in said] == [rule.name for rule in RULES]
        (deciding,) = [one for one in said if one.decides]
        assert deciding is next(one for one in said if one.matched)
        assert (deciding.route, deciding.rule) == (ROUTES[routed.routes[at]], REASONS[routed.reasons[at]])


def test_an_explanation_gives_the_numbers_each_rule_looked_at() -> None:
    items = scored(2, severity=[0, 3], confidence=[0.99, 0.5], doubts=[0, doubt_bits(["content_truncated"])])
    said = {one.rule: one for one in explain(items, 1, NUMBERS)}
    assert said["severe_and_unsure"].facts == {
        "severity": 3,
        "severe_from": 3,
        "confidence": 0.5,
        "expert_below": 0.6,
    }
    assert (said["severe_and_unsure"].matched, said["severe_and_unsure"].decides) == (True, True)
    assert (said["content_truncated"].matched, said["content_truncated"].decides) == (True, False)
    assert said["content_truncated"].facts == {"doubts": ("content_truncated",)}
    assert said["content_truncated"].why == "The model saw only a part of it."
    assert said["drawn_for_monitoring"].facts["number"] == items.number[1]


@given(any_items(), st.sampled_from([one.__name__ for one in DOUBTS if one.__name__ != "label_always_human"]))
def test_a_doubt_takes_acceptance_away_and_never_moves_an_item_to_other_people(items: Scored, doubt: str) -> None:
    with_doubt = {name: getattr(items, name) for name in [*DEFAULTS, "number"]}
    with_doubt["doubts"] = items.doubts | doubt_bits([doubt])
    before = route_scored(items, NUMBERS)
    after = route_scored(scored(len(items), **with_doubt), NUMBERS)
    accepted = before.on(Route.ACCEPT, Route.ACCEPT_AUDIT)
    assert (after.routes == before.routes)[~accepted].all()
    if doubt not in {"signals_disagree", "no_probability", "safe_contradicted"}:  # calibration has weighed these
        assert after.on(Route.REVIEW)[accepted].all()


@given(any_items())
def test_a_broken_certificate_accepts_nothing_and_changes_nothing_else(items: Scored) -> None:
    columns = {name: getattr(items, name) for name in [*DEFAULTS, "number"]}
    whole, broken = (route_scored(scored(len(items), **{**columns, "broken": b}), NUMBERS) for b in (False, True))
    accepted = whole.on(Route.ACCEPT, Route.ACCEPT_AUDIT)
    assert not broken.on(Route.ACCEPT, Route.ACCEPT_AUDIT).any()
    assert broken.on(Route.REVIEW)[accepted].all()
    assert (broken.routes == whole.routes)[~accepted].all()


def test_an_explanation_never_says_that_a_broken_certificate_accepts() -> None:
    held = [one.rule for one in explain(scored(broken=True, number=0.0), 0, NUMBERS) if one.matched]
    assert held == ["certificate_broken", "not_certified"]


def test_every_rule_says_in_a_sentence_what_it_means_and_the_last_one_always_holds() -> None:
    assert all(rule.why.endswith(".") for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert RULES[-1].matches(scored(3), NUMBERS).all()


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_reasons_fit_the_column_they_are_stored_in(name: str) -> None:
    assert len(name) <= 60


@pytest.mark.parametrize(
    "numbers",
    [
        {"severe_from": -1},
        {"expert_below": 1.1},
        {"double_below": -0.1},
        {"monitor_share": 0.0},
        {"monitor_share": 1.1},
    ],
)
def test_numbers_no_rule_could_mean_are_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(numbers))):
        RouteRules(**numbers)  # type: ignore[arg-type]  # severe_from is whole


def test_with_double_below_one_every_severe_label_is_seen_by_two() -> None:
    (severe,) = (rule for rule in RULES if rule.name == "severe")
    assert holds(severe, RouteRules(double_below=1.0))
    assert not holds(severe, RouteRules(double_below=0.9))


def holds(rule: Rule, numbers: RouteRules) -> bool:
    return bool(rule.matches(scored(severity=3, confidence=1.0), numbers)[0])


@given(st.sets(st.sampled_from([doubt.__name__ for doubt in DOUBTS])))
def test_doubts_survive_being_put_into_a_number(names: set[str]) -> None:
    assert set(doubt_names(doubt_bits(names))) == names


def test_an_unknown_doubt_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'tired' is no doubt; there are: reply_failed, "):
        doubt_bits(["tired"])


def test_the_worst_label_of_an_answer_counts() -> None:
    labels = (Label("safe", ""), Label("spam", "", 1), Label("self_harm", "", 3, always_human=True))
    severity, human = answer_traits(
        [("safe",), ("spam", "self_harm"), (), ("imported",)], LabelSet(LabelKind.MULTI, labels)
    )
    assert severity.tolist() == [0, 3, 0, 0]
    assert human.tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"confidence": [0.5, 1.2]}, r"confidence must lie between 0 and 1, or NaN, got 1.2 for item i1"),
        (
            {"labelled_probability": [0.0, 1.0]},
            "labelled_probability must lie above 0 up to 1, or NaN, got 0.0 for item i0",
        ),
        ({"severity": -1}, "severity must lie at 0 or above, got -1"),
        ({"number": 1.0}, "number must lie from 0 to below 1"),
    ],
)
def test_a_column_out_of_range_is_refused_with_the_item(columns: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        scored(2, **columns)


def test_a_column_of_another_length_is_refused() -> None:
    columns = {name: getattr(scored(2), name) for name in [*DEFAULTS, "number"]}
    with pytest.raises(ValueError, match="severity has 3 values for 2 items"):
        Scored(ids=["a", "b"], seed=1, **{**columns, "severity": np.zeros(3, dtype=np.int64)})
