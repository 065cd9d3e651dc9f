"""Freezing: what is taken, what is left out and why, and that the bytes are the identity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.domain.items import Content
from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.domain.reasons import Reason, as_written
from assistant.errors import InputError
from assistant.store.certification.labelled import GivenLabel, ItemFacts, LabelledItem, PrecedentPlace
from evals.data.eval_data import Sight
from evals.data.frozen import FrozenAnswer, LabelSnapshot, read_snapshot
from evals.freezing.candidates import Candidate, chance, from_workspace
from evals.freezing.freeze import OFF_LABEL_SET, ONLY_ASSISTED, TOO_MANY, freeze
from evals.freezing.leakage import EXAMPLE, IN_PROMPT, NEAR_PRECEDENT, PRECEDENT, Guides
from evals.gates.suite import LabelQuery, Suite

LABELS = LabelSet(LabelKind.SINGLE, (Label("safe", ""), Label("spam", "")))


def suite(**data: Any) -> Suite:
    return Suite.model_validate({"name": "s", "data": {"query": {}, **data}, "variants": [{"name": "a"}]})


def answer(label: str, rater: str = "ana", sight: Sight = Sight.BLIND) -> FrozenAnswer:
    return FrozenAnswer(rater, (label,), sight)


def candidate(name: str, *answers: FrozenAnswer, near: str | None = None, **meta: object) -> Candidate:
    text = f"{name}: a post of its own about {sum(map(ord, name)) * 7919} other things"
    return Candidate(name, f"digest {name}", text, "en", None, meta, near, 1.0, answers or (answer("safe"),))


def ids(snapshot: LabelSnapshot) -> list[str]:
    return [item.id for item in snapshot.items]


def test_assisted_answers_do_not_count_and_unknown_ones_are_said() -> None:
    given = [
        candidate("blind", answer("safe")),
        candidate("assisted", answer("safe", sight=Sight.ASSISTED)),
        candidate("both", answer("safe", sight=Sight.ASSISTED), answer("spam", "bo")),
        candidate("unknown", answer("safe", sight=Sight.UNKNOWN)),
    ]
    frozen = freeze(suite(), given, Guides(), LABELS)
    assert ids(frozen) == ["blind", "both", "unknown"]
    assert [one.rater for one in frozen.items[1].answers] == ["bo"]
    assert frozen.excluded == {ONLY_ASSISTED: 1}
    assert frozen.notes == (Reason.of("sight_not_known", items=1),)
    assert len(freeze(suite(blind=False), given, Guides(), LABELS).items) == 4


def test_labels_outside_the_set_and_too_few_reviewers_are_counted() -> None:
    given = [
        candidate("off", answer("rude")),
        candidate("spelled", answer(" Safe")),
        candidate("one of two", answer("safe"), answer("rude", "bo")),
    ]
    frozen = freeze(suite(), given, Guides(), LABELS)
    assert ids(frozen) == ["one of two", "spelled"]
    assert frozen.items[1].answers[0].labels == ("safe",)
    assert frozen.excluded == {OFF_LABEL_SET: 1}
    with pytest.raises(InputError, match=r"suite_empty \(items=1, why='1 fewer than 2 reviewers'\)"):
        freeze(suite(minimum_reviewers=2), given[1:2], Guides(), LABELS)


def test_what_guides_models_is_left_out_with_all_that_belongs_to_it() -> None:
    given = [
        candidate("precedent"),
        candidate("near it", near="7"),
        candidate("near that", near="7", thread="t"),
        candidate("same thread", thread="t"),
        candidate("example"),
        candidate("quoted"),
        candidate("free", thread="u"),
    ]
    places = [PrecedentPlace("digest precedent", None, {}), PrecedentPlace("digest x", 7, {})]
    guides = Guides(places, [given[4].text.upper()], [f"Example:\n{given[5].text}\n"])
    frozen = freeze(suite(group_by="thread"), given, guides, LABELS)
    assert ids(frozen) == ["free"]
    assert frozen.excluded == {PRECEDENT: 1, NEAR_PRECEDENT: 3, EXAMPLE: 1, IN_PROMPT: 1}


def test_a_near_duplicate_of_an_example_is_an_example() -> None:
    text = "Win a free phone now, only today, click the link in my profile and tell your friends about it"
    one = replace(candidate("near"), text=text + "!")
    with pytest.raises(InputError, match="examples of a policy"):
        freeze(suite(), [one], Guides(examples=[text], threshold=0.8), LABELS)


def test_a_draw_keeps_groups_whole_and_is_repeatable() -> None:
    given = [candidate(f"i{n:02}", near=str(n // 3)) for n in range(30)]
    frozen = freeze(suite(max_items=10, seed=3), given, Guides(), LABELS)
    assert len(frozen.items) == 9
    members = {
        group: [one.id for one in frozen.items if one.group == group] for group in {g.group for g in frozen.items}
    }
    assert all(len(of_group) == 3 and group == min(of_group) for group, of_group in members.items())
    assert frozen.excluded == {TOO_MANY: 21}
    assert freeze(suite(max_items=10, seed=3), given[::-1], Guides(), LABELS).digest == frozen.digest
    assert freeze(suite(max_items=10, seed=4), given, Guides(), LABELS).digest != frozen.digest


def test_the_file_is_read_back_as_it_was_and_every_byte_counts(tmp_path: Path) -> None:
    given = [candidate("a", answer("safe"), answer("spam", "bo")), candidate("ü|\n", channel="x")]
    settings = Suite.model_validate({**suite().model_dump(by_alias=True), "slices": ["language", "meta.channel"]})
    frozen = freeze(settings, given, Guides(), LABELS, notes=[as_written("one note")])
    path = tmp_path / "s.frozen.jsonl"
    path.write_bytes(frozen.as_bytes())
    read, digest = read_snapshot(path)
    assert read == frozen
    assert digest == frozen.digest
    assert read.items[1].properties == {"language": "en", "meta.channel": "x"}
    path.write_bytes(frozen.as_bytes().replace(b"spam", b"safe", 1))
    assert read_snapshot(path)[1] != digest
    path.write_bytes(b"{}\n")
    with pytest.raises(InputError, match="not_a_snapshot"):
        read_snapshot(path)


def labelled(name: str, *moments: str, **facts: Any) -> LabelledItem:
    values = {"language": "en", "source": None, "meta": {}, "group": None} | facts
    item = ItemFacts(1, name, Content(name), f"digest {name}", **values)
    return LabelledItem(item, [GivenLabel("ana", ("safe",), False, moment) for moment in moments])


def test_a_query_asks_for_language_source_meta_ids_and_time() -> None:
    items = [
        labelled("a", "2026-01-01"),
        labelled("b", "2026-03-01", language="zh"),
        labelled("c", "2026-03-01", source="forum"),
        labelled("d", "2026-03-01", meta={"score": 3}),
    ]

    def found(**query: Any) -> list[str]:
        return [one.id for one in from_workspace(items, LabelQuery.model_validate(query), {})]

    assert found() == ["a", "b", "c", "d"]
    assert found(languages=["zh"]) == ["b"]
    assert found(sources=["forum", "chat"]) == ["c"]
    assert found(meta={"score": 3}) == found(meta={"score": "3"}) == ["d"]
    assert found(ids=["a", "x"]) == ["a"]
    assert found(labelled_since="2026-02-01") == ["b", "c", "d"]


def test_the_route_in_force_when_an_item_was_labelled_says_its_chance() -> None:
    routes = [("2026-01-02", 0.05), ("2026-01-04", 0.5)]
    assert [chance(routes, day) for day in ("2026-01-01", "2026-01-02", "2026-01-03", "2026-01-05")] == [
        1.0,  # nothing had routed it: it stands for itself
        0.05,
        0.05,
        0.5,
    ]
    (one,) = from_workspace([labelled("a", "2026-01-03", "2026-01-09")], LabelQuery(), {"a": routes})
    assert one.inclusion == 0.05
