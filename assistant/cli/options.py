"""Options that every command takes, spelled once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace", "-w", envvar="ASSISTANT_WORKSPACE", show_default="this folder", help="The workspace's folder."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON on stdout; all else goes to stderr.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before spending.")]
RunOption = Annotated[
    str | None, typer.Option("--run", "-r", show_default="the newest with an answer", help="The run, e.g. r3.")
]

HERE = Path()
