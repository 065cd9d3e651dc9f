"""What of a policy is indexed."""

from __future__ import annotations

from dataclasses import replace

from assistant.domain.policies import Clause, Label, LabelKind, LabelSet, Policy, PolicyExample
from assistant.policy.index.entries import EntryKind, clause_entries

INSULTS = Clause(
    id="H1",
    title="Insults",
    texts={"en": "Do not insult.", "zh": "不要侮辱别人。"},
    labels=("harassment",),
    examples=(
        PolicyExample("You fool.", "en", ("harassment",), violates=True),
        PolicyExample("那个论点很弱。", "zh", ("safe",), violates=False),
    ),
)
POLICY = Policy(
    id="p",
    version="1",
    title="P",
    languages=("en", "zh"),
    label_set=LabelSet(LabelKind.SINGLE, (Label("safe", "fine"), Label("harassment", "not", 2))),
    clauses=(INSULTS,),
    source="",
    digest="d1",
)


def test_each_wording_and_each_example_is_an_entry_of_its_clause() -> None:
    assert [(one.clause_id, one.language, one.kind, one.text) for one in clause_entries(POLICY)] == [
        ("H1", "en", EntryKind.WORDING, "Insults\nDo not insult."),
        ("H1", "zh", EntryKind.WORDING, "不要侮辱别人。"),
        ("H1", "en", EntryKind.VIOLATES, "You fool."),
        ("H1", "zh", EntryKind.COMPLIES, "那个论点很弱。"),
    ]


def test_an_example_with_a_query_is_embedded_with_it_as_items_are() -> None:
    pair = PolicyExample("Boil for ten minutes.", "en", ("2",), violates=True, query="eggs how long")
    policy = replace(POLICY, clauses=(replace(INSULTS, examples=(pair,)),))
    assert clause_entries(policy)[-1].text == "eggs how long\nBoil for ten minutes."


def test_ids_stay_from_version_to_version_while_the_text_stays() -> None:
    changed = replace(INSULTS, texts={"en": "Do not insult anyone.", "zh": "不要侮辱别人。"})
    before = {one.id for one in clause_entries(POLICY)}
    after = {one.id for one in clause_entries(replace(POLICY, version="2", digest="d2", clauses=(changed,)))}
    assert len(before & after) == 3
    assert len(before | after) == 5


def test_the_same_text_under_two_clauses_is_two_entries() -> None:
    policy = replace(POLICY, clauses=(INSULTS, replace(INSULTS, id="H2")))
    ids = [one.id for one in clause_entries(policy)]
    assert len(ids) == len(set(ids)) == 8


def test_an_example_written_twice_under_a_clause_is_one_entry() -> None:
    twice = replace(INSULTS, examples=INSULTS.examples * 2)
    assert clause_entries(replace(POLICY, clauses=(twice,))) == clause_entries(POLICY)


def test_an_example_that_violates_and_its_twin_that_does_not_are_two_entries() -> None:
    twin = replace(INSULTS.examples[0], violates=False)
    policy = replace(POLICY, clauses=(replace(INSULTS, examples=(INSULTS.examples[0], twin)),))
    assert len({one.id for one in clause_entries(policy)}) == 4
