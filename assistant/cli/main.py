"""The `assistant` command. Each group of commands has a file; this one joins them and turns errors into words."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import MutableMapping
from contextlib import nullcontext
from functools import cache
from typing import Annotated

import typer

from assistant import __version__
from assistant.cli.certification import certify as trust
from assistant.cli.certification import disagreements, labels, route, settle, signals, simulate
from assistant.cli.error_words import Command
from assistant.cli.evaluation import compare as evaluation
from assistant.cli.evaluation import prompts
from assistant.cli.items import erase, item, releases
from assistant.cli.labeling import batch, content, export, policy, prelabel, runs
from assistant.cli.options import give_project_option
from assistant.cli.output import EXIT_ERROR, EXIT_INTERRUPTED, Output
from assistant.cli.people import memberships, tokens, users, users_import
from assistant.cli.progress import Heartbeat
from assistant.cli.workspace import audit, backup, db, enqueue, openapi, projects, queue, queue_history, serve, server
from assistant.cli.workspace import init as workspace
from assistant.errors import AssistantError, SettingsError
from assistant.file_modes import private_files
from assistant.models.langchain.tracing import forbid_tracing
from assistant.steps import listening

_DAY = """\
A normal day:

  assistant ingest posts.csv        import content
  assistant prelabel                label it with a model; --dry-run estimates the cost
  assistant sample                  which items people label next, until the rest is certified
  assistant certify                 how many can be auto-accepted, and at what guaranteed error rate
  assistant export labels.jsonl     export the labels

First time: assistant init DIR.  All commands: assistant --help
"""

_SERVERS = frozenset({"serve", "dev-server"})  # they are silent for days

_OF_ALL_PROJECTS = frozenset({"audit", "backup", "db", "project", "serve", "tokens"}) | {
    f"users {name}" for name in ("list", "roles", "password", "disable", "enable", "sessions", "link")
}
"""Commands and groups that concern the workspace; `project` names its project by itself."""

# ASSISTANT__SECTION__KEY are settings, one of which ends in FILE; AWS has a _TOKEN_FILE of its own.
_SECRET_FILE = re.compile(r"(ASSISTANT_(?!_)[A-Z_]+|[A-Z0-9_]+_API_KEY)_FILE")
_LONGEST_SECRET = 10_000

app = typer.Typer(
    name="assistant",
    help="Label content against a policy: automate what is proven safe, send the rest to people.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (
    workspace,
    content,
    prelabel,
    export,
    simulate,
    signals,
    trust,
    route,
    enqueue,
    settle,
    serve,
    backup,
    item,
    erase,
):
    group.register(app)
app.add_typer(projects.app, name="project")
app.add_typer(policy.app, name="policy")
app.add_typer(prompts.app, name="prompts")
app.add_typer(runs.app, name="runs")
app.add_typer(batch.app, name="batch")
app.add_typer(evaluation.app, name="eval")
app.add_typer(labels.labels_app, name="labels")
app.add_typer(labels.prelabels_app, name="prelabels")
app.add_typer(labels.precedents_app, name="precedents")
users_import.register(users.app)
memberships.register(users.app)
queue_history.register(queue.app)
app.add_typer(queue.app, name="queue")
app.add_typer(disagreements.app, name="disagreements")
app.add_typer(users.app, name="users")
app.add_typer(tokens.app, name="tokens")
app.add_typer(releases.app, name="releases")
app.add_typer(audit.app, name="audit")
app.add_typer(db.app, name="db")
openapi.register(app)
server.register(app)
give_project_option(app, but=_OF_ALL_PROJECTS)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show version and exit.")] = False,
) -> None:
    """Label content against a policy: automate what is proven safe, send the rest to people."""
    if version:
        sys.stdout.write(f"labeling-assistant {__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        sys.stdout.write(_DAY)


def run() -> None:
    """Entry point: every error in words, no stack trace, stable exit status."""
    forbid_tracing()
    output, command = Output(as_json="--json" in sys.argv), next(iter(sys.argv[1:]), "")
    try:
        _read_secret_files(os.environ)
        with (
            private_files(),
            listening(output.note),
            Heartbeat(output, command) if command not in _SERVERS else nullcontext(),
        ):
            _command()(prog_name="assistant")
    except AssistantError as error:
        output.command = _command()
        output.failed(error)
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        output.note("stopped")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # `assistant ... | head`: not an error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001 - the last door before the user: whatever it is, it is told in words
        details = f"details: {_keep_trace(error)}"
        output.failed(AssistantError("something went wrong", hint=details))
        sys.exit(EXIT_ERROR)


def _read_secret_files(environ: MutableMapping[str, str]) -> None:
    """Secrets that docker, Kubernetes or systemd give as files: `NAME_FILE` is the path of the file that holds `NAME`.

    Raises:
        SettingsError: a file can't be read or isn't one line, or the variable has another value already.
    """
    for pointer in [name for name in environ if _SECRET_FILE.fullmatch(name) and environ[name]]:
        name, path = pointer.removesuffix("_FILE"), environ[pointer]
        try:
            with open(path, encoding="utf-8") as file:
                value = file.read(_LONGEST_SECRET + 1).strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
            raise SettingsError("secret_unreadable", where=f"{pointer}={path}", reason_given=reason.lower()) from None
        if not value or len(value) > _LONGEST_SECRET or not value.isprintable():
            raise SettingsError("secret_not_one_line", where=f"{pointer}={path}")
        if environ.get(name, value) != value:
            raise SettingsError("secret_set_twice", where=f"{pointer}={path}", name=name)
        environ[name] = value


@cache
def _command() -> Command:
    """The commands, put together once a process: it takes a tenth of a second."""
    return typer.main.get_command(app)


def _keep_trace(error: Exception) -> str:
    """The trace goes to a file only its owner can read: it names paths, though no content."""
    import tempfile

    from assistant.failures import trace_of

    descriptor, path = tempfile.mkstemp(prefix="assistant-error-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(trace_of(error))
    return path
