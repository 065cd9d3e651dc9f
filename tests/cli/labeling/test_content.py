"""Content in: every good row kept whole and once, every bad one told with its place."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import POSTS, Assistant
from tests.cli.files import exported, ingest, write_jsonl

STRANGE = {
    "emoji": "👩‍👩‍👧 family, 🏳️‍🌈 flag, 👍🏽",
    "right-to-left": "\u202eevil\u202c مرحبا בעולם",
    "zero-width": "v\u200bi\u200da\u2060gra \ufeff",
    "separators": "line\u2028para\u2029next\x85lone\rreturn\r\nboth\n",
    "control": "bell \x07, escape \x1b[31m, delete \x7f",
    "combining": "e\u0301 and \u00e9 are not the same",
    "nul": "before\0after\0",
    "private": "\uf000 \uf8ff",
    "noncharacter": "\ufffe\uffff \U0010ffff",
    "spaces": "  kept as it came\t ",
}


def test_rows_that_cant_be_used_are_refused_with_their_line_and_the_good_ones_go_in(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    given = tmp_path / "posts.jsonl"
    given.write_bytes(
        b'{"id": "a", "text": "one", "lang": "en"}\n'
        b'{"id": "b"}\n'
        b'{"id": "c", "text": " \\u200b "}\n'
        b'{"id": "d", "text": "caf\xe9"}\n'
        b'{"id": "e", "text": "half a li\n'
        b'{"id": "a", "text": "another"}\n'
        b'["a", "list"]\n'
        b'{"id": "f", "text": "two", "lang": "en"}\n'
    )
    said = assistant("ingest", given, "-w", workspace, "--json")
    assert said.status == 3
    [report] = said.json["files"]
    assert (report["added"], report["refused"]) == (2, 6)
    assert [(one["line"], one["reason"]) for one in report["refusals"]] == [
        (2, "no_text"),
        (3, "no_text"),
        (4, "encoding"),
        (5, "broken_json"),
        (6, "duplicate_id"),
        (7, "not_an_object"),
    ]
    assert "--encoding" in report["refusals"][2]["message"]
    assert {key: row["text"] for key, row in exported(assistant, workspace).items()} == {"a": "one", "f": "two"}


def test_the_first_ten_refused_rows_are_shown_and_all_are_counted(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    given = write_jsonl(tmp_path / "posts.jsonl", [{"id": "good", "text": "one"}] + [{"id": str(n)} for n in range(25)])
    said = assistant("ingest", given, "-w", workspace)
    assert said.status == 3
    shown = [line for line in said.stderr.splitlines() if "refused (no_text)" in line]
    assert [line.split(":")[1] for line in shown] == [str(line) for line in range(2, 12)]
    assert "... and 15 more" in said.stderr


def test_every_refused_row_is_shown_first_come_first_shown_whatever_the_reason(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    records = [{"id": "a", "text": "one"}, {"id": "a", "text": "two"}, {"id": "b"}, {"id": "a", "text": "three"}]
    told = assistant("ingest", write_jsonl(tmp_path / "p.jsonl", records), "-w", workspace, "--json")
    assert [one["line"] for one in told.json["files"][0]["refusals"]] == [2, 3, 4]


def test_an_id_taken_by_an_earlier_file_is_refused_and_the_first_text_stays(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    ingest(assistant, workspace, [{"id": "a", "text": "one"}])
    again = write_jsonl(tmp_path / "later.jsonl", [{"id": "a", "text": "edited"}])
    told = assistant("ingest", again, "-w", workspace, "--json")
    assert told.status == 3
    assert told.json["files"][0]["reasons"] == {"duplicate_id": 1}
    assert exported(assistant, workspace)["a"]["text"] == "one"


def test_text_comes_out_to_the_last_code_point_as_it_went_in(assistant: Assistant, workspace: Path) -> None:
    ingest(assistant, workspace, [{"id": name, "text": text} for name, text in STRANGE.items()])
    assert {name: row["text"] for name, row in exported(assistant, workspace).items()} == STRANGE


def test_a_post_of_200_kilobytes_is_kept_whole(assistant: Assistant, workspace: Path) -> None:
    huge = "长文" * 35_000  # 3 bytes a character
    assert len(huge.encode()) > 200_000
    ingest(assistant, workspace, [{"id": "huge", "text": huge}])
    assert exported(assistant, workspace)["huge"]["text"] == huge


def test_other_columns_are_kept_as_meta_with_their_types(assistant: Assistant, workspace: Path) -> None:
    meta = {"likes": 3, "score": 0.5, "tags": ["a", "b"], "nested": {"nul": "\0"}, "gone": None, "seen": True}
    ingest(assistant, workspace, [{"id": "a", "text": "one", **meta}])
    assert exported(assistant, workspace)["a"]["meta"] == meta


def test_giving_the_same_file_twice_changes_nothing(assistant: Assistant, workspace: Path) -> None:
    first = assistant("ingest", POSTS, "-w", workspace, "--json")
    before = exported(assistant, workspace)
    again = assistant("ingest", POSTS, "-w", workspace, "--json")
    assert (first.status, again.status) == (0, 0)
    [report] = again.json["files"]
    assert (report["added"], report["unchanged"], report["refused"]) == (0, len(before), 0)
    assert again.json["near_duplicate_groups"] == first.json["near_duplicate_groups"]
    assert exported(assistant, workspace) == before


def test_columns_are_taken_by_the_names_given(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    given = tmp_path / "posts.csv"
    given.write_text("post_key,text,words,lang\nk1,a title,the body,en\n", encoding="utf-8")
    said = assistant("ingest", given, "--text", "words", "--id", "post_key", "-w", workspace)
    assert said.status == 0
    assert "text = words" in said.stderr
    row = exported(assistant, workspace)["k1"]
    assert (row["text"], row["meta"]) == ("the body", {"text": "a title"})


def test_a_column_that_isnt_there_is_told_with_the_nearest_one_and_nothing_goes_in(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    given = tmp_path / "posts.csv"
    given.write_text("post_id,body\n1,words\n", encoding="utf-8")
    said = assistant("ingest", given, "--text", "bdy", "-w", workspace, "--json")
    assert said.status == 1
    assert said.json["error"]["what"] == "no column 'bdy', did you mean 'body'?"
    assert said.json["error"]["where"] == f"{given}: --text"
    assert said.json["error"]["hint"] == "the columns are: post_id, body"
    assert assistant("status", "-w", workspace, "--json").json["content"]["items"] == 0


def test_pairs_for_relevance_keep_query_and_document(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    given = tmp_path / "pairs.tsv"
    given.write_text("id\tq\td\tlang\n1\tred shoes\tShoes, red, size 40\ten\n", encoding="utf-8")
    assert assistant("ingest", given, "--query", "q", "--document", "d", "-w", workspace).status == 0
    row = exported(assistant, workspace)["1"]
    assert (row["query"], row["text"]) == ("red shoes", "Shoes, red, size 40")


def test_a_pipe_is_read_and_its_format_told_by_its_first_bytes(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed = io.BytesIO("id,text\n1,你好\n2,hello\n".encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(fed))
    said = assistant("ingest", "-", "-w", workspace, "--json")
    assert (said.status, said.json["files"][0]["file"]) == (0, "standard input")
    assert {key: row["text"] for key, row in exported(assistant, workspace).items()} == {"1": "你好", "2": "hello"}


def test_an_encoding_can_be_named(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    given = tmp_path / "posts.csv"
    given.write_bytes("id,text\n1,广告加微信\n".encode("gb18030"))
    assert assistant("ingest", given, "-w", workspace).status in {1, 3}
    assert assistant("ingest", given, "--encoding", "gb18030", "-w", workspace).status == 0
    assert exported(assistant, workspace)["1"]["text"] == "广告加微信"


@pytest.mark.parametrize("name", ["empty.jsonl", "empty.csv"])
def test_an_empty_file_is_told(assistant: Assistant, workspace: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    said = assistant("ingest", tmp_path / name, "-w", workspace, "--json")
    assert (said.status, said.json["error"]["what"]) == (1, "the file holds no rows")
    assert name in said.json["error"]["where"]


@pytest.mark.parametrize(
    ("name", "told"),
    [("posts.docx", "the ending doesn't show the format"), ("missing.csv", "no such file"), ("x.parquet", "parquet")],
)
def test_a_file_that_cant_be_read_is_told_in_words(
    assistant: Assistant, workspace: Path, tmp_path: Path, name: str, told: str
) -> None:
    if name != "missing.csv":
        (tmp_path / name).write_text("this is no such thing", encoding="utf-8")
    said = assistant("ingest", tmp_path / name, "-w", workspace, "--json")
    assert said.status == 1
    assert told in (said.json["error"]["what"] + said.json["error"]["where"]).lower()
    assert said.json["error"]["hint"]


def test_a_file_that_cant_be_read_doesnt_hide_what_became_of_the_one_before(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    good = write_jsonl(tmp_path / "good.jsonl", [{"id": "a", "text": "one"}, {"id": "b"}])
    said = assistant("ingest", good, tmp_path / "missing.csv", "-w", workspace)
    assert said.status == 1
    assert "good.jsonl:2: refused (no_text)" in said.stderr
    assert "good.jsonl is in: 1 added" in said.stderr
    assert "missing.csv: no such file" in said.stderr


def test_exact_and_near_duplicates_are_counted(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    post = "Grand opening this Saturday at the old mill, free coffee for the first hundred guests, bring a friend"
    records = [
        {"id": "first", "text": post},
        {"id": "same", "text": post},
        {"id": "near", "text": f"{post}!!"},
        {"id": "other", "text": "The match was called off because of the rain, see you all next week instead"},
    ]
    said = assistant("ingest", write_jsonl(tmp_path / "p.jsonl", records), "-w", workspace, "--json")
    assert said.json["files"][0]["same_content"] == 1
    assert said.json["near_duplicate_groups"] == 1
    rows = exported(assistant, workspace)
    group = rows["first"]["near_duplicate_group"]
    assert group is not None
    assert rows["near"]["near_duplicate_group"] == group
    assert rows["other"]["near_duplicate_group"] is None


def test_a_language_the_file_doesnt_say_is_identified(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    given = tmp_path / "posts.csv"
    given.write_text("id,text,lang\n1,今天天气很好我们去公园吧,\n2,What a lovely day for a walk,\n3,No,zh\n", "utf-8")
    assert assistant("ingest", given, "-w", workspace).status == 0
    assert assistant("status", "-w", workspace, "--json").json["content"]["languages"] == {"zh": 2, "en": 1}


def test_content_is_embedded_once(assistant: Assistant, workspace: Path) -> None:
    ingest(
        assistant, workspace, [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}, {"id": "same", "text": "one"}]
    )
    first = assistant("embed", "-w", workspace, "--json")
    assert (first.status, first.json["embedded"], first.json["already"]) == (0, 2, 0)
    again = assistant("embed", "-w", workspace, "--json")
    assert (again.status, again.json["embedded"], again.json["already"]) == (0, 0, 2)
    assert again.json["embedder"] == first.json["embedder"]
