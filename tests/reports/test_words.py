"""Both languages say everything, with the same figures in it, and every reason has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from assistant.domain.reasons import Reason, as_written
from assistant.errors import InputError
from assistant.messages.language import language
from assistant.reports.reasons.in_files import read_counts, read_written, written, written_counts
from assistant.reports.reasons.worded import MESSAGES, english, read_length
from assistant.reports.words import Words
from assistant.trust.weighted_sample import CENSUS, Sampled
from tests.messages.catalogue import translations

ROOT = Path(__file__).parents[2]
NOT_IN_CODE = {"label", "language", "media", "length", "source", "clause", "reviewer", "term"}  # names of properties


def fields(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def reasons_in_code() -> Iterator[tuple[str, set[str] | None, str]]:
    """Each `Reason("code")` and `Reason.of("code", name=...)`: code, names of values (None: not all known), place."""
    for folder in ("assistant", "evals"):
        for path in (ROOT / folder).rglob("*.py"):
            if "Reason" not in (text := path.read_text("utf-8")):
                continue
            for node in ast.walk(ast.parse(text)):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                plain = isinstance(node.func, ast.Name) and node.func.id == "Reason"
                filled = ast.unparse(node.func) == "Reason.of"
                names = {word.arg for word in node.keywords}
                for code in ast.walk(node.args[0]) if plain or filled else ():
                    if isinstance(code, ast.Constant) and isinstance(code.value, str) and "_" in code.value:
                        known = None if None in names else {name for name in names if name}
                        yield code.value, known, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_reason_in_the_code_has_words_for_its_values() -> None:
    found = list(reasons_in_code())
    assert len(found) > 80
    assert not [one for one in found if one[0] not in MESSAGES]
    assert not [one for one in found if one[1] is not None and one[1] != fields(MESSAGES[one[0]])]


def test_no_reason_is_left_over() -> None:
    sources = "\n".join(
        path.read_text("utf-8")
        for folder in ("assistant", "evals")
        for path in (ROOT / folder).rglob("*.py")
        if "reports/reasons/of_" not in path.as_posix()
    )
    built = {"linearised_bootstrap", "percentile_bootstrap", "bca_bootstrap", "binomial_mid_p_unweighted"}
    read_from_certificates = {code for code in MESSAGES if code.startswith("labels_speak_for")}
    known = built | read_from_certificates | NOT_IN_CODE
    assert not [code for code in MESSAGES if f'"{code}"' not in sources and code not in known]


@pytest.mark.parametrize("code", [code for code in MESSAGES if code != "as_written"])
def test_a_reason_is_filled_in_alike_in_both_languages(code: str) -> None:
    chinese = language("zh").texts[MESSAGES[code]][0]
    assert fields(chinese) == fields(MESSAGES[code])


def test_messages_of_reports_are_filled_in_alike_in_both_languages() -> None:
    for one in translations():
        if one.file == "reports.po":
            assert fields(one.forms[0]) == fields(one.english), one.english


def test_a_reason_is_worded_with_what_it_holds() -> None:
    share = Reason.of("whole_percent", percent=61.2)
    items = Reason.of("some_of_these_items", hits=1_204, n=2_000, share=share)
    reason = Reason.of("start_with_clause", items=items, clause="H2")
    assert english(reason) == ("1,204 of these 2,000 items (61 %) cite H2: how it reads that clause is where to start.")
    assert Words("zh").reason(reason) == ("这 2,000 条数据中有 1,204 个（61%）引用了 H2：可先从它如何理解该条款入手。")
    assert Words("zh").reason(Reason.of("not_ranked", variants=("a", "b"))).endswith("排名：a、b。")
    assert (Words().reason(None), Words("zh").reason(None)) == ("no reason was given", "未说明原因")


def test_what_a_file_says_is_read_back_as_the_reason_it_was() -> None:
    too_few = Reason.of("too_few_reviewers", reviewers=3)
    counts = {too_few: 4, Reason("precedent"): 2, Reason("tied"): 1}
    assert written_counts(counts) == {"fewer than 3 reviewers": 4, "precedents": 2, "tied": 1}
    assert read_counts(written_counts(counts)) == counts
    noted = Reason.of("sight_not_known", items=1_200)
    assert written(noted) == "of 1,200 items nobody knows whether people saw the machine's answer; their labels count"
    assert read_written(written(noted)) == noted
    assert read_written("labels of r7 speak for the whole batch: a random sample of it") == Reason.of(
        "labels_speak_for_batch_random", run="r7"
    )
    # A certificate's words of today, and those that snapshots hold, are one reason.
    census = Reason.of("labels_speak_for_batch_all_labelled", run="r7")
    assert read_written("labels of r7 speak for the whole batch: people labelled every item") == census
    assert read_written(Sampled(np.zeros(0), np.zeros(0), CENSUS).note("r7")) == census
    assert written(census) == "labels of r7 speak for the whole batch: people labelled every item"
    assert read_written("something {else}") == as_written("something {else}")
    assert Words("zh").reason(as_written("something {else}")) == "something {else}"


def test_a_slice_is_worded_but_for_what_is_the_users_own() -> None:
    words = Words("zh")
    assert words.slice("length", "50 to 199") == "长度（字符）：50 至 199"
    assert words.slice("length", "1,000 and more") == "长度（字符）：1,000 及以上"
    assert words.slice("source", "forum") == "来源：forum"
    assert words.slice("meta.topic", "(others)") == "meta.topic：（其他）"
    assert read_length("mine") == as_written("mine")


def test_no_report_is_written_in_another_language() -> None:
    with pytest.raises(InputError):
        Words("fr")
