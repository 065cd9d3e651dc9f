"""What is likely to fall under a changed clause: learned from what cites it, taken until enough is expected."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.bundled import bundled
from assistant.policy.documents.difference import compare_policies
from assistant.policy.documents.documents import parse_policy, read_policy
from assistant.policy.documents.rewording import reword
from assistant.policy.neighbourhood import ChanceModel, changed_clauses, changed_texts, take_likely

OLD = read_policy(bundled("examples") / "policies" / "community.md")


def test_of_a_reworded_clause_all_texts_changed_and_of_others_none() -> None:
    new = parse_policy(reword(OLD.source, {"H1": {"en": "Insults are allowed."}}, "2"), "new")
    difference = compare_policies(OLD, new)
    changed, stayed = changed_texts(difference, OLD, new)
    [clause] = [one for one in OLD.clauses if one.id == "H1"]
    assert changed_clauses(difference) == {"H1"}
    assert {one.text for one in clause.examples} <= set(changed)
    assert any(text.endswith("Insults are allowed.") for text in changed)
    assert any("Do not degrade a particular person" in text for text in changed)
    assert not set(changed) & set(stayed)


def test_of_a_clause_with_another_example_only_that_example_changed() -> None:
    source = OLD.source.replace("the ugliest one 😂", "the ugliest one").replace('version: "1"', 'version: "2"')
    new = parse_policy(source, "new")
    changed, stayed = changed_texts(compare_policies(OLD, new), OLD, new)
    assert changed == [
        f"Post your worst photo of Ilse here, let's vote for the ugliest one{end}" for end in (" 😂", "")
    ]
    assert any("Do not degrade a particular person" in text for text in stayed)


def test_what_cites_the_clause_is_always_taken_and_then_the_likeliest_until_enough_is_expected() -> None:
    chances = np.array([0.0, 0.9, 0.6, 0.4, 0.1, 0.0])  # 2.0 expected in all
    cited = np.array([True, False, False, False, False, False])
    taken = take_likely(chances, cited, found=0.75, most=1.0)
    # the one that cites adds 0, then 0.9 and 0.6 of 2.0 are three quarters
    assert taken.which.tolist() == [True, True, True, False, False, False]
    assert taken.expected_found == pytest.approx(0.75)


def test_no_more_than_the_most_are_taken_unless_more_cite_the_clause() -> None:
    chances = np.full(10, 0.5)
    nothing = np.zeros(10, dtype=bool)
    assert take_likely(chances, nothing, found=1.0, most=0.3).which.sum() == 3
    many = np.arange(10) < 5
    assert take_likely(chances, many, found=1.0, most=0.3).which.tolist() == many.tolist()


def test_chances_are_higher_where_contents_are_like_those_that_cite() -> None:
    chance = np.random.default_rng(5)
    near, far = chance.normal(1.0, 0.5, (60, 4)), chance.normal(-1.0, 0.5, (60, 4))
    cited = np.arange(120) < 40  # a third of the near ones is not cited
    found = ChanceModel(np.vstack([near, far]), cited, np.ones(120))
    assert found.held_out[40:60].mean() > 10 * found.held_out[60:].mean()
    assert found.chances(np.full((1, 4), 1.0))[0] > found.chances(np.full((1, 4), -1.0))[0]
