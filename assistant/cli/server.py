"""`assistant dev-server`: an OpenAI-compatible server on this machine, to try and to test with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption
from assistant.cli.output import Output
from assistant.errors import InputError


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("dev-server")(dev_server)


def dev_server(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8089,
    latency_ms: Annotated[float, typer.Option(min=0, help="Time every answer takes.")] = 0.0,
    faults: Annotated[float, typer.Option(min=0, max=1, help="Share of first attempts that go wrong.")] = 0.0,
    requests_per_second: Annotated[float | None, typer.Option(min=0.1, help="Answer 429 above this.")] = None,
    key: Annotated[str | None, typer.Option(help="Demand this API key.")] = None,
    log: Annotated[Path | None, typer.Option(help="Write a line per request to this file.")] = None,
    replies: Annotated[
        Path | None, typer.Option(help='Replies word for word, JSONL: {"contains": TEXT, "reply": TEXT or OBJECT}.')
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer chat completions like a real server would, deterministically, on 127.0.0.1 only. Labels mean nothing.

    Example: assistant dev-server --latency-ms 300 --faults 0.2
    """
    from assistant.models.dev.faults import Faults
    from assistant.models.dev.options import DevServerOptions
    from assistant.models.dev.script import read_script
    from assistant.models.dev.server import serve

    output = Output(as_json=as_json)
    options = DevServerOptions(
        port=port,
        latency_ms=latency_ms,
        faults=Faults.spread(faults),
        rate_limit=requests_per_second,
        key=key,
        log_path=log,
        script=() if replies is None else read_script(replies),
    )

    def announce(base_url: str) -> None:
        output.result({"base_url": base_url}, f"listening on {base_url}; Ctrl-C ends it")
        output.next_step(f"OPENAI_BASE_URL={base_url} assistant prelabel --model openai:dev", "in another terminal")

    try:
        serve(options, announce)
    except OSError as error:
        raise InputError(f"port {port} can't be used: {error.strerror}", hint="choose another with --port") from None
