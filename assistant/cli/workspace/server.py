"""`assistant dev-server`: a model server on this machine, to try and to test with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import JsonOption
from assistant.cli.output import Output
from assistant.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from assistant.models.dev.wire_faults import WireFault


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("dev-server")(dev_server)


def dev_server(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8089,
    latency_ms: Annotated[float, typer.Option(min=0, help="Latency of every answer.")] = 0.0,
    faults: Annotated[float, typer.Option(min=0, max=1, help="Share of first attempts that go wrong.")] = 0.0,
    fault: Annotated[str | None, typer.Option(help="One kind of fault by name; see --list-faults.")] = None,
    fault_when: Annotated[
        str,
        typer.Option(
            help="always, first (attempt of each question), 30s (from the first request), after:50 (answers)."
        ),
    ] = "always",
    retry_after: Annotated[float, typer.Option(min=0, help="Seconds a 429 asks to wait.")] = 1.0,
    slow_ms: Annotated[float, typer.Option(min=0, help="What the fault `slow` adds.")] = 1000.0,
    lacks: Annotated[
        list[str] | None,
        typer.Option(help="What the model does not support: temperature, system, tools ...; repeatable."),
    ] = None,
    model: Annotated[list[str] | None, typer.Option(help="A name it answers to (dev); repeatable.")] = None,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Show the values of --fault and --lacks.")] = False,
    requests_per_second: Annotated[float | None, typer.Option(min=0.1, help="Answer 429 above this.")] = None,
    key: Annotated[str | None, typer.Option(help="Require this API key.")] = None,
    log: Annotated[Path | None, typer.Option(help="Write a line per request to this file.")] = None,
    replies: Annotated[
        Path | None, typer.Option(help='Replies word for word, JSONL: {"contains": TEXT, "reply": TEXT or OBJECT}.')
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run a test server with the APIs of OpenAI, Anthropic, Gemini, Ollama, Bedrock and others, on 127.0.0.1 only.

    Labels mean nothing. Addresses and variables of each provider: docs/models.md.

    Example: assistant dev-server --latency-ms 300 --faults 0.2

    Example: assistant dev-server --fault rate_limited --fault-when 5s --lacks temperature
    """
    from assistant.models.dev.faults import Faults
    from assistant.models.dev.options import DevServerOptions
    from assistant.models.dev.script import read_script
    from assistant.models.dev.server import serve
    from assistant.models.dev.wire_faults import LACKS, WIRE_FAULTS

    output = Output(as_json=as_json)
    if list_faults:
        known = [*_listed("--fault", WIRE_FAULTS), *_listed("--lacks", LACKS)]
        output.result({"faults": WIRE_FAULTS, "lacks": LACKS}, "\n".join(known))
        return
    unknown = sorted(set(lacks or ()) - set(LACKS))
    if unknown:
        raise InvalidValueError("not_a_lack", field="lacks", name=unknown[0], known=list(LACKS))
    options = DevServerOptions(
        port=port,
        latency_ms=latency_ms,
        models=tuple(model or ("dev",)),
        wire_fault=None
        if fault is None
        else _wire_fault(fault, fault_when, retry_after_s=retry_after, slow_ms=slow_ms),
        lacks=tuple(lacks or ()),
        faults=Faults.spread(faults),
        rate_limit=requests_per_second,
        key=key,
        log_path=log,
        script=() if replies is None else read_script(replies),
    )

    def announce(base_url: str) -> None:
        output.result({"base_url": base_url}, f"listening on {base_url}; Ctrl-C stops it")
        output.next_step(f"OPENAI_BASE_URL={base_url} assistant prelabel --model openai:dev", "in another terminal")

    try:
        serve(options, announce)
    except OSError as error:
        raise InputError("port_unusable", field="port", port=str(port), reason_given=error.strerror) from None


def _listed(option: str, names: Mapping[str, str]) -> list[str]:
    """A line per name."""
    return [f"{option} {name:15} {meaning}" for name, meaning in names.items()]


def _wire_fault(kind: str, when: str, *, retry_after_s: float, slow_ms: float) -> WireFault:
    """A fault as the options name it."""
    from assistant.models.dev.wire_faults import WIRE_FAULTS, WireFault

    if kind not in WIRE_FAULTS:
        raise InvalidValueError("fault_unknown", field="fault", fault=kind, known=list(WIRE_FAULTS))
    found = re.fullmatch(r"(always)|(first)|(\d+(?:\.\d+)?)s|after:(\d+)", when)
    if found is None:
        raise InvalidValueError("fault_when_unknown", field="fault_when", when=when)
    return WireFault(
        kind,
        first_only=found[2] is not None,
        seconds=None if found[3] is None else float(found[3]),
        after=int(found[4] or 0),
        retry_after_s=retry_after_s,
        slow_ms=slow_ms,
    )
