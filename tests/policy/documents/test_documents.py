"""Reading policy documents: what a good one becomes, and that every mistake in a bad one is found."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.bundled import bundled
from assistant.cli.error_words import error_words
from assistant.domain.policies import Label, LabelKind, PolicyExample
from assistant.errors import PolicyError
from assistant.policy.documents.documents import find_mistakes, parse_policy, policy_digest, read_policy, read_source
from assistant.policy.documents.mistakes import render_mistakes

COMMUNITY = """\
---
policy: community            # stable id
version: "3"
title: Community guidelines
languages: [en, zh]
label_set:
  kind: single
  labels:
    - name: safe
      definition: Breaks no clause.
      severity: 0
    - name: harassment
      definition: Insults or hounds
        a person.
      severity: 2
      always_human: true
---

# Community guidelines

Free introduction.

## H1 Insults aimed at a person
labels: harassment

First paragraph.

Second paragraph.

### zh
规则的中文措辞。

### Violates
- en: "You are a \\"worthless\\" idiot." -> harassment
- zh: “你是‘废物’”

### Does not violate
- en: "That argument is weak." -> safe
- zh: 「这个论点很弱」

## About this document

Not a clause.
"""

RELEVANCE = """\
---
policy: relevance
version: 2026-01-10
title: Search relevance
languages: [en]
label_set:
  kind: ordinal
  labels:
    - {name: 0, definition: Not about the query., severity: 2}
    - {name: 1, definition: Answers it in part., severity: 1}
    - {name: 2, definition: Answers it., severity: 0}
---
## R1 Topic
labels: 0, 1, 2
Grade by what the query asks for.
### Violates
- en: query "red shoes" document "Blue hats" -> 0
### Does not violate
- en: query "red shoes" document "Shoes, red" -> 2
"""


def messages(source: str) -> list[str]:
    return [mistake.message for mistake in find_mistakes(source, "p.md")]


def swapped(old: str, new: str, source: str = COMMUNITY) -> str:
    assert source.count(old) == 1, f"{old!r} must stand once in the document"
    return source.replace(old, new)


def with_lines(extra: str) -> str:
    return COMMUNITY + extra


def test_a_label_can_have_a_title_in_each_language_or_one_for_all() -> None:
    source = read_source(bundled("examples") / "policies" / "relevance.md")
    label = parse_policy(source, "relevance").label_set.labels[2]
    assert (label.name, label.title("en"), label.title("zh"), label.title("fr")) == (
        *("2", "Answers in part", "部分满足"),
        "Answers in part",  # the first where there is none in that language
    )
    plain = source.replace("title: {en: Answers in part, zh: 部分满足}", "title: Partly")
    assert parse_policy(plain, "relevance").label_set.labels[2].title("zh") == "Partly"
    without = source.replace("      title: {en: Answers in part, zh: 部分满足}\n", "")
    assert parse_policy(without, "relevance").label_set.labels[2].title("zh") == ""
    wrong = source.replace("title: {en: Answers in part,", "title: {en: [],")
    assert [one.message for one in find_mistakes(wrong, "relevance")] == ["this is no title in a language"]


def test_a_good_document_has_no_mistakes() -> None:
    assert find_mistakes(COMMUNITY, "p.md") == []
    assert find_mistakes(RELEVANCE, "p.md") == []


def test_a_policy_holds_its_front_matter() -> None:
    policy = parse_policy(COMMUNITY, "p.md")
    assert (policy.id, policy.version, policy.title) == ("community", "3", "Community guidelines")
    assert policy.languages == ("en", "zh")
    assert policy.label_set.kind is LabelKind.SINGLE
    assert policy.label_set.labels == (
        Label("safe", "Breaks no clause.", 0),
        Label("harassment", "Insults or hounds a person.", 2, always_human=True),
    )
    assert policy.source == COMMUNITY


def test_a_clause_holds_title_labels_and_wording_by_language() -> None:
    (clause,) = parse_policy(COMMUNITY, "p.md").clauses
    assert (clause.id, clause.title, clause.labels) == ("H1", "Insults aimed at a person", ("harassment",))
    assert dict(clause.texts) == {"en": "First paragraph.\n\nSecond paragraph.", "zh": "规则的中文措辞。"}


def test_an_example_without_an_arrow_gets_the_label_its_heading_means() -> None:
    (clause,) = parse_policy(COMMUNITY, "p.md").clauses
    assert clause.examples == (
        PolicyExample('You are a "worthless" idiot.', "en", ("harassment",), violates=True),
        PolicyExample("你是‘废物’", "zh", ("harassment",), violates=True),
        PolicyExample("That argument is weak.", "en", ("safe",), violates=False),
        PolicyExample("这个论点很弱", "zh", ("safe",), violates=False),
    )


def test_in_a_multi_label_set_not_violating_means_no_label() -> None:
    source = swapped('"That argument is weak." -> safe', '"That argument is weak."').replace("single", "multi")
    examples = parse_policy(source, "p.md").clauses[0].examples
    assert [example.labels for example in examples if not example.violates] == [(), ()]


def test_a_pair_example_holds_its_query() -> None:
    policy = parse_policy(RELEVANCE, "p.md")
    assert policy.clauses[0].examples[0] == PolicyExample("Blue hats", "en", ("0",), violates=True, query="red shoes")


def test_versions_and_label_names_stay_text_as_written() -> None:
    policy = parse_policy(swapped("2026-01-10", "1.10", RELEVANCE), "p.md")
    assert policy.version == "1.10"
    assert policy.label_set.names == ("0", "1", "2")


def test_headings_in_fenced_code_are_text() -> None:
    source = with_lines('## S1 Spam\nlabels: harassment\n```\n## X1 Not a clause\n```\nrule\n### Violates\n- en: "x"\n')
    assert [clause.id for clause in parse_policy(source, "p.md").clauses] == ["H1", "S1"]


def test_nested_and_escaped_quotes_stay_in_the_text() -> None:
    extra = "## S1 Spam\nlabels: harassment\nrule\n### Violates\n- zh: “他说“滚””\n"
    extra += '- en: "C:\\\\new \\"dir\\\\" -> harassment\n'
    examples = parse_policy(with_lines(extra), "p.md").clauses[1].examples
    assert [example.text for example in examples] == ["他说“滚”", 'C:\\new "dir\\']


def test_warnings_do_not_stop_a_policy() -> None:
    source = with_lines("## S1 Spam\nlabels: harassment\nNo adverts.\n")
    assert messages(source) == ["clause S1 has no example"]
    assert len(parse_policy(source, "p.md").clauses) == 2


def test_an_error_holds_the_whole_report_warnings_included() -> None:
    source = with_lines("## S1 Spam\nlabels: harasment\nNo adverts.\n")
    with pytest.raises(PolicyError) as caught:
        parse_policy(source, "p.md")
    assert str(error_words(caught.value)) == render_mistakes(find_mistakes(source, "p.md"), source, "p.md")
    assert str(error_words(caught.value)).endswith("p.md: 1 error, 1 warning")


def test_the_digest_is_blake2b_of_the_text_with_plain_line_ends() -> None:
    expected = blake2b(COMMUNITY.encode(), digest_size=16).hexdigest()
    same = [COMMUNITY, COMMUNITY.replace("\n", "\r\n"), COMMUNITY.rstrip("\n"), "\ufeff" + COMMUNITY, COMMUNITY + "\n"]
    assert {policy_digest(source) for source in same} == {expected}
    assert parse_policy(same[1], "p.md").digest == expected
    assert policy_digest(COMMUNITY.replace("First", "First ")) != expected


def test_a_document_with_crlf_reads_like_one_with_lf() -> None:
    assert parse_policy(COMMUNITY.replace("\n", "\r\n"), "p.md").clauses == parse_policy(COMMUNITY, "p.md").clauses


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "p.md"
    path.write_bytes(b"\xef\xbb\xbf" + COMMUNITY.encode())
    assert read_policy(path) == parse_policy(COMMUNITY, "p.md")


def test_bytes_that_are_not_utf8_are_told_with_offset_and_line(tmp_path: Path) -> None:
    path = tmp_path / "p.md"
    path.write_bytes(b"---\ntitle: caf\xe9\n---\n")
    with pytest.raises(PolicyError) as caught:
        read_source(path)
    assert str(error_words(caught.value)) == (
        f"{path}:2: byte 0xe9 at offset 14 is no UTF-8\n  save the document as UTF-8"
    )


def test_a_utf16_document_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "p.md"
    path.write_bytes("---".encode("utf-16"))
    with pytest.raises(PolicyError, match="policy_in_utf16"):
        read_source(path)


def test_a_missing_file_is_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"policy_unreadable .why='No such file or directory'"):
        read_policy(tmp_path / "none.md")


def test_a_document_above_one_mebibyte_is_refused_unread(tmp_path: Path) -> None:
    source = COMMUNITY + "汉" * 349_525  # 3 bytes each: 1,048,575 and the rest of the document
    assert messages(source) == ["the document is larger than 1,048,576 bytes"]
    path = tmp_path / "p.md"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"policy_too_large .most=1048576"):
        read_source(path)


def test_very_long_front_matter_is_refused_unparsed() -> None:
    source = "---\n" + "- [a, b]\n" * 8000 + "---\n"
    assert messages(source)[0] == "the front matter is longer than 65,536 characters"


def test_aliases_are_never_expanded() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "the front matter has an unknown key `i`" in messages(f"---\n{bomb}---\n")


def test_nothing_is_constructed_from_tags() -> None:
    source = swapped('"3"', "!!python/object/apply:os.abort []")
    assert messages(source) == ["`version` must be text"]


YAML = "the front matter isn't valid YAML: "


@pytest.mark.parametrize(
    ("front_matter", "expected"),
    [
        ("a: b: c\n", (2, 5, YAML + "mapping values are not allowed here")),
        ("a: 1\n\tb: 2\n", (3, 1, YAML + "found character '\\t' that cannot start any token")),
        ('a: "x\n', (2, 6, YAML + "found unexpected end of stream")),
        ("a: 汉\u2028x: [\n", (2, 10, YAML + "expected the node content, but found '<stream end>'")),
        ("a: b\x00\n", (2, 5, YAML + "a character that YAML doesn't allow")),
        ('a: "\\UFFFFFFFF"\n', (2, 1, YAML + "it holds an escape or a number out of range")),
        ("[" * 1000 + "\n", (2, 1, YAML + "nested too deeply")),
        ("", (1, 1, "the front matter is empty")),
        ("- a\n", (2, 1, "the front matter must be a mapping")),
    ],
)  # fmt: skip
def test_broken_yaml_is_told_at_its_place(front_matter: str, expected: tuple[int, int, str]) -> None:
    first = next(m for m in find_mistakes(f"---\n{front_matter}---\n", "p.md") if "clause" not in m.message)
    assert (first.line, first.column, first.message) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("policy: community ", "policy: Community! ", "`Community!` is no policy id"),
        ('version: "3"', "version:", "`version` is empty"),
        ('version: "3"\n', "", "the front matter has no `version`"),
        ('version: "3"', 'version: "3"\nversion: 4', "the front matter has `version` twice"),
        ("title: Community", 'title: "\\0', YAML + "found unexpected end of stream"),
        ("[en, zh]", "[en, zh, english]", "`english` is no language tag"),
        ("[en, zh]", "[en, zh, EN]", "language `EN` is listed twice"),
        ("[en, zh]", "en", "`languages` must be a list"),
        ("kind: single", "kind: ordinary", "`ordinary` is no kind of label set"),
        ("      definition: Breaks no clause.\n", "", "label `safe` has no `definition`"),
        ("definition: Breaks no clause.", "definition: ", "`definition` is empty"),
        ("severity: 2", "severity: high", "severity `high` is no whole number from 0 up"),
        ("severity: 2", "severity: 2.5", "severity `2.5` is no whole number from 0 up"),
        ("severity: 2", f"severity: {'9' * 5000}", f"severity `{'9' * 5000}` is no whole number from 0 up"),
        ("      severity: 2\n", "", "label `harassment` has no `severity`"),
        ("always_human: true", "always_human: perhaps", "`always_human` must be true or false"),
        ("always_human: true", "always_humna: true", "label `harassment` has an unknown key `always_humna`"),
        ("## H1 Insults aimed at a person", "## H1", "clause H1 has no title"),
        ("labels: harassment\n", "\n", "clause H1 has no labels line"),
        ("labels: harassment\n", "labels:\n", "clause H1 names no label"),
        ("labels: harassment\n", "labels: harassment,\n", "a label name is missing here"),
        ("labels: harassment\n", "labels: harassment, harassment\n", "label `harassment` is named twice"),
        ("First paragraph.\n\nSecond paragraph.\n", "", "clause H1 has no wording in the main language `en`"),
        ("规则的中文措辞。", "", "there is no wording under `### zh`"),
        ("### zh\n", "### en\nmore\n### zh\n", "this clause has a wording in `en` already"),
        ("### zh\n", "### de\nmehr\n### zh\n", "wording in `de`, which the policy doesn't cover"),
        ("### Violates", "### violate", "`### violate` is no part of a clause"),
        ("### zh", "### Why so strict\n### zh", "`### Why so strict` is no part of a clause"),
        ('"That argument is weak."', "That argument is weak.", "a text in quotes is missing here"),
        ('"That argument is weak."', '"That "argument" is weak."', "this can't be read after the end of the text"),
        ('"That argument is weak."', '"That argument is weak.', "this quote isn't closed"),
        ('"That argument is weak."', '" "', "this example text is empty"),
        ('"That argument is weak."', 'query "x"', "this query has no document"),
        ('weak." -> safe', 'weak." ->', "no label follows the arrow"),
        ('weak." -> safe', 'weak." -> saef', "`saef` isn't in the label set"),
        ('weak." -> safe', 'weak." -> safe, harassment', "a single label set gives one label, this example has 2"),
        ("- zh: 「这个论点很弱」", "  wrapped text", "this example can't be read"),
        ("- zh: 「这个论点很弱」", "- de: 「这个论点很弱」", "example in `de`, which the policy doesn't cover"),
        ("“你是‘废物’”", "“你是‘废物’” -> safe", "a violating example of this clause can't be `safe`"),
        ("这个论点很弱", "你是‘废物’", "the same text both violates clause H1 and doesn't"),
        ("这个论点很弱", "That argument is weak.", "the same text stands twice in one clause"),
        ("Second paragraph.", "##Second paragraph.", "this line is read as text, not as a heading"),
        ("Second paragraph.", "Second\x07 paragraph.", "this line holds a control character"),
        ("Not a clause.", "~~~", "this code block isn't closed"),
    ],
)  # fmt: skip
def test_each_mistake_is_found_alone(old: str, new: str, expected: str) -> None:
    assert messages(swapped(old, new)) == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("always_human: true", "\n    - spam", ["label `spam` has no definition", "no clause leads to label `spam`"]),
        (
            "always_human: true",
            "\n    - {name: 'a,b', definition: x, severity: 1}",
            ["label name `a,b` holds a comma or a line end", "no clause leads to label `a,b`"],
        ),
        (
            "## H1 Insults",
            "## h1 Insults",
            ["the policy has no clause", "this looks like a clause, but its heading has no clause id"],
        ),
    ],
)
def test_what_follows_from_a_mistake_is_told_where_it_is_true_as_well(old: str, new: str, expected: list[str]) -> None:
    assert messages(swapped(old, new)) == expected


def test_an_escaped_control_character_in_front_matter_is_told() -> None:
    assert messages(swapped("title: Community guidelines", 'title: "a\\ud800b"')) == [
        "this text holds a control character"
    ]


def test_an_ordinal_example_needs_a_label_where_the_clause_can_lead_to_several() -> None:
    source = swapped('"Blue hats" -> 0', '"Blue hats"', RELEVANCE)
    assert messages(source) == ["this example needs a label: the clause can lead to 0 or 1 or 2"]


def test_an_example_without_a_label_needs_exactly_one_harmless_label() -> None:
    source = swapped("severity: 0", "severity: 1")
    assert messages(source) == [
        "no clause leads to label `safe`",
        "this example needs a label: no labels have severity 0",
    ]


def test_a_clause_leading_to_one_unknown_label_does_not_blame_its_examples() -> None:
    assert messages(swapped("labels: harassment\n", "labels: harasment\n")) == ["`harasment` isn't in the label set"]


def test_unreadable_front_matter_does_not_blame_the_clauses() -> None:
    assert messages(swapped("languages: [en, zh]", "languages: [en, zh")) == [YAML + "expected ',' or ']', but got ':'"]


def test_a_document_without_front_matter_still_has_its_clauses_checked() -> None:
    assert messages("## H1 Insults\nDon't.\n## H1 Again\nlabels: x\nDon't.\n### Violates\n- oops\n") == [
        "the document has no front matter",
        "clause H1 has no labels line",
        "clause H1 has no example",
        "clause id H1 is used twice",
        "this example can't be read",
    ]


def test_front_matter_that_is_not_closed_is_read_up_to_the_first_heading() -> None:
    source = (
        COMMUNITY.replace("---\n\n# Community", "\n# Community").replace("Not a clause.", "---\n").replace("2\n", "x\n")
    )
    assert messages(source) == ["the front matter isn't closed", "severity `x` is no whole number from 0 up"]


def test_an_empty_document_is_a_document_with_mistakes() -> None:
    assert messages("") == ["the document has no front matter", "the policy has no clause"]


def test_the_same_text_with_different_labels_in_two_clauses_is_told_with_all_places() -> None:
    extra = "## S1 Spam\nlabels: harassment\nrule\n### Does not violate\n"
    extra += '- en: "You are a \\"worthless\\"  idiot." -> safe\n'
    (mistake,) = find_mistakes(with_lines(extra), "p.md")
    assert mistake.message == "the same text has different labels: safe (does not violate S1)"
    assert [(other.line, other.note) for other in mistake.others] == [(34, "harassment (violates H1)")]


def test_the_same_text_with_the_same_label_in_two_clauses_is_fine() -> None:
    extra = '## S1 Spam\nlabels: harassment\nrule\n### Does not violate\n- en: "That argument is weak."\n'
    assert messages(with_lines(extra)) == []


def test_three_uses_of_one_id_are_one_mistake_with_two_other_places() -> None:
    clause = '## H1 Again\nlabels: harassment\nrule\n### Violates\n- en: "x{}"\n'
    (mistake,) = find_mistakes(with_lines(clause.format(1) + clause.format(2)), "p.md")
    assert (mistake.line, [other.line for other in mistake.others]) == (44, [23, 49])


def test_only_labels_of_severity_zero_may_be_led_to_by_no_clause() -> None:
    extra = "      always_human: true\n    - {name: spam, definition: Adverts., severity: 1}\n"
    source = swapped("      always_human: true\n", extra)
    (mistake,) = find_mistakes(source, "p.md")
    assert (mistake.message, mistake.severity) == ("no clause leads to label `spam`", "warning")


def test_a_label_set_of_one_label_is_refused() -> None:
    source = swapped("    - {name: 0, definition: Not about the query., severity: 2}\n", "", RELEVANCE)
    source = swapped("    - {name: 1, definition: Answers it in part., severity: 1}\n", "", source)
    assert messages(source)[0] == "the label set has only one label"


@given(st.text().filter(lambda source: not source.lstrip().startswith("---")))
def test_no_text_makes_the_reader_raise(source: str) -> None:
    assert "error: the document has no front matter" in render_mistakes(find_mistakes(source, "p.md"), source, "p.md")


PIECES = [
    *COMMUNITY.splitlines(),
    *RELEVANCE.splitlines(),
    *("## ", "### ", "#", "## H1", "```", "labels:", "labels: ,", "- en: “", '- : "" ->'),
    *("? [a]", "&a [*a]", "\t- x", "'", "\x00"),
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=40), st.sampled_from(["", "---\n"]))
@settings(max_examples=300)
def test_no_jumble_of_document_lines_makes_the_reader_raise(lines: list[str], head: str) -> None:
    source = head + "\n".join(lines)
    found = find_mistakes(source, "p.md")
    shown = render_mistakes(found, source, "p.md")
    shown.encode("utf-8")
    total = len(source.replace("\r\n", "\n").split("\n"))
    assert all(1 <= mistake.line <= total and mistake.column >= 1 and mistake.length >= 0 for mistake in found)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), min_size=1).filter(str.strip))
def test_any_text_written_with_escaped_quotes_is_read_back_unchanged(text: str) -> None:
    line = " ".join(text.split("\n"))
    if any(ord(character) < 32 or ord(character) == 127 for character in line) or not line.strip():
        return
    written = line.replace("\\", "\\\\").replace('"', '\\"')
    source = f'## S1 Spam\nlabels: harassment\nrule\n### Violates\n- en: "{written}"\n'
    assert parse_policy(with_lines(source), "p.md").clauses[1].examples[0].text == line


@dataclass(frozen=True, slots=True)
class Slip:
    """A known mistake put into `COMMUNITY`, independent of all the others."""

    old: str
    new: str
    message: str


def extra_clause(number: int, labels: str = "labels: harassment", body: str = 'rule\n### Violates\n- en: "x{}"') -> str:
    return f"\n## C{number} Extra\n{labels}\n{body.format(number)}\n"


END = "Not a clause.\n"
SLIPS = [
    Slip("policy: community ", "policy: Com ", "`Com` is no policy id"),
    Slip('version: "3"', 'verison: "3"', "the front matter has an unknown key `verison`"),
    Slip("title: Community guidelines", "title:", "`title` is empty"),
    Slip("[en, zh]", "[en, zh, zh]", "language `zh` is listed twice"),
    Slip("kind: single", "kind: sinlge", "`sinlge` is no kind of label set"),
    Slip("definition: Breaks no clause.", "definition: ", "`definition` is empty"),
    Slip("severity: 2", "severity: -2", "severity `-2` is no whole number from 0 up"),
    Slip("always_human: true", "always_human: 7", "`always_human` must be true or false"),
    Slip("### zh\n", "### fr\nNon.\n### zh\n", "wording in `fr`, which the policy doesn't cover"),
    Slip("### Violates", "### Voilates", "`### Voilates` is no part of a clause"),
    Slip("Second paragraph.", "##Second paragraph.", "this line is read as text, not as a heading"),
    Slip('weak." -> safe', 'weak." -> sfae', "`sfae` isn't in the label set"),
    Slip("- zh: 「", "- oops\n- zh: 「", "this example can't be read"),
    Slip("“你是‘废物’”", "“你是‘废物’” -> safe", "a violating example of this clause can't be `safe`"),
]
EXTRA_CLAUSES = [
    (extra_clause(1, labels=""), "clause C1 has no labels line"),
    (extra_clause(2, labels="labels: harrasment"), "`harrasment` isn't in the label set"),
    (extra_clause(3, body="### Violates\n- en: \"x{}\""), "clause C3 has no wording in the main language `en`"),
    (extra_clause(4, body="rule"), "clause C4 has no example"),
    (extra_clause(5) + extra_clause(5).replace("x5", "y5"), "clause id C5 is used twice"),
    (extra_clause(6).replace('"x6"', '""'), "this example text is empty"),
    (extra_clause(7) + '### Does not violate\n- en: "x7"\n', "the same text both violates clause C7 and doesn't"),
    (extra_clause(8).replace("en:", "de:"), "example in `de`, which the policy doesn't cover"),
    (extra_clause(9).replace("## C9", "## c9"), "this looks like a clause, but its heading has no clause id"),
]  # fmt: skip


@given(st.sets(st.sampled_from(SLIPS)), st.lists(st.sampled_from(EXTRA_CLAUSES), unique=True))
def test_every_one_of_the_mistakes_in_a_document_is_reported_once(
    slips: set[Slip], extras: list[tuple[str, str]]
) -> None:
    source = COMMUNITY
    for slip in slips:
        source = swapped(slip.old, slip.new, source)
    source += "".join(clause for clause, _ in extras)
    assert sorted(messages(source)) == sorted([slip.message for slip in slips] + [message for _, message in extras])
