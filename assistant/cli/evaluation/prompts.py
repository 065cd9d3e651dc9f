"""`assistant prompts`: list, show, compare, check and render prompts; `propose` is in its own file."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.error_words import error_words
from assistant.cli.evaluation import propose
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import EXIT_ERROR, Output, table

app = typer.Typer(help="List, show, compare, check and render prompts; propose better ones.", no_args_is_help=True)


@app.command("list")
def list_prompts(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """All prompts, with the runs that used them.

    Example: assistant prompts list
    """
    from assistant.application.workspace.prompt_versions import used_prompts

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        found = used_prompts(opened)
    data = [
        {
            "prompt": one.prompt.ref,
            "hash": one.prompt.digest,
            "kinds": list(one.prompt.kinds),
            "items": list(one.prompt.items),
            "output": list(one.prompt.output),
            "description": one.prompt.description,
            "runs": list(one.runs),
        }
        for one in found
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
    from assistant.application.workspace.prompt_versions import prompt_version

    with open_workspace(workspace) as opened:
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

    from assistant.application.workspace.prompt_versions import prompt_version

    with open_workspace(workspace) as opened:
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
    from assistant.application.workspace.prompt_versions import check_prompts

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        found = check_prompts(opened)
    worded = [(str(path), error_words(error)) for path, error in found.mistakes]
    for path, words in worded:
        output.note(f"{path}: {words}")
    data = [{"file": path, "message": one.what, "where": one.where, "hint": one.hint} for path, one in worded]
    output.result(data, f"{found.checked} prompts, {len(data)} with mistakes")
    if data:
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

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        rendered = render_item(opened, item, prompt)
    data = {
        "messages": [{"role": message.role, "content": message.content} for message in rendered.messages],
        "schema": rendered.schema,
        "truncated": rendered.truncated,
        "estimated_tokens": rendered.estimated_tokens,
    }
    output.result(data, *(f"[{message.role}]\n{message.content}\n" for message in rendered.messages))
    output.note(f"about {rendered.estimated_tokens:,} tokens" + (", content cut" if rendered.truncated else ""))


propose.register(app)
