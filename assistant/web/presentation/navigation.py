"""The pages in the order of the menu; whoever may not open one doesn't see it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fastapi import Request

from assistant.domain.permissions import Permission, may
from assistant.messages.language import marked
from assistant.web.context import Visit, visit


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu.

    Args:
        path: where it leads; a line whose page isn't there is left out.
        title: its name, in English; templates show `_(entry.title)`.
        about: one sentence for the start page.
        permission: what its page asks for.
    """

    path: str
    title: str
    about: str
    permission: Permission


ENTRIES = (
    MenuEntry("/review", marked("Review"), marked("Label the items in your queue."), Permission.REVIEW),
    MenuEntry(
        "/disagreements",
        marked("Disagreements"),
        marked("Items on which model and humans, or human labels, differ: adjudicate them here."),
        Permission.SEE_DISAGREEMENTS,
    ),
    MenuEntry("/queue", marked("Queue"), marked("Unassigned, in progress and overdue tasks."), Permission.SEE_QUEUE),
    MenuEntry("/batches", marked("Batches"), marked("Items by delivery: state and due time."), Permission.SEE_RUNS),
    MenuEntry("/runs", marked("Runs"), marked("Prelabeling jobs: progress, cost, failures."), Permission.SEE_RUNS),
    MenuEntry("/quality", marked("Quality"), marked("Agreement figures, with intervals."), Permission.SEE_QUALITY),
    MenuEntry(
        "/prompts",
        marked("Prompts"),
        marked("Versions, differences, and the runs that used them."),
        Permission.SEE_PROMPTS,
    ),
    MenuEntry(
        "/policy", marked("Policy"), marked("The rules and definitions for every label."), Permission.READ_POLICY
    ),
    MenuEntry("/people", marked("People"), marked("Who labels what; quality and throughput."), Permission.SEE_FIGURES),
    MenuEntry(
        "/gold", marked("Gold"), marked("Gold (honeypot) items: coverage and pass rates."), Permission.MANAGE_GOLD
    ),
    MenuEntry("/audit", marked("Audit log"), marked("Every change, with actor and time."), Permission.SEE_AUDIT),
)


def menu(here: Visit, paths: Collection[str]) -> list[MenuEntry]:
    """The lines somebody sees.

    Args:
        here: who looks, and in which project; none are seen before login and outside of projects.
        paths: the addresses this app has.
    """
    if here.project is None:
        return []
    return [entry for entry in ENTRIES if entry.path in paths and allowed(here, entry.permission)]


def sees_names(request: Request) -> bool:
    """Whether whoever asks may know who is behind figures."""
    return allowed(visit(request), Permission.SEE_PEOPLE)


def allowed(here: Visit, permission: Permission) -> bool:
    """Whether somebody may do it where they are."""
    if here.principal is None or (here.project is None and not here.access.of_all and permission is not Permission.OWN):
        return False
    return may(here.principal, permission) and here.access.reach(permission)
