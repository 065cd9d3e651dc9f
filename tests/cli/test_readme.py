"""The README stays true: every command in it is run, in its order, as written."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.certified import answered_run
from tests.cli.conftest import POSTS, Assistant, Server
from tests.cli.files import write_jsonl
from tests.cli.made_up import fill, load, make_up
from tests.web.serving import serving

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


def _lines(*blocks: str) -> list[str]:
    """Commands without their comments."""
    return [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines()]


CERTIFICATE = _lines(*(block for block in BLOCKS if "assistant sample" in block or "assistant simulate" in block))
EVALS = _lines(*(block for block in BLOCKS if "assistant eval" in block))
PAGES = _lines(*(block for block in BLOCKS if "assistant serve" in block))
LINES = [line for line in _lines(*BLOCKS) if line not in {*CERTIFICATE, *EVALS, *PAGES}]


def test_every_command_of_the_readme_works_as_written(
    assistant: Assistant, dev_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev_server(models=("dev", "gpt-4o-mini"))
    monkeypatch.setenv("ASSISTANT__MODEL__SPEC", "openai:dev")  # the embedded model has a test of its own
    monkeypatch.chdir(tmp_path)
    start = LINES.index(next(line for line in LINES if line.startswith("assistant init")))
    ran = 0
    for line in [*LINES[start:], *LINES[:start]]:
        words = line.split()
        if line.startswith("cd "):
            shutil.copy(POSTS, tmp_path / words[1] / "posts.csv")
            with (tmp_path / words[1] / "assistant.toml").open("a", encoding="utf-8") as file:
                file.write('\n[prices."openai:gpt-4o-mini"]\ninput = 0.15\noutput = 0.6\n')
            monkeypatch.chdir(tmp_path / words[1])
        elif words and words[0] == "assistant":
            said = assistant(*shlex.split(line)[1:])
            assert said.status == 0, f"{line}\n{said.stderr}"
            ran += 1
        else:
            assert not words or words[0] in {"make", "export", "."}, line
    assert ran >= 19


def test_the_way_to_a_certificate_works_as_written(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person labels what is asked for, and `sample` is called again until only review is left."""
    made = make_up(400)
    load(assistant, workspace, made)
    monkeypatch.chdir(workspace)
    write_jsonl(Path("items.jsonl"), [{"id": name, "text": text} for name, text in made.texts.items()])
    labels = [{"item_id": name, "rater_id": "ana", "label": label} for name, label in made.truth.items()]
    write_jsonl(Path("labels.jsonl"), labels)
    ran = []
    for line in CERTIFICATE:
        words = shlex.split(line)[1:]
        if words[0] == "simulate":
            answers = [{"item_id": name, "model": "m", "label": label} for name, (label, _) in made.machine.items()]
            write_jsonl(Path("machine.jsonl"), answers)
            words = [*words[:-1], "2", "--embedder", "none"]  # two trials instead of 200: the words are what is tested
        if words[:2] == ["labels", "import"]:
            asked = "start"
            while asked not in {None, "review"}:
                fill(Path("to_label.csv"), made.truth)
                assert assistant(*words).status == 0
                asked = assistant(*CERTIFICATE[0].split()[1:], "--json").json["purpose"]
        said = assistant(*words)
        assert said.status == 0, f"{line}\n{said.stdout}{said.stderr}"
        ran.append(words[0])
    assert ran == ["sample", "labels", "certify", "route", "settle", "export", "check", "signals", "simulate"]


def test_evaluations_work_as_written(
    assistant: Assistant, dev_server: Server, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files hold 40 made-up answers; the suite that ships asks a server instead of the embedded model."""
    dev_server(models=("dev",))
    monkeypatch.setenv("ASSISTANT__MODEL__SPEC", "openai:dev")
    monkeypatch.chdir(workspace)
    assistant("ingest", POSTS)
    assistant("labels", "import", POSTS, "--each-rater", "label_a", "--each-rater", "label_b")
    assert assistant("prelabel").status == 0
    suite = (ROOT / "evals" / "suites" / "community.toml").read_text(encoding="utf-8")
    Path("evals").mkdir()
    Path("evals/community.toml").write_text(suite.replace('"local"', '"openai:dev"'), encoding="utf-8")
    truth = {f"p{at}": "xy"[at % 2] for at in range(40)}
    write_jsonl(Path("items.jsonl"), [{"id": name, "text": f"post {name}"} for name in truth])
    write_jsonl(
        Path("labels.jsonl"), [{"item_id": name, "rater_id": "ana", "label": label} for name, label in truth.items()]
    )
    answers = [("old", "x"), ("new", "y")]
    write_jsonl(
        Path("machine.jsonl"),
        [{"item_id": name, "model": model, "label": said} for name in truth for model, said in answers],
    )
    ran = []
    for line in EVALS:
        words = shlex.split(line)[1:]
        said = assistant(*words)
        allowed = {0, 1} if words[1] == "gate" else {0}  # 1: not shown to be no worse
        assert said.status in allowed, f"{line}\n{said.stdout}{said.stderr}"
        assert "Traceback" not in said.stderr
        ran.append(words[1])
    assert ran == ["agree", "compare", "report", "plan", "freeze", "run", "run", "compare", "report", "gate", "agree"]
    assert Path("report/report.html").exists()
    assert Path("gate.xml").exists()


def test_pages_open_as_written(assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`assistant serve` runs in a process of its own, on a free port, while the others are typed."""
    monkeypatch.chdir(workspace)
    answered_run(assistant, workspace, {"p1": "safe"})
    others = [line for line in PAGES if line != "assistant serve"]
    assert len(others) == len(PAGES) - 1
    with serving(workspace) as server:
        with server.browser() as browser:
            assert browser.get("/").status_code == 200
        for line in others:
            said = assistant(*shlex.split(line)[1:])
            assert said.status == 0, f"{line}\n{said.stderr}"
        assert server.stop() == 0


@pytest.mark.parametrize("target", sorted({line.split()[1] for line in LINES if line.startswith("make ")}))
def test_every_make_target_of_the_readme_exists(target: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", target],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_file_the_readme_points_at_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
