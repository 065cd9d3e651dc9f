"""Labels that a command leaves out since they were given under another policy version: how many, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.cli.output import Output
from assistant.domain.label_versions import LeftOutKind, LeftOutLabels, WhyLeftOut

if TYPE_CHECKING:
    from assistant.wiring.workspace import Workspace

_NOUNS = {
    LeftOutKind.LABELS: "labels",
    LeftOutKind.ADJUDICATIONS: "adjudications",
    LeftOutKind.GOLD: "gold items",
    LeftOutKind.PRECEDENTS: "precedents",
}
_WHY = {
    WhyLeftOut.OTHER_POLICY: "they were given for another policy",
    WhyLeftOut.NOT_CARRIED: "no change in effect carries that version over",
    WhyLeftOut.STALE: "change c{change} makes them stale",
    WhyLeftOut.LATER: "they came after the change was assessed; assistant policy change carry  assesses them",
}


def note_left_out(output: Output, workspace: Workspace) -> list[dict[str, object]]:
    """Say what does not count under the version in use; returns the same for JSON."""
    from assistant.application.workspace.stale_labels import find_left_out

    found, policy = find_left_out(workspace), workspace.policy
    for line in left_out_lines(found, f"{policy.id}@{policy.version}"):
        output.note(line)
    return [
        {**one._asdict(), "kind": one.kind.value, "why": one.why.value, "version": one.version, "policy": one.policy_id}
        for one in found
    ]


def left_out_lines(found: Sequence[LeftOutLabels], current: str) -> list[str]:
    """A sentence for each kind, version and reason."""
    return [
        f"{one.labels:,} {_NOUNS[one.kind]} on {one.items:,} items given under {_under(one)} do not count under"
        f" {current}: {_WHY[one.why].format(change=one.change_id)}"
        for one in found
    ]


def _under(one: LeftOutLabels) -> str:
    return "a version that was not kept" if one.version is None else f"{one.policy_id}@{one.version}"
