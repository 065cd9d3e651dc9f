"""Who is named where it is known who is wrong, and that nobody is where it isn't."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from assistant.reports.reasons.worded import english
from evals.data.eval_data import EvalData, VariantIdentity
from evals.disagreements.analyse import analyse_disagreements
from evals.disagreements.analysis import Conclusion, ConfusionPair, ProbableSide
from tests.evals.disagreements.made import collect, other

N = 600


def pair(data: EvalData, people: str, machine: str, variant: str = "m") -> ConfusionPair:
    pairs = analyse_disagreements(data, variant).pairs
    return next(one for one in pairs if (one.people, one.machine) == (people, machine))


def side(data: EvalData, people: str = "yes", machine: str = "no", variant: str = "m") -> Conclusion:
    return pair(data, people, machine, variant).side


def slips(at: int) -> str:
    """A machine that takes every tenth yes for no."""
    return "no" if at % 20 == 0 else truth(at)


def said(found: Conclusion) -> str:
    return " ".join(map(english, found.because))


def truth(at: int) -> str:
    return "yes" if at % 2 == 0 else "no"


def test_the_machine_is_named_where_reviewers_agree_with_each_other() -> None:
    data = collect(N, machines={"m": slips}, people=lambda at: {"a": truth(at), "b": truth(at), "c": truth(at)})
    found = side(data)
    assert found.side is ProbableSide.MACHINE
    assert said(found) == (
        "On all 30 of these items that two or more reviewers answered, they agree with each other; any two reviewers "
        "agree on 100 % of all items."
    )


def test_the_machine_is_named_where_another_variant_is_right() -> None:
    data = collect(N, machines={"m": slips, "better": truth}, people=lambda at: {"a": truth(at)})
    found = side(data)
    assert found.side is ProbableSide.MACHINE
    assert said(found) == ("Another variant, better, gives people's label to 100 % of these items.")


def test_a_much_worse_variant_is_no_witness() -> None:
    data = collect(N, machines={"m": slips, "always": lambda _: "yes"}, people=lambda at: {"a": truth(at)})
    assert side(data).side is ProbableSide.UNCLEAR


def test_with_one_reviewer_and_one_variant_it_is_unclear_and_what_would_tell_is_said() -> None:
    data = collect(N, machines={"m": slips}, people=lambda at: {"a": truth(at)})
    found = side(data)
    assert found.side is ProbableSide.UNCLEAR
    assert said(found) == (
        "None of these items has a second reviewer; no other variant about as good was asked. To decide, get a second, "
        "blind answer to 20 of them or the answers of other models."
    )


def test_items_are_named_where_reviewers_differ_on_them_and_not_elsewhere() -> None:
    def people(at: int) -> Mapping[str, str]:
        hard = at % 10 == 0
        return {name: other(truth(at)) if hard and at // 10 % 5 == k else truth(at) for k, name in enumerate("abcde")}

    # An item that can be read in two ways has one dissenter of five, a different one each time.
    data = collect(N, machines={"m": slips}, people=people)
    found = side(data)
    assert found.side is ProbableSide.ITEM
    assert said(found).startswith("Reviewers disagree on 100 % of the 30 such items")


def deviates(at: int) -> str:
    """A reviewer who says yes to two of three no's."""
    return "yes" if at % 3 else truth(at)


def alone_then_together(at: int) -> Mapping[str, str]:
    """One of four reviewers for each item of the first half, all four for each of the second."""
    names = "abcd"[at // 2 % 4] if at < N // 2 else "abcd"
    return {name: deviates(at) if name == "d" else truth(at) for name in names}


def test_a_reviewer_is_named_whose_labels_alone_the_disagreements_rest_on() -> None:
    data = collect(
        N, machines={"m": lambda at: other(truth(at)) if at % 97 == 0 else truth(at)}, people=alone_then_together
    )
    found = side(data, "yes", "no")
    assert found.side is ProbableSide.REVIEWER
    assert "have a label that would not stand without d" in said(found)
    # d differs from truth on a third of the items, the others never from each other
    assert said(found).endswith("Peers differ from d on 33 % of 300 items they share, and from each other on 0 %.")


def test_a_reviewer_is_not_named_without_others_to_compare_with() -> None:
    def people(at: int) -> Mapping[str, str]:
        name = "abcd"[at // 2 % 4]
        return {name: "yes" if name == "d" else truth(at)}

    data = collect(N, machines={"m": truth}, people=people)
    found = side(data)
    assert found.side is ProbableSide.UNCLEAR
    assert "rest on d alone" in said(found)


def three(at: int) -> str:
    return ("fine", "rude", "hate")[at % 3]


def test_the_policy_is_named_where_reviewers_differ_between_the_same_two_labels() -> None:
    def people(at: int) -> Mapping[str, str]:
        unsure = at % 3 and at % 4 == 0
        lenient = {"b": "rude"} if unsure else {"b": three(at)}
        return {"a": three(at), **lenient, "c": three(at)}

    def machine(at: int) -> str:
        return "rude" if at % 3 == 2 and at % 5 == 0 else three(at)

    found = side(collect(N, machines={"m": machine}, people=people), "hate", "rude")
    assert found.side is ProbableSide.POLICY
    assert said(found).startswith("Reviewers draw the line between hate and rude differently themselves")


def test_the_policy_is_named_where_other_models_make_the_same_mistake() -> None:
    machines = dict.fromkeys(("m", "second", "third"), slips)
    identities = {name: VariantIdentity(prompt="p v1", model=name) for name in machines}
    data = collect(N, machines=machines, people=lambda at: {"a": truth(at)}, identities=identities)
    found = side(data)
    assert found.side is ProbableSide.POLICY
    assert said(found).startswith("2 of 2 other models make the same mistake on half of these items or more (100 %")
    assert said(found).endswith("a slip of theirs can't be ruled out.")


def test_two_prompts_of_one_model_are_not_two_witnesses_against_the_policy() -> None:
    machines = dict.fromkeys(("m", "second", "third"), slips)
    identities = {name: VariantIdentity(prompt=f"{name} v1", model="same") for name in machines}
    data = collect(N, machines=machines, people=lambda at: {"a": truth(at)}, identities=identities)
    assert side(data).side is ProbableSide.UNCLEAR


def test_imported_answers_that_coincide_are_one_witness() -> None:
    machines = dict.fromkeys(("m", "second", "third"), slips)
    assert side(collect(N, machines=machines, people=lambda at: {"a": truth(at)})).side is ProbableSide.UNCLEAR


def test_the_policy_is_named_where_another_version_of_it_makes_the_model_right() -> None:
    identities = {
        "m": VariantIdentity(prompt="p v1", policy="community v1", model="same"),
        "new": VariantIdentity(prompt="p v1", policy="community v2", model="same"),
    }
    data = collect(N, machines={"m": slips, "new": truth}, people=lambda at: {"a": truth(at)}, identities=identities)
    found = side(data)
    assert found.side is ProbableSide.POLICY
    assert "asked under policy community v2, gets 100 % of these right (new)" in said(found)


def test_a_clause_is_named_that_most_of_the_mistakes_cite() -> None:
    def clauses(at: int) -> tuple[str, ...]:
        if slips(at) == "yes":
            return ("H1",)
        return ("H7",) if at % 20 == 0 or at % 50 == 1 else ("H2",)

    data = collect(N, machines={"m": slips}, people=lambda at: {"a": truth(at)}, clauses=clauses)
    found = side(data)
    assert found.side is ProbableSide.POLICY
    # of 300 right no's the 12 with at % 50 == 1 cite it too
    assert said(found).startswith("All 30 of these items cite H7; where people agree with the same answer, 4 % do.")


def test_an_unusable_answer_is_the_machines() -> None:
    data = collect(
        N, machines={"m": lambda at: None if at % 20 == 0 else truth(at)}, people=lambda at: {"a": truth(at)}
    )
    found = side(data, "yes", "(no usable answer)")
    assert found.side is ProbableSide.MACHINE


def test_a_few_items_name_nobody() -> None:
    data = collect(
        N, machines={"m": lambda at: "no" if at in {0, 2} else truth(at)}, people=lambda at: {"a": truth(at)}
    )
    found = side(data)
    assert found.side is ProbableSide.UNCLEAR
    assert said(found) == ("There are only 2 such items: read them.")


@pytest.mark.parametrize("reliable", [True, False])
def test_reviewers_who_often_differ_prove_little_by_agreeing(reliable: bool) -> None:
    rng = np.random.default_rng(0)
    flips = rng.random((N, 2)) < (0.01 if reliable else 0.25)

    def people(at: int) -> Mapping[str, str]:
        return {name: other(truth(at)) if flips[at, k] else truth(at) for k, name in enumerate("ab")}

    found = side(collect(N, machines={"m": slips}, people=people))
    assert (found.side is ProbableSide.MACHINE) == reliable


def test_a_slice_counts_the_items_its_reviewers_are_tied_on() -> None:
    rng = np.random.default_rng(2)
    slang = rng.random(1200) < 0.2
    flips = rng.random((1200, 2)) < np.where(slang, 0.35, 0.02)[:, None]
    off = rng.random(1200) < np.where(slang, 0.4, 0.05)

    def people(at: int) -> Mapping[str, str]:
        return {name: other(truth(at)) if flips[at, k] else truth(at) for k, name in enumerate("ab")}

    data = collect(
        1200,
        machines={"m": lambda at: other(truth(at)) if off[at] else truth(at)},
        people=people,
        properties=lambda at: {"register": "slang" if slang[at] else "plain"},
    )
    found = analyse_disagreements(data, "m").findings[0]
    assert found.where == (("register", "slang"),)
    assert found.side.side is ProbableSide.ITEM


def test_answers_given_with_the_machines_in_sight_are_no_evidence() -> None:
    data = collect(N, machines={"m": slips}, people=lambda at: {"a": truth(at), "b": truth(at)})
    seen = replace(data.humans, sights=np.where(data.humans.raters == 1, 1, 0))
    assert side(replace(data, humans=seen)).side is ProbableSide.UNCLEAR
