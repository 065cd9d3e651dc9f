"""What is told about two versions of a policy."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.policies import Policy
from assistant.policy.documents.difference import compare_policies, render_difference
from assistant.policy.documents.documents import parse_policy
from assistant.policy.documents.word_difference import WordRun, compare_words, render_words

OLD = """\
---
policy: community
version: "3"
title: Community guidelines
languages: [en, zh]
label_set:
  kind: single
  labels:
    - {name: safe, definition: Breaks no clause., severity: 0}
    - {name: harassment, definition: Insults a person., severity: 2}
    - {name: hate, definition: Attacks a group., severity: 3}
    - {name: spam, definition: Adverts., severity: 1}
---
Introduction.

## H1 Insults
labels: harassment

Do not insult a person who takes part.

### zh
不要侮辱他人。

### Violates
- en: "You idiot."
### Does not violate
- en: "That is weak."

## G1 Groups
labels: hate

Do not attack groups.

### Violates
- en: "They are all vermin."

## S1 Adverts
labels: spam
No adverts.
### Violates
- en: "Buy now."
"""


def policy(*swaps: tuple[str, str], source: str = OLD) -> Policy:
    for old, new in swaps:
        assert source.count(old) == 1, f"{old!r} must stand once in the document"
        source = source.replace(old, new)
    return parse_policy(source, "p.md")


def shown(*swaps: tuple[str, str]) -> str:
    return render_difference(compare_policies(policy(), policy(*swaps)))


def test_the_same_text_is_no_difference() -> None:
    difference = compare_policies(policy(), policy())
    assert render_difference(difference) == "The two versions are the same text."
    assert difference.affected_labels == ()


def test_the_whole_report_of_a_new_version() -> None:
    report = shown(
        ('version: "3"', 'version: "4"'),
        ("Do not insult a person who", "Never insult a person who"),
        ("不要侮辱他人。", "不要侮辱或威胁他人。"),
        ("labels: hate\n", "labels: hate, harassment\n"),
        ('- en: "They are all vermin."', '- en: "They are all vermin." -> hate'),
        ("Attacks a group., severity: 3", "Attacks a protected group., severity: 4"),
        ("## S1 Adverts\nlabels: spam\nNo adverts.", "## S2 Scams\nlabels: spam\nNo scams."),
    )
    assert report == (
        "2 clauses changed, 1 added, 1 removed, 1 label changed; "
        "items labeled harassment, hate or spam may be stale.\n"
        "Items labeled safe may fall under the new wording: label a sample of them again.\n"
        "\n"
        "community 3 -> community 4\n"
        "  version: 3 -> 4\n"
        "\n"
        "labels\n"
        "  hate: severity 3 -> 4\n"
        "  hate: redefined: Attacks a {+protected +}group.\n"
        "\n"
        "H1 Insults: changed\n"
        "  wording en: [-Do not-]{+Never+} insult a person who takes part.\n"
        "  wording zh: 不要侮辱{+或威胁+}他人。\n"
        "\n"
        "G1 Groups: changed\n"
        "  label added: harassment\n"
        "\n"
        "S2 Scams: added\n"
        "  labels: spam\n"
        "  wording en: No scams.\n"
        "  examples: 1\n"
        "\n"
        "S1 Adverts: removed\n"
        "  labels: spam\n"
        "  wording en: No adverts.\n"
        "  examples: 1"
    )


def test_one_changed_sentence_names_the_labels_its_clause_leads_to() -> None:
    assert shown(("Do not attack groups.", "Do not attack any group.")).splitlines()[0] == (
        "1 clause changed; items labeled hate may be stale."
    )


def test_changed_examples_are_told_with_their_labels() -> None:
    assert shown(('- en: "That is weak."', '- en: "That is dumb."')) == (
        "1 clause changed; items labeled safe or harassment may be stale.\n"
        "\n"
        "community 3 -> community 3\n"
        "  the text changed but its version didn't: give the new text a version of its own\n"
        "\n"
        "H1 Insults: changed\n"
        '  example removed: en: "That is weak." -> safe (does not violate)\n'
        '  example added: en: "That is dumb." -> safe (does not violate)'
    )


def test_an_example_whose_label_changed_is_removed_and_added() -> None:
    old = policy(("labels: hate\n", "labels: hate, harassment\n"), ('vermin."', 'vermin." -> hate'))
    new = policy(("labels: hate\n", "labels: hate, harassment\n"), ('vermin."', 'vermin." -> harassment'))
    (change,) = compare_policies(old, new).clauses_changed
    assert [example.labels for example in change.examples_removed] == [("hate",)]
    assert [example.labels for example in change.examples_added] == [("harassment",)]


def test_text_outside_the_clauses_touches_no_label() -> None:
    assert shown(("Introduction.", "Welcome.")) == (
        "Only text outside the clauses, blanks or line ends changed; no label's items are known to be stale.\n"
        "\n"
        "community 3 -> community 3\n"
        "  the text changed but its version didn't: give the new text a version of its own"
    )


def test_a_wrapped_line_is_no_new_wording() -> None:
    assert compare_policies(policy(), policy(("insult a person", "insult\na person"))).clauses_changed == ()


def test_a_new_title_of_the_policy_touches_no_label() -> None:
    assert shown(("title: Community guidelines", "title: House rules")).splitlines()[0] == (
        "Only the front matter (title) changed; no label's items are known to be stale."
    )


def test_clauses_in_another_order_are_told() -> None:
    head, first, second, third = OLD.split("\n## ")
    swapped = policy(source="\n## ".join([head, second, first, third]))
    assert render_difference(compare_policies(policy(), swapped)).splitlines() == [
        "Only the order of the clauses changed; no label's items are known to be stale.",
        "",
        "community 3 -> community 3",
        "  the text changed but its version didn't: give the new text a version of its own",
        "  the clauses stand in another order",
    ]


def test_a_removed_label_leaves_its_items_stale_and_a_new_one_has_none() -> None:
    difference = compare_policies(
        policy(), policy(("{name: spam,", "{name: adverts,"), ("labels: spam", "labels: adverts"))
    )
    assert (difference.labels_added, difference.labels_removed) == (("adverts",), ("spam",))
    assert difference.affected_labels == ("spam",)
    assert difference.harmless_labels == ("safe",)


def test_another_kind_of_label_set_touches_every_label() -> None:
    difference = compare_policies(policy(), policy(("kind: single", "kind: ordinal")))
    assert difference.affected_labels == ("safe", "harassment", "hate", "spam")


def test_moving_a_grade_of_an_ordinal_set_touches_every_label() -> None:
    grade = "    - {name: spam, definition: Adverts., severity: 1}\n"
    old = policy(("kind: single", "kind: ordinal"))
    first = "    - {name: safe"
    new = policy(("kind: single", "kind: ordinal"), (grade, ""), (first, grade + first))
    difference = compare_policies(old, new)
    assert [change.name for change in difference.front_matter] == ["order of labels"]
    assert difference.affected_labels == ("safe", "harassment", "hate", "spam")


def test_labels_that_must_now_go_to_people_are_told() -> None:
    assert "  hate: always_human false -> true" in shown(
        ("group., severity: 3", "group., severity: 3, always_human: true")
    )


def test_a_wording_in_a_new_language_is_all_added() -> None:
    assert "  wording zh: {+不要攻击群体。+}" in shown(
        ("Do not attack groups.\n", "Do not attack groups.\n### zh\n不要攻击群体。\n")
    )


def test_the_difference_is_plain_json() -> None:
    difference = compare_policies(policy(), policy(("Do not attack groups.", "Do not attack any group.")))
    told = json.loads(json.dumps(difference.as_dict()))
    assert told["summary"] == "1 clause changed; items labeled hate may be stale."
    assert told["affected_labels"] == ["hate"]
    assert told["clauses_changed"][0]["wordings"][0]["words"][1] == {"change": "removed", "text": "groups"}


def test_chinese_is_compared_character_by_character() -> None:
    assert compare_words("不要侮辱他人", "不要骚扰他人") == (
        WordRun("same", "不要"),
        WordRun("removed", "侮辱"),
        WordRun("added", "骚扰"),
        WordRun("same", "他人"),
    )


def test_long_unchanged_parts_are_cut_to_a_few_words() -> None:
    words = " ".join(f"w{number}" for number in range(100))
    assert (
        render_words(compare_words(f"{words} end", f"{words} stop"))
        == "…" + " ".join(f"w{number}" for number in range(92, 100)) + " [-end-]{+stop+}"
    )


@given(st.text(alphabet="ab 汉字,.\n"), st.text(alphabet="ab 汉字,.\n"))
def test_the_runs_of_a_word_difference_make_up_both_texts(old: str, new: str) -> None:
    runs = compare_words(old, new)
    folded = [" ".join(text.split()) for text in (old, new)]
    if not runs:
        assert folded[0] == folded[1]
        return
    assert "".join(run.text for run in runs if run.change != "added") == folded[0]
    assert "".join(run.text for run in runs if run.change != "removed") == folded[1]
