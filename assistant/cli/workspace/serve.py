"""`assistant serve`: the pages and the REST API."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output

if TYPE_CHECKING:
    from assistant.web.serve import Started

METRICS_VARIABLE = "ASSISTANT_METRICS_TOKEN"


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("serve")(serve)


def serve(
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="0 takes a free one.")] = 8760,
    host: Annotated[str, typer.Option(help="The address to listen on; any other than loopback needs --team.")] = (
        "127.0.0.1"
    ),
    team: Annotated[bool, typer.Option("--team", help="People sign in with a password; no link is printed.")] = False,
    user: Annotated[
        str | None, typer.Option(show_default="you", help="User the login link signs in; their role counts.")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the login link in a browser.")] = False,
    public_url: Annotated[
        str,
        typer.Option(help="The public address, behind a proxy; a path is fine: https://example.com/labels"),
    ] = "",
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(help="Address or network whose X-Forwarded-For and -Proto count. May be repeated."),
    ] = None,
    log: Annotated[
        str, typer.Option(metavar="[file|stderr]", help="Where requests are logged; the file is .assistant/serve.log.")
    ] = "file",
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Open the review pages and the REST API, on 127.0.0.1 with a login link, or for a team with passwords.

    Example: assistant serve --open
    Example: assistant serve --team --host 0.0.0.0 --public-url https://labels.example.com --trusted-proxy 10.0.0.2
    """
    from assistant.application.people.credentials import clean_name
    from assistant.errors import InvalidValueError
    from assistant.web.server.options import ServeOptions
    from assistant.wiring.actor import actor_as_user

    output = Output(as_json=as_json)
    if log not in {"file", "stderr"}:
        raise InvalidValueError("log_unknown", field="log", log=log)
    options = ServeOptions(
        host=host,
        port=port,
        team=team,
        public_url=public_url,
        trusted_proxies=tuple(trusted_proxy or ()),
        metrics_token=os.environ.get(METRICS_VARIABLE, ""),
    )

    def announce(started: Started) -> None:
        gc.freeze()
        gc.enable()
        _tell(output, started, options.link_seconds)
        if not options.local and not options.public_url:
            output.note("passwords travel unencrypted: put a proxy with https before it and give --public-url")
        if options.unheard_proxy:
            output.note(
                "no proxy is trusted: all requests seem to come from the proxy's address, so limits of logins and "
                "connections count them together; give --trusted-proxy ADDRESS"
            )
        if open_browser:
            import webbrowser

            webbrowser.open(started.login_url or started.base_url)

    gc.disable()  # a tenth of the start would go into looking for garbage among what is being loaded
    try:
        from assistant.web.serve import serve as run

        with open_workspace(workspace, serves=True) as opened:
            run(
                opened,
                options,
                announce,
                person=clean_name(user) if user else actor_as_user(),
                log_to_stderr=log == "stderr",
            )
    finally:
        gc.enable()
    output.note("stopped; every answer is kept")


def _tell(output: Output, started: Started, seconds: float) -> None:
    data = {"base_url": started.base_url, "login_url": started.login_url, "user": started.user}
    public = "" if started.base_url == started.address else f", for {started.base_url}"
    shown = [f"listening on {started.address}{public}; Ctrl-C stops it"]
    if started.login_url:
        shown.append(f"login link for {started.user} (single use, {seconds / 60:.0f} min):\n  {started.login_url}")
    output.result(data, *shown)
    sys.stdout.flush()
