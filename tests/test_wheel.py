"""A wheel built from the tree, installed somewhere else, does the job without the tree."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.server import DevServer

ROOT = Path(__file__).parents[1]
OUTSIDE = """
import json, shutil, sys
folder, libraries, commands = sys.argv[1:]
sys.path += [folder, libraries]
import assistant
from assistant.cli.main import run
assert assistant.__file__.startswith(folder), assistant.__file__
for words in json.loads(commands):
    sys.argv = ["assistant", *words, "--json"]
    try:
        run()
    except SystemExit as left:
        assert not left.code, words
    if words[0] == "init":
        shutil.rmtree("work/prompts")  # those inside the package are found all the same
    sys.stdout.write("\\0")
"""
SHIPPED = ("assistant", "evals", "prompts", "examples", "pyproject.toml", "README.md", "LICENSE")


def run(*words: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command and return what it printed; a failure shows all it said."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree, so that other tests see no half-built files."""
    tree, target = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tree / name)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=tree)
    [built] = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel installed into a folder of its own, libraries left out."""
    folder = tmp_path_factory.mktemp("installed")
    words = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target", folder, wheel)
    run(sys.executable, *words, cwd=folder, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_ROOT_USER_ACTION="ignore")
    return folder


@pytest.fixture
def base_url() -> Iterator[str]:
    """An OpenAI-compatible server on loopback."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = DevServer(DevServerOptions())
    yield asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_prompts_policies_and_suites_are_inside_and_tests_are_not(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {
        *{f"assistant/data/{path.relative_to(ROOT)}" for path in ROOT.glob("prompts/*/*.md")},
        *{f"assistant/data/{path.relative_to(ROOT)}" for path in ROOT.glob("examples/policies/*.md")},
        *{str(path.relative_to(ROOT)) for path in ROOT.glob("evals/suites/*.toml")},
        *{str(path.relative_to(ROOT)) for path in ROOT.glob("evals/report/templates/*")},
        *{str(path.relative_to(ROOT)) for path in ROOT.glob("assistant/store/migrations/versions/*.py")},
        "assistant/py.typed",
        "assistant/trust/injection/examples.jsonl",
        "assistant/store/migrations/env.py",
        "assistant/store/migrations/script.py.mako",
    }
    assert len(shipped) > 8
    assert not shipped - set(names)
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"assistant", "evals", "labeling_assistant"}
    assert not [name for name in names if ".assistant" in name or "__pycache__" in name]
    assert len(names) == len(set(names))


def test_it_does_the_job_outside_the_checkout(installed: Path, base_url: str, tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("id,text,lang\n1,Lovely weather,en\n2,Buy followers here,en\n", "utf-8")
    prelabel = ["prelabel", "--model", "openai:dev", "-w", "work"]
    commands = [["init", "work"], ["prompts", "list", "-w", "work"], ["ingest", "posts.csv", "-w", "work"], prelabel]
    # -I -S and a path of our own: neither this folder nor an editable install of the tree can be imported.
    said = run(
        *(sys.executable, "-I", "-S", "-c", OUTSIDE, installed, sysconfig.get_paths()["purelib"], json.dumps(commands)),
        cwd=tmp_path,
        OPENAI_BASE_URL=base_url,
        ASSISTANT__EMBEDDER__NAME="hashing",
    )
    made, prompts, ingested, labelled = map(json.loads, said.split("\0")[:-1])
    assert made["files"][0] == "assistant.toml"
    assert (tmp_path / "work" / "policies" / "community.md").is_file()
    assert {f"moderation@{n}" for n in (1, 2, 3)} | {"relevance@1"} <= {one["prompt"] for one in prompts}
    assert ingested["files"][0]["added"] == 2
    assert labelled["statuses"]["labelled"] == 2
