"""What docs/deploying.md and the files it ships say is so: checked by nginx, systemd and the code itself."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml

from assistant.cli.main import app
from assistant.models.langchain.providers import _PROVIDERS as PROVIDERS
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.web.conftest import browser, workspace  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "examples" / "deploy"
PAGE = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
# How a program may run: these are told by the system, by tests, or by a process of ours to another.
OTHERS = re.compile(r"(OMP|OPENBLAS|MKL|NUMEXPR|VECLIB)_\w+|XDG_\w+|PATH|HOME|LANG|COLUMNS")


def variables_read() -> Iterator[str]:
    """Names that the code asks the environment for, as literals or as constants called ..._VARIABLE or ..._OPT_IN."""
    for path in (ROOT / "assistant").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("environ.get", "getenv")):
                yield from _literal(node.args[0])
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
                yield from _literal(node.slice)
            elif (isinstance(node, ast.keyword) and node.arg == "envvar") or (
                isinstance(node, ast.Assign) and re.search(r"VARIABLE|OPT_IN", ast.unparse(node.targets[0]))
            ):
                yield from _literal(node.value)


def _literal(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", node.value):
        yield node.value


def listed() -> set[str]:
    table = PAGE.partition("<!-- variables -->")[2].partition("<!-- /variables -->")[0]
    return {name for row in table.splitlines() for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row.partition("|")[2])}


def test_every_variable_the_program_reads_is_listed() -> None:
    read = {name for name in variables_read() if not OTHERS.fullmatch(name)}
    assert {"ASSISTANT_DATABASE_URL", "ASSISTANT_METRICS_TOKEN", "ASSISTANT_WORKSPACE"} <= read
    models = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    assert sorted(name for name in read - listed() if name not in models) == []


def test_every_variable_of_our_own_that_is_listed_is_read() -> None:
    ours = {name for name in listed() if name.startswith("ASSISTANT_")} - {"ASSISTANT__SECTION__KEY"}
    assert ours == {name for name in variables_read() if name.startswith("ASSISTANT_")} - {"ASSISTANT__"}


def test_the_variables_of_every_provider_are_listed() -> None:
    needed = {name for one in PROVIDERS.values() for need in one.needs for name in need.variables}
    needed |= {one.optional_key for one in PROVIDERS.values() if one.optional_key}
    assert sorted(needed - listed()) == []


def commands() -> Iterator[str]:
    """Every `assistant` line of the page and of the units."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += [line.partition("=")[2] for unit in UNITS for line in unit.read_text().splitlines()]
    for line in lines:
        if line.startswith(("assistant ", "/opt/assistant/bin/assistant ")):
            yield line


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_every_command_and_option_of_the_page_and_the_units_exists(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]  # type: ignore[attr-defined]  # a group has them
    assert not hasattr(command, "commands"), line
    options = {flag for one in command.params for flag in one.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options, line


def test_every_file_the_page_names_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
    for unit in re.findall(r"assistant-[a-z]+(?:@\.service|\.timer|\.service)", PAGE):
        assert (DEPLOY / unit).exists(), unit


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
@pytest.mark.parametrize("name", ["nginx.conf", "nginx-compose.conf"])
def test_nginx_reads_the_snippets(name: str, tmp_path: Path) -> None:
    certificate, key = tmp_path / "labels.crt", tmp_path / "labels.key"
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=labels.example.com"
    subprocess.run([*words.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    text = (DEPLOY / name).read_text(encoding="utf-8")
    text = re.sub(r"(/etc/nginx/tls|/run/secrets)/labels", str(tmp_path / "labels"), text)
    text = text.replace("/var/log/nginx/labels.log", str(tmp_path / "log")).replace("serve-", "127.0.0.")
    (tmp_path / "snippet.conf").write_text(text, encoding="utf-8")
    whole = f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{ include {tmp_path}/snippet.conf; }}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    done = subprocess.run(
        ["nginx", "-t", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_reads_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/assistant/bin/assistant", "/bin/true")
        (tmp_path / unit.name.replace("@", "@8761")).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "assistant-" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_the_compose_file_uses_what_there_is() -> None:
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    servers = [one for name, one in told["services"].items() if name.startswith("serve-")]
    assert len(servers) == 2
    for server in servers:
        command = typer.main.get_command(app).commands["serve"]  # type: ignore[attr-defined]  # it is a group
        options = {flag for one in command.params for flag in one.opts}
        assert {word.partition("=")[0] for word in server["command"][1:]} <= options
        names = {name.removesuffix("_FILE") for name in server["environment"] if not name.startswith("ASSISTANT__")}
        assert names <= listed()
    assert (DEPLOY / "nginx-compose.conf").exists()
    assert "USER assistant" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_the_rules_are_rules_about_figures() -> None:
    told = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))
    rules = [rule for group in told["groups"] for rule in group["rules"]]
    assert len(rules) >= 11
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "annotations"}, rule
        assert rule["expr"].count("(") == rule["expr"].count(")")
        assert rule["annotations"]["summary"]


def test_the_rules_ask_for_figures_there_are(workspace: Workspace) -> None:  # noqa: F811 - the fixture
    told = browser(create_app(workspace, ServeOptions())).get("/metrics").text
    asked = set(re.findall(r"\bassistant_[a-z_]+", (DEPLOY / "alerts.yaml").read_text(encoding="utf-8")))
    asked.discard("assistant_backup_timestamp_seconds")  # of the nightly unit
    assert sorted(name for name in asked if f"# TYPE {name.removesuffix('_bucket')} " not in told) == []


@pytest.mark.parametrize("name", ["versions.txt", "server.txt"])
def test_the_versions_for_pip_are_those_that_are_pinned(name: str) -> None:
    def pins(path: Path) -> set[str]:
        lines = path.read_text(encoding="utf-8").splitlines()
        return {line.rstrip(" \\") for line in lines if line[:1].isalnum()}

    folder = ROOT / "requirements"
    pinned, found = pins(folder / "constraints.txt"), pins(folder / name)
    assert found == pinned if name == "versions.txt" else found < pinned
    text = (folder / name).read_text(encoding="utf-8")
    assert ("--hash=sha256:" in text) == (name == "server.txt")
    assert any(line.startswith("psycopg-binary==") for line in found)
    assert name == "versions.txt" or not any(line.startswith(("xllamacpp", "pytest")) for line in found)
