"""How mistakes in a policy document are printed."""

from __future__ import annotations

from assistant.policy.documents.documents import find_mistakes
from assistant.policy.documents.mistakes import Mistake, OtherPlace, nearest, render_mistakes


def report(source: str) -> str:
    return render_mistakes(find_mistakes(source, "p.md"), source, "p.md")


def carets(line: str, column: int, length: int) -> tuple[str, str]:
    _, text, under, _, _ = render_mistakes([Mistake(1, column, length, "m")], line, "p.md").split("\n")
    return text, under


def test_a_report_gives_place_line_carets_hint_other_places_and_a_count() -> None:
    mistake = Mistake(2, 9, 4, "unknown label `hats`", "did you mean `hate`?", (OtherPlace(1, 1, "begins here"),))
    warning = Mistake(3, 1, 3, "no example", severity="warning")
    assert render_mistakes([mistake, warning], "## H1 Hate\nlabels: hats\nend", "p.md") == (
        "p.md:2:9: error: unknown label `hats`\n"
        "  labels: hats\n"
        "          ^^^^\n"
        "  hint: did you mean `hate`?\n"
        "  p.md:1:1: note: begins here\n"
        "\n"
        "p.md:3:1: warning: no example\n"
        "  end\n"
        "  ^^^\n"
        "\n"
        "p.md: 1 error, 1 warning"
    )


def test_a_document_without_mistakes_says_so() -> None:
    assert render_mistakes([], "anything", "p.md") == "p.md: no mistakes"


def test_carets_under_wide_characters_take_two_cells() -> None:
    # 标签： is three characters of two cells each, so the fourth character begins at cell 6.
    assert carets("标签：侮辱 x", 4, 2) == ("  标签：侮辱 x", "  " + " " * 6 + "^^^^")


def test_carets_stay_aligned_after_tabs_and_combining_marks() -> None:
    assert carets("\te\u0301x", 4, 1) == ("      e\u0301x", "  " + " " * 5 + "^")


def test_what_a_terminal_would_obey_is_shown_as_a_replacement_character() -> None:
    assert carets("a\x1b[31m\u202eb", 8, 1) == ("  a\ufffd[31m\ufffdb", "  " + " " * 7 + "^")


def test_a_place_without_characters_gets_one_caret() -> None:
    assert carets("abc", 4, 0) == ("  abc", "     ^")


def test_a_long_line_is_cut_around_the_mistake() -> None:
    line = "a" * 300 + "X" + "b" * 300
    text, under = carets(line, 301, 1)
    assert text == "  …" + "a" * 40 + "X" + "b" * 59 + "…"
    assert text[len(under) - 1] == "X"


def test_carets_end_where_a_long_line_is_cut() -> None:
    text, under = carets("a" * 300, 1, 300)
    assert (text, under) == ("  " + "a" * 100 + "…", "  " + "^" * 100)


def test_a_message_that_quotes_a_very_long_word_is_cut() -> None:
    first_line = render_mistakes([Mistake(1, 1, 1, "x" * 1000)], "a", "p.md").split("\n")[0]
    assert first_line == "p.md:1:1: error: " + "x" * 240 + "…"


def test_the_nearest_word_is_found_whatever_its_case() -> None:
    assert nearest("HARASMENT", ["hate", "harassment"]) == "harassment"
    assert nearest("骚扰", ["hate", "harassment"]) is None


def test_the_whole_report_of_a_document_with_a_broken_label_set() -> None:
    source = """---
polcy: community
version: "3"
title: Community guidelines
languages: [en, zh]
label_set:
  kind: singel
  labels:
    - name: safe
      definition: Breaks no clause.
      severity: 0
    - name: harassment
      severity: -1
---
## H1 Insults
labels: harassment
Don't insult.
### Violates
- en: "Idiot." -> harassment
"""
    assert report(source) == (
        "p.md:2:1: error: the front matter has an unknown key `polcy`\n"
        "  polcy: community\n"
        "  ^^^^^\n"
        "  hint: did you mean `policy`?\n"
        "\n"
        "p.md:7:9: error: `singel` is no kind of label set\n"
        "    kind: singel\n"
        "          ^^^^^^\n"
        "  hint: did you mean `single`?\n"
        "\n"
        "p.md:12:7: error: label `harassment` has no `definition`\n"
        "      - name: harassment\n"
        "        ^^^^^^^^^^^^^^^^\n"
        "  hint: add a line `definition: ...`\n"
        "\n"
        "p.md:13:17: error: severity `-1` is no whole number from 0 up\n"
        "        severity: -1\n"
        "                  ^^\n"
        "  hint: 0 is harmless, larger is worse: write a whole number from 0 up\n"
        "\n"
        "p.md: 4 errors"
    )


def test_the_whole_report_of_a_document_with_broken_clauses_in_two_languages() -> None:
    source = """---
policy: community
version: 3
title: 社区准则
languages: [zh, en]
label_set:
  kind: single
  labels:
    - {name: 安全, definition: 没有违反任何条款。, severity: 0}
    - {name: 骚扰, definition: 辱骂他人。, severity: 2}
    - {name: 垃圾信息, definition: 广告。, severity: 1}
---
## H1 侮辱
labels: 骚扰、骚绕扰
规则。
### Violates
- zh：“你这个白痴” → 骚扰
- en: "Idiot" -> 安全
### Does not violate
- zh: “你这个白痴” -> 安全
## H1 再次
labels: 骚扰
规则。
### fr
Non.
"""
    assert report(source) == (
        "p.md:11:14: warning: no clause leads to label `垃圾信息`\n"
        "      - {name: 垃圾信息, definition: 广告。, severity: 1}\n"
        "               ^^^^^^^^\n"
        "  hint: name it in the `labels:` line of a clause, or remove it\n"
        "\n"
        "p.md:14:12: error: `骚绕扰` isn't in the label set\n"
        "  labels: 骚扰、骚绕扰\n"
        "                ^^^^^^\n"
        "  hint: did you mean `骚扰`?\n"
        "\n"
        "p.md:18:18: error: a violating example of this clause can't be `安全`\n"
        '  - en: "Idiot" -> 安全\n'
        "                   ^^^^\n"
        "  hint: add the label to the clause's `labels:` line, or move the example\n"
        "  p.md:14:9: note: the clause's labels\n"
        "\n"
        "p.md:20:7: error: the same text both violates clause H1 and doesn't\n"
        "  - zh: “你这个白痴” -> 安全\n"
        "        ^^^^^^^^^^^^\n"
        "  hint: a text violates a clause or it doesn't: keep one\n"
        "  p.md:17:6: note: 骚扰 (violates H1)\n"
        "\n"
        "p.md:21:4: error: clause id H1 is used twice\n"
        "  ## H1 再次\n"
        "     ^^\n"
        "  hint: give each clause an id of its own\n"
        "  p.md:13:4: note: first used here\n"
        "\n"
        "p.md:21:4: warning: clause H1 has no example\n"
        "  ## H1 再次\n"
        "     ^^\n"
        "  hint: add `### Violates` and `### Does not violate`: models and people learn most from examples\n"
        "\n"
        "p.md:24:5: error: wording in `fr`, which the policy doesn't cover\n"
        "  ### fr\n"
        "      ^^\n"
        "  hint: known here: zh, en; or add it to `languages` in the front matter\n"
        "\n"
        "p.md: 5 errors, 2 warnings"
    )
