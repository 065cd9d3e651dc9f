"""How answers are read, by every command that reads them: one canonical form of labels, people, items and nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from assistant.domain.reviews import Review
from assistant.store.tables.content import reviews
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant, Said
from tests.cli.files import exported, ingest, read_jsonl, write_jsonl

SINGLE = """---
policy: community
version: "1"
title: Community policy
languages: [en]
label_set:
  kind: single
  labels:
    - {name: safe, definition: Nothing wrong., severity: 0}
    - {name: spam, definition: Unwanted adverts., severity: 1}
    - {name: "Hate; threats", definition: Hate., severity: 3}
---

## S1 Spam
labels: spam
Adverts.

## H1 Hate
labels: Hate; threats
Hate.
"""
GRADES = (
    SINGLE.replace("kind: single", "kind: ordinal")
    .replace("name: safe", 'name: "0"')
    .replace("name: spam", 'name: "1"')
    .replace('"Hate; threats"', '"2"')
    .replace("labels: spam", "labels: 1")
    .replace("labels: Hate; threats", "labels: 2")
)
MULTI = SINGLE.replace("kind: single", "kind: multi")


@pytest.fixture
def begun(assistant: Assistant, workspace: Path) -> Path:
    """A workspace with items 1 to 6 and a policy of three labels."""
    return begin(assistant, workspace, SINGLE)


def begin(assistant: Assistant, workspace: Path, policy: str) -> Path:
    for path in (workspace / "policies").glob("*.md"):
        path.unlink()
    (workspace / "policies" / "community.md").write_text(policy, encoding="utf-8")
    ingest(assistant, workspace, [{"id": str(number), "text": f"post {number}"} for number in range(1, 7)])
    return workspace


def take(assistant: Assistant, workspace: Path, text: str, *words: str, name: str = "labels.csv") -> Said:
    (workspace / name).write_text(text, encoding="utf-8")
    return assistant("labels", "import", workspace / name, *words, "-w", workspace, "--json")


def given(workspace: Path) -> list[tuple[str, str, list[str]]]:
    """Every stored answer: item, rater, labels, in the order they were taken."""
    with Workspace.open(workspace) as opened, opened.database.read() as connection:
        rows = connection.execute(
            sa.select(reviews.c.item_id, reviews.c.rater, reviews.c.labels).order_by(reviews.c.id)
        )
        return [(str(item), rater, labels) for item, rater, labels in rows]


# Labels


@pytest.mark.parametrize("cell", ["1", "1.0", " 1 ", "１", "1."])
def test_a_grade_is_one_in_every_way_a_number_is_written(assistant: Assistant, workspace: Path, cell: str) -> None:
    begin(assistant, workspace, GRADES)
    said = take(assistant, workspace, f"item_id,rater,label\n1,ana,{cell}\n")
    assert (said.status, given(workspace)) == (0, [("1", "ana", ["1"])])


@pytest.mark.parametrize("cell", ["SPAM", " Spam ", "spam.", "sp\u200bam", '"[""spam""]"', "array(['spam'])"])
def test_a_label_takes_the_policys_spelling(assistant: Assistant, begun: Path, cell: str) -> None:
    said = take(assistant, begun, f"item_id,rater,label\n1,ana,{cell}\n")
    assert (said.status, given(begun)) == (0, [("1", "ana", ["spam"])])


def test_a_cell_that_is_one_known_label_is_not_split(assistant: Assistant, workspace: Path) -> None:
    begin(assistant, workspace, MULTI)
    rows = ["1,ana,hate; threats", "2,ana,hate; threats;spam", "3,ana,spam|Hate; threats", "4,ana,\"['spam' 'safe']\""]
    said = take(assistant, workspace, "item_id,rater,label\n" + "\n".join(rows))
    assert (said.status, [labels for _, _, labels in given(workspace)]) == (
        0,
        [["Hate; threats"], ["spam", "Hate; threats"], ["spam", "Hate; threats"], ["safe", "spam"]],
    )


def test_a_cell_that_looks_like_a_list_and_is_none_is_refused_whatever_labels_are_taken(
    assistant: Assistant, begun: Path
) -> None:
    for words in ((), ("--any-label",)):
        said = take(assistant, begun, 'item_id,rater,label\n1,ana,"[toxic, rude]"\n', *words)
        assert (said.status, said.json["reasons"]) == (3, {"bad_label": 1})


def test_any_label_turns_off_which_labels_and_never_how_many(assistant: Assistant, begun: Path) -> None:
    rows = [
        {"item_id": "1", "label": ["toxic"]},
        {"item_id": "2", "label": []},
        {"item_id": "3", "label": ["spam", "toxic"]},
        {"item_id": "4", "label": [[0, 3, "spam"]]},
    ]
    path = write_jsonl(begun / "doccano.jsonl", rows)
    words = ("labels", "import", path, "--rater-name", "team", "-w", begun, "--json")
    said = assistant(*words)
    assert (said.status, said.json["no_answer"]) == (3, 1)
    assert said.json["reasons"] == {"off_label_set": 1, "no_label": 1, "wrong_number": 1, "bad_label": 1}
    taken = assistant(*words, "--any-label")
    assert (taken.status, taken.json["added"], taken.json["reasons"]) == (
        3,
        1,
        {"no_label": 1, "wrong_number": 1, "bad_label": 1},
    )
    assert "--any-label" not in taken.stderr
    assert given(begun) == [("1", "team", ["toxic"])]


def test_codes_of_a_class_label_are_read_by_the_names_in_the_file_or_refused_with_advice(
    assistant: Assistant, begun: Path
) -> None:
    said = take(assistant, begun, "item_id,rater,label\n1,ana,1\n")
    assert (said.status, said.json["reasons"]) == (3, {"label_codes": 1})
    assert "Parquet" in said.stderr
    feature = b'{"info": {"features": {"label": {"names": ["spam", "safe"], "_type": "ClassLabel"}}}}'
    table = pa.table({"item_id": ["1", "2", "3"], "rater": ["ana"] * 3, "label": [1, 0, -1]})
    pq.write_table(table.replace_schema_metadata({b"huggingface": feature}), begun / "labels.parquet")
    said = assistant("labels", "import", begun / "labels.parquet", "-w", begun, "--json")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 2, 1)
    assert given(begun) == [("1", "ana", ["safe"]), ("2", "ana", ["spam"])]


def test_labels_that_are_alike_are_a_warning_and_labels_that_are_one_an_error(
    assistant: Assistant, begun: Path
) -> None:
    policy = begun / "policies" / "community.md"
    policy.write_text(SINGLE.replace("name: safe", "name: SPAM"), encoding="utf-8")
    said = assistant("policy", "lint", policy)
    assert said.status == 0
    assert "warning: labels `SPAM` and `spam` differ only in case, blanks or signs" in said.stdout + said.stderr
    policy.write_text(GRADES.replace('"0"', '"1.0"'), encoding="utf-8")
    said = assistant("policy", "lint", policy)
    assert said.status == 1
    assert "labels `1.0` and `1` can't be distinguished" in said.stdout + said.stderr


# No answer


@pytest.mark.parametrize(
    "cell", ["", "nan", "NaN", "None", "null", "N/A", "NA", "#N/A", "#REF!", "<NA>", "NaT", "-", "[]"]
)
def test_a_cell_that_says_nothing_is_no_answer_counted_and_no_failure(
    assistant: Assistant, begun: Path, cell: str
) -> None:
    text = f"item_id,rater,label\n1,ana,{cell}\n2,ana,spam\n"
    said = take(assistant, begun, text)
    assert (said.status, said.json["added"], said.json["refused"], said.json["no_answer"]) == (0, 1, 0, 1)
    assert said.json["reasons"] == {"no_label": 1}
    assert "1 cells hold no label" in said.stderr
    answers = begun / "machine.csv"
    answers.write_text(text.replace("rater", "model"), encoding="utf-8")
    said = assistant("prelabels", "import", answers, "-w", begun, "--json")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 1, 1)
    status = assistant("status", "-w", begun, "--json").json["run"]["statuses"]
    assert (status["labelled"], status["failed"]) == (1, 1)  # asked in vain: the item goes to people


def test_a_word_for_nothing_that_is_a_label_of_the_policy_is_that_label(assistant: Assistant, workspace: Path) -> None:
    begin(assistant, workspace, SINGLE.replace("name: safe", "name: none"))
    said = take(assistant, workspace, "item_id,rater,label\n1,ana,None\n2,ana,NONE\n3,ana,nan\n")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 2, 1)
    assert given(workspace) == [("1", "ana", ["none"]), ("2", "ana", ["none"])]


def test_content_that_is_a_word_for_nothing_is_skipped_with_a_reason_and_never_an_item(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    words = ["nan", "NaN", "None", "NULL", "N/A", "#N/A", "#REF!", "#DIV/0!", "<NA>", "NaT"]
    kept = ["none", "Nan", '"None"', "#hashtag", "null and void", "-"]
    rows = [*({"id": f"w{at}", "text": word} for at, word in enumerate(words))]
    rows += [*({"id": f"k{at}", "text": word} for at, word in enumerate(kept))]
    path = write_jsonl(tmp_path / "posts.jsonl", [*rows, {"id": "nan", "text": "no id"}])
    said = assistant("ingest", path, "-w", workspace, "--json")
    [report] = said.json["files"]
    assert (said.status, report["added"]) == (3, len(kept))
    assert report["reasons"] == {"no_text": len(words), "no_id": 1}
    assert "programs write for missing values" in report["refusals"][0]["message"]
    assert sorted(row["text"] for row in exported(assistant, workspace).values()) == sorted(kept)


def test_a_missing_path_language_or_source_is_missing(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,text,picture,lang,source\n1,a lovely day out,nan,nan,None\n", encoding="utf-8")
    assert assistant("ingest", path, "--media", "picture", "-w", workspace).status == 0
    [row] = exported(assistant, workspace).values()
    assert (row["language"], row["source"]) == ("en", None)
    with Workspace.open(workspace) as opened:
        stored = opened.items.get("1")
        assert stored is not None
        assert stored.item.content.media == ()


# Items


def test_an_id_with_decimals_is_the_item_without_where_no_other_is_called_so(assistant: Assistant, begun: Path) -> None:
    said = take(assistant, begun, "item_id,rater,label\n1.0,ana,spam\n9.0,ana,spam\n")
    assert (said.status, said.json["reasons"]) == (3, {"unknown_item": 1})
    assert given(begun) == [("1", "ana", ["spam"])]


def test_an_id_that_could_be_two_items_is_refused_with_both(assistant: Assistant, begun: Path) -> None:
    with Workspace.open(begun) as opened, opened.database.write() as connection:
        connection.execute(sa.text("UPDATE items SET external_id = '1.0' WHERE external_id = '2'"))
    said = take(assistant, begun, "item_id,rater,label\n1.00,ana,spam\n1.0,bo,spam\n")
    assert (said.status, said.json["reasons"]) == (3, {"ambiguous_item": 1})
    assert "item '1.00' could be '1' or '1.0'" in said.stderr
    assert given(begun) == [("2", "bo", ["spam"])]


def test_content_given_again_under_an_id_with_decimals_is_the_same_item(
    assistant: Assistant, begun: Path, tmp_path: Path
) -> None:
    again = [{"id": "1.0", "text": "post 1"}, {"id": "2.0", "text": "another text"}]
    said = assistant("ingest", write_jsonl(tmp_path / "again.jsonl", again), "-w", begun, "--json")
    [report] = said.json["files"]
    assert (report["added"], report["unchanged"], report["reasons"]) == (0, 1, {"duplicate_id": 1})
    assert "id '2.0' is taken by another text: it is the same as '2'" in report["refusals"][0]["message"]


# People


SPELLINGS = [("3", "3.0"), ("Ana", "ana "), ("Zo\u00e9", "Zoe\u0301"), ("ana", "ANA")]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_one_person_in_two_spellings_is_no_agreement_of_two(
    assistant: Assistant, begun: Path, one: str, other: str
) -> None:
    said = take(assistant, begun, f"item_id,rater,label\n1,{one},spam\n1,{other},spam\n")
    assert (said.status, said.json["added"], said.json["superseded"]) == (0, 1, 1)
    agreed = assistant("precedents", "add", "--agreed", "-w", begun, "--json").json
    assert (agreed["added"], agreed["labelled_once"]) == (0, 1)


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_a_person_known_by_another_spelling_is_recognised_in_a_later_file(
    assistant: Assistant, begun: Path, one: str, other: str
) -> None:
    take(assistant, begun, f"item_id,rater,label\n1,{one},spam\n", name="first.csv")
    said = take(assistant, begun, f"item_id,rater,label\n1,{other},spam\n2,bo,spam\n", name="second.csv")
    assert said.status == 0
    assert assistant("precedents", "add", "--agreed", "-w", begun, "--json").json["added"] == 0
    assert {rater for _, rater, _ in given(begun)} == {one, "bo"}
    assert assistant("status", "-w", begun, "--json").json["reviews"]["raters"] == 2


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_two_spellings_that_are_stored_already_count_as_one_person(
    assistant: Assistant, begun: Path, one: str, other: str
) -> None:
    rows = [{"item_id": number, "rater": rater, "labels": '["spam"]'} for number in (1, 2) for rater in (one, other)]
    more = {"project_id": 1, "source": "old.csv", "meta": "{}", "created_at": "2024-01-01T00:00:00.000+00:00"}
    with Workspace.open(begun) as opened, opened.database.write() as connection:
        names = ("project_id", "item_id", "rater", "labels", "source", "meta", "created_at")
        places = ", ".join(f":{name}" for name in names)
        statement = f"INSERT INTO reviews ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names of ours
        connection.execute(sa.text(statement), [row | more for row in rows])
    agreed = assistant("precedents", "add", "--agreed", "-w", begun, "--json").json
    assert (agreed["added"], agreed["labelled_once"]) == (0, 2)
    assert assistant("status", "-w", begun, "--json").json["reviews"]["raters"] == 1
    with Workspace.open(begun) as opened:
        opened.reviews.add([(1, Review("1", "bo", ("safe",), source="new.csv"))])
        [first, _] = opened.reviews.by_item()
        assert sorted(one.labels for one in first[3].values()) == [("safe",), ("spam",)]


def test_the_newest_of_several_answers_of_a_person_counts_even_where_an_earlier_one_said_the_same(
    assistant: Assistant, begun: Path
) -> None:
    text = "item_id,rater,label\n1,ana,spam\n1,ana,safe\n1,ana,spam\n2,ana,safe\n2,ana,spam\n"
    said = take(assistant, begun, text)
    assert (said.status, said.json["superseded"]) == (0, 3)
    assert "3 answers repeat an earlier answer of the same person in this file: the newest counts" in said.stderr
    with Workspace.open(begun) as opened:
        assert [answers["ana"].labels for _, _, _, answers in opened.reviews.by_item()] == [("spam",), ("spam",)]
    again = take(assistant, begun, text)
    # All but the second row are stored already; that one never counted.
    assert (again.json["added"], again.json["unchanged"], len(given(begun))) == (0, 4, 3)


def test_a_file_that_goes_back_to_an_earlier_answer_changes_the_answer_back(assistant: Assistant, begun: Path) -> None:
    for label in ("spam", "safe", "spam"):
        said = take(assistant, begun, f"item_id,rater,label\n1,ana,{label}\n")
        assert (said.status, said.json["added"]) == (0, 1)
    with Workspace.open(begun) as opened:
        assert [answers["ana"].labels for _, _, _, answers in opened.reviews.by_item()] == [("spam",)]


def test_newest_is_by_the_time_of_the_row_where_it_says_one(assistant: Assistant, begun: Path) -> None:
    said = take(assistant, begun, "item_id,rater,label,updated_at\n1,ana,spam,2024-02-01\n1,ana,safe,2024-01-01\n")
    assert (said.status, said.json["superseded"], given(begun)) == (0, 1, [("1", "ana", ["spam"])])


# Other tools


def test_prodigys_reject_and_ignore_are_no_answers_and_accept_holds_the_labels(
    assistant: Assistant, begun: Path
) -> None:
    binary = [
        {"id": at, "label": "spam", "answer": answer, "_annotator_id": "ana"}
        for at, answer in enumerate(["accept", "reject", "ignore"], 1)
    ]
    said = assistant("labels", "import", write_jsonl(begun / "binary.jsonl", binary), "-w", begun, "--json")
    assert (said.status, said.json["added"], said.json["reasons"]) == (0, 1, {"not_an_answer": 2})
    choice = [
        {"id": at, "options": [{"id": "safe"}], "accept": ["safe"], "answer": answer, "_annotator_id": "bo"}
        for at, answer in enumerate(["accept", "ignore", "reject"], 1)
    ]
    said = assistant("labels", "import", write_jsonl(begun / "choice.jsonl", choice), "-w", begun, "--json")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 1, 2)
    assert given(begun) == [("1", "ana", ["spam"]), ("1", "bo", ["safe"])]
    assert "count as unanswered by their status" in said.stderr


def test_argilla_and_label_studio_records_are_read_with_what_they_say_of_each_answer(
    assistant: Assistant, begun: Path
) -> None:
    argilla = {
        "id": "1",
        "label.responses": ["spam", "safe"],
        "label.responses.users": ["ana", "bo"],
        "label.responses.status": ["submitted", "discarded"],
    }
    said = assistant("labels", "import", write_jsonl(begun / "argilla.jsonl", [argilla]), "-w", begun, "--json")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 1, 1)
    chosen = {"from_name": "s", "type": "choices", "value": {"choices": ["safe"]}}
    task = {
        "id": 77,
        "data": {"id": "2", "text": "post 2"},
        "annotations": [
            {"completed_by": 3, "result": [chosen], "was_cancelled": False},
            {"completed_by": 4, "result": [chosen], "was_cancelled": True},
        ],
    }
    said = assistant("labels", "import", write_jsonl(begun / "ls.jsonl", [task]), "-w", begun, "--json")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 1, 1)
    assert given(begun) == [("1", "ana", ["spam"]), ("2", "3", ["safe"])]


def test_a_status_nobody_knows_is_refused_with_advice(assistant: Assistant, begun: Path) -> None:
    said = take(assistant, begun, "item_id,rater,label,status\n1,ana,spam,submitted\n2,ana,spam,parked\n")
    assert (said.status, said.json["added"], said.json["reasons"]) == (3, 1, {"unknown_status": 1})
    assert "'parked', and whether such a label counts isn't known; rename that column" in said.stderr


# Out and in again


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx", "parquet"])
@pytest.mark.parametrize("policy", [SINGLE, MULTI], ids=["single", "multi"])
def test_what_export_writes_labels_import_reads_back(
    assistant: Assistant, workspace: Path, tmp_path: Path, ending: str, policy: str
) -> None:
    policy = policy.replace("name: safe", 'name: "[ok|fine]"')
    begin(assistant, workspace, policy)
    answers: Sequence[list[str]] = [["spam"], ["Hate; threats"], ["[ok|fine]"]]
    if "multi" in policy:
        answers = [["spam"], ["Hate; threats"], [], ["[ok|fine]", "spam"], ["[ok|fine]", "Hate; threats"]]
    rows: list[dict[str, Any]] = [
        {"id": str(at), "rater": who, "labels": labels} for at, labels in enumerate(answers, 1) for who in ("ana", "bo")
    ]
    labels = write_jsonl(tmp_path / "labels.jsonl", rows)
    assert assistant("labels", "import", labels, "-w", workspace).status == 0
    machine = [{"id": str(at), "model": "m", "label": "spam"} for at in range(1, 7)]
    assert assistant("prelabels", "import", write_jsonl(tmp_path / "m.jsonl", machine), "-w", workspace).status == 0
    assert assistant("settle", "-w", workspace).status == 0
    target = tmp_path / f"out.{ending}"
    assert assistant("export", target, "-w", workspace).status == 0
    second = tmp_path / "second"
    assert assistant("init", second).status == 0
    begin(assistant, second, policy)
    said = assistant("labels", "import", target, "--rater-name", "team", "-w", second, "--json")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, len(answers), 6 - len(answers))
    with Workspace.open(second) as opened:
        found = {name: sorted(answers["team"].labels) for _, name, _, answers in opened.reviews.by_item()}
    assert found == {str(at): sorted(labels) for at, labels in enumerate(answers, 1)}


# Evaluations on files


def figures(assistant: Assistant, labels: Path, machine: Path | None = None, *words: str) -> tuple[Any, str]:
    said = assistant(
        "eval", "agree", "--labels", labels, *(("--machine", machine) if machine else ()), *words, "--json"
    )
    assert said.status == 0, said.stderr
    return said.json, said.stderr


def test_people_who_write_the_same_label_in_other_ways_agree(assistant: Assistant, tmp_path: Path) -> None:
    ways = ["Spam", " SPAM", "spam", "Hate", "HATE ", "hate"]
    rows = [{"item_id": str(at), "rater_id": "ana", "label": way} for at, way in enumerate(ways)]
    rows += [{**row, "rater_id": "bo", "label": str(row["label"]).strip().lower()} for row in rows]
    machine = [{"item_id": f"{at}.0", "model": "m", "label": str(way).strip().upper()} for at, way in enumerate(ways)]
    labels, answers = write_jsonl(tmp_path / "l.jsonl", rows), write_jsonl(tmp_path / "m.jsonl", machine)
    found, said = figures(assistant, labels, answers)
    assert [found[name]["value"] for name in ("raw", "human_human_raw", "machine_human_raw")] == [1.0, 1.0, 1.0]
    assert "Labels written in several ways are one" in said


def test_a_person_in_two_spellings_is_no_second_reviewer(assistant: Assistant, tmp_path: Path) -> None:
    rows = [{"item_id": str(at), "rater_id": who, "label": "xy"[at % 2]} for at in range(6) for who in ("3", "3.0")]
    machine = [{"item_id": str(at), "model": "m", "label": "x"} for at in range(6)]
    labels, answers = write_jsonl(tmp_path / "l.jsonl", rows), write_jsonl(tmp_path / "m.jsonl", machine)
    found, _ = figures(assistant, labels, answers)
    assert (found["raw"]["value"], found["raw"]["n"]) == (0.5, 6)
    assert "human_human_raw" not in found


def test_the_newest_of_a_persons_answers_counts_as_in_labels_import(
    assistant: Assistant, begun: Path, tmp_path: Path
) -> None:
    text = "item_id,rater,label\n" + "".join(f"{at},ana,{label}\n" for at in (1, 2, 3) for label in ("safe", "spam"))
    labels = tmp_path / "l.csv"
    labels.write_text(text, encoding="utf-8")
    machine = write_jsonl(tmp_path / "m.jsonl", [{"item_id": at, "model": "m", "label": "spam"} for at in (1, 2, 3)])
    found, said = figures(assistant, labels, machine)
    assert found["raw"]["value"] == 1.0
    assert "3 answers in l.csv were given again to the same item: the newest counts." in said
    take(assistant, begun, text)
    assert assistant("prelabels", "import", machine, "-w", begun).status == 0
    inside = assistant("eval", "agree", "-w", begun, "--json").json
    assert inside["raw"] == found["raw"]


def test_a_row_of_the_machine_without_a_label_counts_against_it_in_files_and_in_a_workspace(
    assistant: Assistant, begun: Path, tmp_path: Path
) -> None:
    text = "item_id,rater,label\n" + "".join(f"{at},ana,{'spam' if at % 2 else 'safe'}\n" for at in range(1, 7))
    labels = tmp_path / "l.csv"
    labels.write_text(text, encoding="utf-8")
    cells = ["spam", "safe", "nan", "safe", "", "safe"]
    rows = [{"item_id": at, "model": "m", "label": cell} for at, cell in enumerate(cells, 1)]
    machine = write_jsonl(tmp_path / "m.jsonl", rows)
    found, said = figures(assistant, labels, machine)
    assert (found["raw"]["value"], found["raw"]["n"]) == (pytest.approx(4 / 6), 6)
    assert "2 rows in m.jsonl hold no answer of the model; they count as not agreeing." in said
    take(assistant, begun, text)
    assert assistant("prelabels", "import", machine, "-w", begun).status == 0
    inside = assistant("eval", "agree", "-w", begun, "--json").json
    assert inside["raw"] == found["raw"]


def test_a_status_column_means_the_same_in_an_evaluation(assistant: Assistant, tmp_path: Path) -> None:
    rows = [
        {"item_id": str(at), "rater_id": who, "label": "spam", "answer": "accept" if at % 2 else "reject"}
        for at in range(8)
        for who in ("ana", "bo")
    ]
    machine = [{"item_id": str(at), "model": "m", "label": "spam" if at % 2 else "safe"} for at in range(8)]
    labels, answers = write_jsonl(tmp_path / "l.jsonl", rows), write_jsonl(tmp_path / "m.jsonl", machine)
    found, said = figures(assistant, labels, answers)
    assert (found["raw"]["value"], found["raw"]["n"]) == (1.0, 4)
    assert "8 rows in l.jsonl count as unanswered by their status" in said


def test_exported_results_are_settled_labels_to_an_import_not_the_machines(
    assistant: Assistant, begun: Path, tmp_path: Path
) -> None:
    machine = write_jsonl(tmp_path / "m.jsonl", [{"id": "1", "model": "m", "label": "spam"}])
    assert assistant("prelabels", "import", machine, "-w", begun).status == 0
    assert assistant("export", tmp_path / "out.jsonl", "-w", begun).status == 0
    assert read_jsonl(tmp_path / "out.jsonl")[0]["labels"] == ["spam"]
    said = assistant("labels", "import", tmp_path / "out.jsonl", "--rater-name", "x", "-w", begun, "--json")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 0, 6)
