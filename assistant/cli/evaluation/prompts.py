"""`assistant prompts`: list, show, compare, check and render prompts; `propose` is in its own file."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from assistant.cli.evaluation import propose
from assistant.cli.options import HERE, JsonOption, WorkspaceOption
from assistant.cli.output import EXIT_ERROR, Output, table
from assistant.errors import InputError, PromptError

app = typer.Typer(help="List, show, compare, check and render prompts; propose better ones.", no_args_is_help=True)


@app.command("list")
def list_prompts(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """All prompts, with the runs that used them.

    Example: assistant prompts list
    """
    from assistant.wiring.workspace import Workspace

    output = Output(as_json=as_json)
    with Workspace.open(workspace) as opened:
        used: dict[str | None, list[str]] = {}
        for run in opened.runs.all():
            used.setdefault(run.prompt_digest, []).append(run.name)
        prompts = [opened.prompts.get(f"{name}@{version}") for name, version in opened.prompts.paths()]
    data = [
        {
            "prompt": prompt.ref,
            "hash": prompt.digest,
            "kinds": list(prompt.kinds),
            "items": list(prompt.items),
            "output": list(prompt.output),
            "description": prompt.description,
            "runs": used.get(prompt.digest, []),
        }
        for prompt in prompts
    ]
    rows = [
        (one["prompt"], one["hash"][:8], ", ".join(one["output"]), ", ".join(one["runs"]) or "-", one["description"])
        for one in data
    ]
    output.result(data, table(("prompt", "hash", "output", "runs", "description"), rows))


@app.command("show")
def show(
    prompt: Annotated[str, typer.Argument(help="name or name@version.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Print a prompt's text.

    Example: assistant prompts show moderation@2
    """
    from assistant.application.workspace.versions import prompt_version
    from assistant.wiring.workspace import Workspace

    with Workspace.open(workspace) as opened:
        found = prompt_version(opened, prompt)
    Output(as_json=as_json).result({"prompt": found.ref, "hash": found.digest, "text": found.source}, found.source)


@app.command("diff")
def diff(
    old: Annotated[str, typer.Argument(help="name@version or a file.")],
    new: Annotated[str, typer.Argument(help="name@version or a file.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Compare two prompts line by line.

    Example: assistant prompts diff moderation@1 moderation@2
    """
    from difflib import unified_diff

    from assistant.application.workspace.versions import prompt_version
    from assistant.wiring.workspace import Workspace

    with Workspace.open(workspace) as opened:
        first, second = prompt_version(opened, old), prompt_version(opened, new)
    lines = list(
        unified_diff(first.source.splitlines(), second.source.splitlines(), first.ref, second.ref, lineterm="", n=2)
    )
    Output(as_json=as_json).result({"same": not lines, "diff": lines}, "\n".join(lines) or "the prompts are identical")


@app.command("lint")
def lint(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Check every prompt, and that no version that was used has been edited since.

    Example: assistant prompts lint
    """
    from assistant.prompting.render import compile_sections
    from assistant.prompting.template import read_prompt
    from assistant.wiring.workspace import Workspace

    output = Output(as_json=as_json)
    mistakes: list[dict[str, Any]] = []
    with Workspace.open(workspace) as opened:
        paths = opened.prompts.paths()
        for path in paths.values():
            try:
                prompt = read_prompt(path)
                compile_sections(prompt)
                opened.registry.refuse_edited_prompt(prompt.name, prompt.version, prompt.digest)
            except PromptError as error:
                mistakes.append({"file": str(path), "message": error.what, "where": error.where, "hint": error.hint})
                output.note(f"{path}: {error}")
    output.result(mistakes, f"{len(paths)} prompts, {len(mistakes)} with mistakes")
    if mistakes:
        raise typer.Exit(EXIT_ERROR)


@app.command("render")
def render(
    item: Annotated[str, typer.Argument(help="An item's id.")],
    prompt: Annotated[str | None, typer.Option(help="name or name@version; the setting's if not given.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Print the exact request a model would get for an item.

    Example: assistant prompts render post-017 --prompt moderation@3
    """
    from assistant.application.workspace.search import render_item
    from assistant.wiring.workspace import Workspace

    output = Output(as_json=as_json)
    with Workspace.open(workspace) as opened:
        stored = opened.items.get(item)
        if stored is None:
            raise InputError(f"no item {item}", hint="assistant export items.csv  lists the ids")
        rendered = render_item(opened, stored, prompt)
    data = {
        "messages": [{"role": message.role, "content": message.content} for message in rendered.messages],
        "schema": rendered.schema,
        "truncated": rendered.truncated,
        "estimated_tokens": rendered.estimated_tokens,
    }
    output.result(data, *(f"[{message.role}]\n{message.content}\n" for message in rendered.messages))
    output.note(f"about {rendered.estimated_tokens:,} tokens" + (", content cut" if rendered.truncated else ""))


propose.register(app)
