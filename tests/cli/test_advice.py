"""Advice names only what is there: every command and option in a message exists, and in that very command."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from tests.cli.commands import READING, commands, options, paths
from tests.cli.conftest import Assistant
from tests.cli.files import ingest

ROOT = Path(__file__).resolve().parents[2]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
COMMAND = re.compile(r"\bassistant ((?:[a-z][a-z-]+ ?)+)([^;`()\n]*)")
OTHER_PROGRAMS = {"--no-deps", "--path"}  # of pip and of chroma, which messages name with their options

# Commands about part of a project: `--ids` is a list of ids, no table.
POPULATION = ("prelabel", "prelabels import", "runs list", "status", "export", "sample", "certify", "check", "route")
POPULATION += ("enqueue", "settle", "signals")

# Files that commands write, or that are no tables: policies in Markdown, suites in TOML, a script of replies, charts.
NO_TABLES = {
    *("init folder", "export file", "sample out", "simulate chart", "eval report out", "eval gate junit"),
    *(
        "eval gate markdown",
        "policy lint files",
        "policy search suite",
        "policy change propose file",
        "project init policy",
        "prompts propose out",
        "queue change items",
        "dev-server log",
    ),
    *(f"{name} ids" for name in POPULATION),
    *(
        "dev-server replies",
        "audit verify anchors",
        "audit verify public_key",
        "backup file",
        "restore file",
        "restore folder",
    ),
}


def strings() -> Iterator[tuple[str, str]]:
    """(place, text) of every string in the program that isn't a docstring; what is put into it reads `X`."""
    for path in sorted((*(ROOT / "assistant").rglob("*.py"), *(ROOT / "evals").rglob("*.py"))):
        tree = ast.parse(path.read_text("utf-8"))
        skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = (str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values)
                yield f"{path.relative_to(ROOT)}:{node.lineno}", "".join(parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped | inside:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def test_every_option_in_a_message_is_one_of_some_command() -> None:
    known = frozenset().union(*(options(one) for one in commands().values()), {"--version"}, OTHER_PROGRAMS)
    wrong = [f"{at}: {name}" for at, text in strings() for name in OPTION.findall(text) if name not in known]
    assert wrong == []


def test_every_command_in_a_message_is_there_with_the_options_named_with_it() -> None:
    known = commands()
    wrong: list[str] = []
    looked_at = 0
    for at, text in strings():
        for words, rest in COMMAND.findall(text):
            parts = words.split()
            command = next((known[name] for end in (3, 2, 1) if (name := " ".join(parts[:end])) in known), None)
            if command is None:
                if OPTION.search(rest):
                    wrong.append(f"{at}: assistant {words}")
                continue
            looked_at += bool(OPTION.search(rest))
            # What follows two blanks, a comma or `X` is a word on the command, and no part of it.
            missing = set(OPTION.findall(re.split(r"  |, | says | X", rest)[0])) - options(command)
            wrong += [f"{at}: assistant {words} {name}" for name in sorted(missing)]
    assert wrong == []
    assert looked_at > 20


def test_every_command_that_reads_tables_has_the_same_options_of_reading() -> None:
    files = {f"{name} {path}" for name, command in commands().items() for path in paths(command)}
    assert files >= NO_TABLES
    reads = {one.rsplit(" ", 1)[0] for one in files - NO_TABLES}
    assert reads == {name for name, command in commands().items() if options(command) & READING}
    assert all(options(commands()[name]) >= READING for name in reads)
    assert reads >= {"ingest", "labels import", "prelabels import", "simulate", "eval agree", "eval compare"}


def wrong_files(folder: Path) -> Iterator[Path]:
    """Files that can't be read as they are, each for another reason."""
    folder.mkdir()
    texts = {
        "gbk.csv": "item_id,rater,label\n1,伊,垃圾\n".encode("gb18030"),
        "gbk_header.csv": "编号,内容\n1,好\n".encode("gb18030"),
        "title.csv": b"Bericht\n\nNummer;Inhalt\n1;a\n2;b\n",
        "columns.csv": b"a,b\n1,2\n",
        "items.csv": b"item_id,what\n1,2\n",
        "twice.csv": b"id,id\n1,2\n",
        "empty.csv": b"",
        "ragged.csv": b"item_id,rater,label,text\n1\n",
        "words.csv": b"item_id,rater,model,label,id,text\n1,ana,m,nonsense,1,nan\n",
        "codes.csv": b"item_id,rater,model,label,id,text\n1,ana,m,1,1,nan\n",
        "nobody.csv": b"item_id,label,text\n1,spam,a\n",
        "list.json": b'[{"item_id": 1, "what": oops}]',
        "page.csv": b"<!DOCTYPE html><p>sign in",
        "what.bin": b"\x00\x01\x02",
    }
    for name, data in texts.items():
        (folder / name).write_bytes(data)
        yield folder / name
    book = openpyxl.Workbook()
    for row in (["Bericht"], ["Nummer", "Inhalt"], [1, "a"]):
        book.active.append(row)
    book.create_sheet("more").append(["x"])
    book.save(folder / "title.xlsx")
    yield folder / "title.xlsx"


@pytest.mark.parametrize("command", ["ingest", "labels import", "prelabels import", "simulate", "eval agree"])
@pytest.mark.parametrize("say", [(), ("--encoding", "utf-16"), ("--sheet", "none"), ("--header-row", "9")])
def test_what_a_command_says_of_a_wrong_file_names_its_own_options_only(
    assistant: Assistant, workspace: Path, tmp_path: Path, command: str, say: tuple[str, ...]
) -> None:
    ingest(assistant, workspace, [{"id": "1", "text": "post"}])
    known = options(commands()[command])
    for path in wrong_files(tmp_path / "files"):
        words = {"simulate": ("--items", path, "--labels", path), "eval agree": ("--labels", path)}
        place = ("-w", workspace) if command != "simulate" else ()
        said = assistant(*command.split(), *words.get(command, (path,)), *say, *place)
        assert said.status in {0, 1, 3}, (path.name, said.stderr)
        # A line that names another command speaks of that one.
        lines = [line for line in said.stderr.splitlines() if not re.search(r"\bassistant [a-z]", line)]
        assert set(OPTION.findall("\n".join(lines))) <= known, (path.name, said.stderr)
