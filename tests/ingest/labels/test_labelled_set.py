"""Items, machine answers and reviewers' labels from files, as columns."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.ingest.labels.labelled_set import LabelledSet, read_labelled_set
from tests.refused import refused

SHARED = Path(__file__).parents[3].parent / "shared" / "data"

Row = dict[str, object]
Read = Callable[..., LabelledSet]


def items(count: int = 30) -> list[Row]:
    return [
        {"id": f"i{n}", "text": f"text {n}", "lang": "en", "source": "web", "meta": {"topic": n}} for n in range(count)
    ]


def labels(count: int = 30) -> list[Row]:
    return [{"item_id": f"i{n}", "rater_id": "ada", "label": "yes" if n % 3 else "no"} for n in range(count)]


def answers(count: int = 30, model: str = "m") -> list[Row]:
    return [{"item_id": f"i{n}", "model": model, "label": "yes", "score": n / 100} for n in range(count)]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def write(name: str, rows: Sequence[Row]) -> Path:
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    def make(
        items: Sequence[Row], labels: Sequence[Row], machine: Sequence[Row] | None = None, *, name: str | None = None
    ) -> LabelledSet:
        answered = None if machine is None else write("machine", machine)
        return read_labelled_set(write("items", items), write("labels", labels), answered, machine_name=name)

    return make


def test_columns_hold_the_items_in_order_with_labels_answers_and_scores(read: Read) -> None:
    found = read(items(), labels(), answers()[::-1])
    assert (len(found), found.ids[:2], found.texts[29]) == (30, ("i0", "i1"), "text 29")
    assert (found.languages[0], found.sources[0], found.metas[7]) == ("en", "web", {"topic": 7})
    assert found.labels[:4] == ("no", "yes", "yes", "no")
    assert (found.machine, list(found.answers)) == ("m", ["m"])
    assert found.answers["m"].labels == ("yes",) * 30
    assert found.answers["m"].scores is not None
    assert found.answers["m"].scores.tolist() == [n / 100 for n in range(30)]
    assert found.describe() == "30 items, machine m"


def test_the_machine_is_the_most_complete_one_or_the_one_named_and_the_others_keep_their_gaps(read: Read) -> None:
    given = [*answers(31, "a"), *answers(32, "b"), *answers(32, "c")]
    found = read(items(33), labels(33), given)
    assert (found.machine, list(found.answers), len(found)) == ("b", ["b", "a", "c"], 32)
    assert found.answers["a"].labels[30:] == ("yes", None)
    assert found.answers["a"].scores is not None
    assert np.isnan(found.answers["a"].scores).tolist() == [False] * 31 + [True]
    assert found.describe() == "32 items, machine b and 2 others; left out: 1 unanswered"
    named = read(items(33), labels(33), given, name="a")
    assert (named.machine, list(named.answers), len(named)) == ("a", ["a", "b", "c"], 31)


def test_without_machine_answers_the_set_waits_for_them(read: Read) -> None:
    found = read(items(), labels())
    assert (found.machine, found.answers, len(found)) == (None, {}, 30)
    assert found.describe() == "30 items, no model predictions"


def test_a_machine_that_never_says_how_sure_it_is_has_no_scores(read: Read) -> None:
    assert read(items(), labels(), [{**row, "score": None} for row in answers()]).answers["m"].scores is None


def test_the_majority_of_the_reviewers_counts_and_ties_and_gaps_are_left_out_and_told(read: Read) -> None:
    more = [
        {"item_id": "i0", "rater_id": "bo", "label": "yes"},  # ada: no; a tie
        {"item_id": "i1", "rater_id": "bo", "label": "no"},
        {"item_id": "i1", "rater_id": "cy", "label": "no"},  # two against ada
    ]
    found = read(items(32), [*labels(31), *more], answers(32))
    assert (found.ids[0], found.labels[0], len(found)) == ("i1", "no", 30)
    assert found.left_out == {"unlabelled": 1, "tied": 1}
    assert found.describe() == "30 items, machine m; left out: 1 unlabelled, 1 tied"


def test_several_labels_are_sorted_and_joined_and_answers_that_leave_some_open_are_no_votes(read: Read) -> None:
    votes = [{"V": 1, "H": 1}, {"H": 0, "V": 0}, {"H": 1}, *({"H": 0, "V": 1} for _ in range(30))]
    rows = [{"item_id": f"i{n}", "rater_id": "ada", "labels": vote} for n, vote in enumerate(votes)]
    machine = [{"item_id": f"i{n}", "model": "m", "label": "flag", "labels": {"V": 1, "H": 1}} for n in range(33)]
    found = read(items(33), rows, machine)
    assert found.labels[:3] == ("H|V", "", "V")
    assert found.left_out == {"open": 1}
    assert found.answers["m"].labels[0] == "H|V"


def test_grades_are_their_digits_and_pairs_read_as_query_and_document(read: Read) -> None:
    pairs = [{"id": n, "query": "cheap bikes", "passage": f"shop {n}", "lang": "en"} for n in range(30)]
    grades = [{"item_id": n, "rater_id": "nist", "label": n % 4} for n in range(30)]
    judged = [{"item_id": n, "model": "judge", "label": 3.0} for n in range(30)]
    found = read(pairs, grades, judged)
    assert (found.ids[3], found.texts[3], found.labels[3]) == ("3", "cheap bikes\nshop 3", "3")
    assert set(found.answers["judge"].labels) == {"3"}


def test_compressed_files_are_read(tmp_path: Path) -> None:
    for name, rows in (("items", items()), ("labels", labels())):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    assert len(read_labelled_set(tmp_path / "items.jsonl.gz", tmp_path / "labels.jsonl.gz")) == 30


def test_too_few_items_and_one_label_only_are_refused(read: Read) -> None:
    with refused(match=r"labels.jsonl: 29 items can be used, 30 are needed \(left out: 1 unlabelled\)"):
        read(items(), labels(29))
    with refused(match=r"29 items can be used, 30 are needed \(left out: 1 unanswered\)"):
        read(items(), labels(), answers(29))
    with refused(match="all 30 items are labeled 'yes'"):
        read(items(), [{**row, "label": "yes"} for row in labels()])


def test_a_machine_that_is_not_there_is_told_with_the_nearest(read: Read) -> None:
    with refused(match=r"no model is called 'gpt-4'\n  did you mean 'gpt-4o'\?"):
        read(items(), labels(), answers(model="gpt-4o"), name="gpt-4")
    with refused(match="no model is called 'x'\n  there are: gpt-4o"):
        read(items(), labels(), answers(model="gpt-4o"), name="x")
    with refused(match="no model is called 'x'\n  give its answers"):
        read(items(), labels(), name="x")


@pytest.mark.skipif(not SHARED.exists(), reason=f"no research sets in {SHARED}")
@pytest.mark.parametrize(
    ("name", "size", "machine", "others"),
    # items less ties and open labels, as counted with jq; the cards name the models
    [
        ("pac_misinfo", 1_923, "gpt-4o", 0),
        ("xstest", 1_308, "gpt-4 (xstest judge prompt)", 1),
        ("llmjudge_dl2023", 2_686, "NISTRetrieval-instruct0", 32),
        ("davidson_tweets", 3_537, None, -1),
        ("openai_moderation", 371, None, -1),
    ],
)
def test_the_research_sets_are_read(name: str, size: int, machine: str | None, others: int) -> None:
    folder = SHARED / name
    answered = folder / "machine.jsonl.gz" if machine else None
    found = read_labelled_set(folder / "items.jsonl.gz", folder / "labels.jsonl.gz", answered)
    assert (len(found), found.machine, len(found.answers)) == (size, machine, others + 1)
