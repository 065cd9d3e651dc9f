"""What a command can be told about a file, and that every command reads the same file alike."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.ingest.reading.problems import ReadingOptions
from assistant.ingest.reading.readers import read_rows
from assistant.ingest.reading.rows import InputRow
from assistant.wiring.workspace import Workspace
from tests.cli.certification.test_answers import SINGLE, begin
from tests.cli.certification.test_answers import given as stored
from tests.cli.conftest import Assistant

LABELS = "item_id,rater,label\n" + "".join(
    f"{n},{who},{'垃圾' if n % 2 else '正常'}\n" for n in range(40) for who in ("王芳", "李雷")
)
MACHINE = "item_id,model,label\n" + "".join(f"{n},m,垃圾\n" for n in range(40))
ITEMS = "id,text\n" + "".join(f"{n},帖子 {n}\n" for n in range(40))


def texts(workspace: Path) -> dict[str, str]:
    with Workspace.open(workspace) as opened:
        return {one.item.id: one.item.content.text for page in opened.items.pages() for one in page}


def write(folder: Path, encoding: str = "utf-8", **tables: str) -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_bytes(text.encode(encoding))
    return {name: folder / f"{name}.csv" for name in tables}


def raw(assistant: Assistant, *words: str | Path) -> Any:
    said = assistant("eval", "agree", *words, "--json")
    assert said.status == 0, said.stderr
    return said.json["raw"]["value"], said.json["raw"]["n"]


def test_one_file_of_an_evaluation_can_be_in_another_encoding_than_the_others(
    assistant: Assistant, tmp_path: Path
) -> None:
    labels = write(tmp_path, "gb18030", labels=LABELS)["labels"]
    rest = write(tmp_path, machine=MACHINE, items=ITEMS)
    files = ("--labels", labels, "--machine", rest["machine"], "--items", rest["items"])
    # The machine says 垃圾 always, people on odd items only.
    expected = raw(assistant, *files, "--encoding", "labels=gb18030")
    assert expected == (0.5, 40)
    # Said of all files it does no harm to those that are UTF-8: they are read as what they are, and that is said.
    assert raw(assistant, *files, "--encoding", "gb18030") == expected
    said = assistant("eval", "agree", *files, "--encoding", "gb18030")
    assert "machine.csv: the file is UTF-8 and is read so, not as gb18030." in said.stderr
    both = ("--encoding", "gb18030", "--encoding", "machine=utf-8", "--encoding", "items=utf-8")
    assert raw(assistant, *files, *both) == expected


def test_all_files_of_an_evaluation_may_be_sheets_of_one_workbook(assistant: Assistant, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, text in (("people", LABELS), ("machines", MACHINE), ("posts", "Posts of March\n\n" + ITEMS)):
        sheet = book.create_sheet(title)
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.save(tmp_path / "all.xlsx")
    files = [word for role in ("labels", "machine", "items") for word in (f"--{role}", tmp_path / "all.xlsx")]
    sheets = ("--sheet", "people", "--sheet", "machine=machines", "--sheet", "items=3")
    assert raw(assistant, *files, *sheets) == (0.5, 40)
    assert raw(assistant, *files, *sheets, "--header-row", "items=3") == (0.5, 40)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--encoding", "a", "--encoding", "b"), "--encoding: is given 2 times"),
        (("--encoding", "labels=a", "--encoding", "labels=b"), "--encoding: is given 2 times"),
        (("--delimiter", "::"), "'::' is no delimiter"),
        (("--header-row", "0"), "'0' is no number of a row"),
        (("--format", "labels=jsnl"), "no format is called 'jsnl'"),
        (("--encoding", "labels=utf-9"), "no encoding is called 'utf-9'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    assistant: Assistant, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    labels = write(tmp_path, labels=LABELS)["labels"]
    said = assistant("eval", "agree", "--labels", labels, *words)
    assert said.status == 1
    assert told in said.stderr


def test_what_is_said_of_files_that_are_not_given_is_refused(assistant: Assistant, workspace: Path) -> None:
    said = assistant("eval", "agree", "--encoding", "gb18030", "-w", workspace)
    assert (said.status, "how files are read goes with a file of human labels" in said.stderr) == (1, True)
    said = assistant("eval", "plan", "--detect", "0.1", "--encoding", "items=gb18030", "-w", workspace)
    assert said.status in {1, 2}


def test_a_suite_says_how_its_files_are_read_and_advice_is_in_its_words(assistant: Assistant, workspace: Path) -> None:
    begin(assistant, workspace, SINGLE)
    folder = workspace / "evals"
    write(folder, "gb18030", labels=LABELS.replace("item_id", "Export\n\nitem_id"), machine=MACHINE)
    suite = 'name = "gbk"\n[data]\nlabels = "labels.csv"\nmachine = "machine.csv"\n{}'
    suite += '[[variants]]\nname = "m"\nimport = "m"\n'
    (folder / "gbk.toml").write_text(suite.format(""), encoding="utf-8")
    refused = assistant("eval", "freeze", "gbk", "-w", workspace)
    assert refused.status == 1
    assert 'name it: encoding = "gb18030" in [data.reading.labels]' in refused.stderr
    reading = '[data.reading]\nlabels = {encoding = "gb18030"}\nmachine = {encoding = "gb18030"}\n'
    (folder / "gbk.toml").write_text(suite.format(reading), encoding="utf-8")
    said = assistant("eval", "freeze", "gbk", "-w", workspace, "--json")
    assert (said.status, said.json["items"], said.json["labels"]) == (0, 40, 80)
    said = assistant("eval", "agree", "--suite", "gbk", "-w", workspace, "--json")
    assert (said.status, said.json["raw"]["value"]) == (0, 0.5)


def test_a_pipe_is_read_with_the_same_options(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    data = "Bericht\n\nNummer|Inhalt\n1|你好 a,b\n".encode("gb18030")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Pipe(gzip.compress(data))))
    words = ("--encoding", "gb18030", "--delimiter", "pipe", "--header-row", "3", "--text", "Inhalt", "--id", "Nummer")
    said = assistant("ingest", "-", *words, "-w", workspace)
    assert (said.status, texts(workspace)) == (0, {"1": "你好 a,b"})


def test_columns_that_are_named_show_which_line_is_the_header(assistant: Assistant, workspace: Path) -> None:
    (workspace / "x.csv").write_text("Bericht\n\nNummer;Inhalt\n1;a\n2;b\n", encoding="utf-8")
    refused = assistant("ingest", workspace / "x.csv", "-w", workspace)
    assert refused.status == 1
    assert "do they stand in line 3? --header-row 3" in refused.stderr
    said = assistant("ingest", workspace / "x.csv", "--text", "Inhalt", "--id", "Nummer", "-w", workspace)
    assert (said.status, texts(workspace)) == (0, {"1": "a", "2": "b"})
    assert "the column names stand in line 3; what stands above them is not read ('Bericht' ...)" in said.stderr


def test_words_that_programs_write_for_nothing_are_texts_where_they_are_wanted(
    assistant: Assistant, workspace: Path
) -> None:
    (workspace / "x.csv").write_text("id,text\n1,nan\n2,None\n3,\n4,#N/A\n", encoding="utf-8")
    said = assistant("ingest", workspace / "x.csv", "-w", workspace, "--json")
    assert (said.status, said.json["files"][0]["reasons"]) == (3, {"no_text": 4})
    assert "--take-words" in said.stderr
    said = assistant("ingest", workspace / "x.csv", "--take-words", "-w", workspace, "--json")
    assert (said.json["files"][0]["reasons"], texts(workspace)) == (
        {"no_text": 1},
        {"1": "nan", "2": "None", "4": "#N/A"},
    )


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=12).map(
    lambda text: f"x{text}y"  # never blank, never a word for nothing
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(TEXTS, min_size=1, max_size=5, unique=True),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([0, 1]),
    above=st.sampled_from(["", "sep={}\n", "# by tool\n", "Report of March\n\n"]),
    packed=st.booleans(),
)
def test_a_table_comes_back_whatever_way_it_was_written_in(
    tmp_path: Path, rows: list[str], encoding: str, ends: str, delimiter: str, quoting: int, above: str, packed: bool
) -> None:
    frame = pd.DataFrame({"id": [str(n) for n in range(len(rows))], "text": rows})
    table = frame.to_csv(index=False, sep=delimiter, quoting=quoting, lineterminator=ends)
    data = (above.format(delimiter).replace("\n", ends) + table).encode(encoding)
    path = tmp_path / f"x.csv{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(data) if packed else data)
    read = list(read_rows(path, ReadingOptions(encoding="gb18030" if encoding == "gb18030" else None)))
    assert [row.values if isinstance(row, InputRow) else row for row in read] == frame.to_dict("records")


def test_an_exported_csv_comes_back_in_pandas_and_as_labels_and_items(assistant: Assistant, workspace: Path) -> None:
    begin(assistant, workspace, SINGLE)
    (workspace / "l.csv").write_text("item_id,rater,label\n1,王芳,spam\n2,王芳,safe\n", encoding="utf-8")
    assert assistant("labels", "import", workspace / "l.csv", "-w", workspace).status == 0
    (workspace / "m.csv").write_text('item_id,model,label,rationale\n1,m,spam,"推销，""便宜"""\n', encoding="utf-8")
    assert assistant("prelabels", "import", workspace / "m.csv", "-w", workspace).status == 0
    assert assistant("settle", "-w", workspace).status == 0
    out = workspace / "out.csv"
    assert assistant("export", out, "-w", workspace).status == 0
    frame = pd.read_csv(out)
    assert frame.columns[0] == "item_id"
    assert frame.loc[frame.item_id == 1, "rationale"].tolist() == ['推销，"便宜"']
    again = workspace / "again"
    assert assistant("init", again).status == 0
    (again / "policies" / "community.md").write_text(SINGLE, encoding="utf-8")
    said = assistant("ingest", out, "-w", again, "--json")
    assert (said.status, texts(again)) == (0, texts(workspace)), said.stderr
    said = assistant("labels", "import", out, "--rater-name", "before", "-w", again, "--json")
    assert (said.status, {(item, tuple(labels)) for item, _, labels in stored(again)}) == (
        0,
        {(item, tuple(labels)) for item, _, labels in stored(workspace)},
    )
