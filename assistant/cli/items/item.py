"""`assistant item`: the life of one item."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output, table

if TYPE_CHECKING:
    from assistant.application.items.item_life import ItemLife

_TEXT = 2000  # characters shown; --json has all


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("item")(item)


def item(
    item_id: Annotated[str, typer.Argument(metavar="ID", help="The item's own id.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Everything about one item: content, the model's answers, human labels, routes, samples, final labels, releases.

    That it was opened is noted in the audit log.

    Example: assistant item 1042
    """
    from assistant.application.items.item_life import ItemViewer, open_item_life

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        life = open_item_life(opened, item_id, ItemViewer(opened.database.operator))
    output.result(life_as_json(life), *_shown(life))


def life_as_json(life: ItemLife) -> dict[str, Any]:
    """An item's life for programs."""
    item, records = life.stored.item, life.records
    return {
        "item_id": item.id,
        "row": life.stored.key,
        "language": item.language,
        "source": item.source,
        "kind": item.content.kind.value,
        "text": item.content.text,
        "query": item.content.query,
        "media": list(item.content.media),
        "meta": dict(item.meta or {}),
        "received_at": records.item.created_at,
        "erased_at": records.item.erased_at,
        "erasure": None if records.erasure is None else records.erasure._asdict(),
        "same_content": list(records.item.same_content),
        "near_duplicates": list(records.item.near_duplicates),
        "batches": [one._asdict() for one in records.batches],
        "prelabels": [one._asdict() for one in records.prelabels],
        "scores": [one._asdict() for one in records.scores],
        "routes": [one._asdict() | {"why": life.reason(one.reason)} for one in records.routes],
        "human_labels": [one._asdict() for one in records.labels],
        "tasks": [one._asdict() for one in records.tasks],
        "assignments": [one._asdict() for one in records.assignments],
        "passes": [one._asdict() for one in records.passes],
        "samples": [one._asdict() for one in records.samples],
        "disagreements": [one._asdict() for one in records.disagreements],
        "adjudications": [one._asdict() for one in life.adjudications],
        "settlements": [one._asdict() for one in records.settlements],
        "certificates": [asdict(one) for one in life.certificates],
        "gold": [one._asdict() for one in records.gold],
        "precedents": [one._asdict() for one in records.precedents],
        "releases": [one._asdict() for one in records.releases],
        "views": [{"at": one.at, "actor": one.actor} for one in life.views],
        "changes": [asdict(one) for one in records.changes],
    }


def _shown(life: ItemLife) -> list[Any]:
    item, records = life.stored.item, life.records
    facts = [item.language, item.content.kind.value, *([item.source] if item.source else [])]
    shown: list[Any] = [f"item {item.id}: {', '.join(facts)}, received {_time(records.item.created_at)}"]
    shown += _content(life)
    shown += [
        f"batch {one.name}: received {_time(one.received_at or 'unknown')}, due {_time(one.due_at or 'any time')}"
        for one in records.batches
    ]
    if others := records.item.same_content:
        shown.append(f"same content: {', '.join(others)}")
    if near := records.item.near_duplicates:
        shown.append(f"near-duplicates: {', '.join(near)}")
    return [*shown, *_of_machine(life), *_of_people(life), *_of_outcome(life)]


def _content(life: ItemLife) -> list[str]:
    erasure, content = life.records.erasure, life.stored.item.content
    if erasure is not None:
        when = _time(life.records.item.erased_at or erasure.created_at)
        return ["", f"content erased {when} by {erasure.actor}: {erasure.reason}"]
    query = [f"query: {content.query}"] if content.query else []
    more = [f"({len(content.text):,} characters; --json has all)"] if len(content.text) > _TEXT else []
    return ["", *query, content.text[:_TEXT], *more, *(f"media: {name}" for name in content.media)]


def _of_machine(life: ItemLife) -> list[Any]:
    records = life.records
    answers = [
        (
            f"{one.run}.{one.revision}",
            _time(one.created_at),
            _labels(one.labels) if one.status == "labelled" else f"{one.status}: {one.reason or ''}",
            ", ".join(one.clauses),
            one.model,
            one.prompt or "imported",
            one.policy or "-",
            "-" if one.cost_usd is None else f"{one.cost_usd:.4f}",
            one.rationale or one.detail or "",
        )
        for one in records.prelabels
    ]
    scores = [
        (one.run, one.fit, _labels(one.labels), f"{one.confidence:.4f}", one.origin, _time(one.created_at))
        for one in records.scores
    ]
    routes = [
        (
            f"{one.run}.{one.revision}",
            _time(one.created_at),
            one.route,
            one.reason,
            life.reason(one.reason),
            f"{one.inclusion_probability:.4g}",
        )
        for one in records.routes
    ]
    columns = ("run", "at", "answer", "clauses", "model", "prompt", "policy", "US$", "rationale")
    return [
        *_table("model answers", columns, answers),
        *_table("calibrated", ("run", "fit", "answer", "confidence", "origin", "at"), scores),
        *_table("routes", ("run", "at", "route", "reason", "the rule", "P(human review)"), routes),
    ]


def _of_people(life: ItemLife) -> list[Any]:
    labels = [
        (
            one.rater,
            _time(one.created_at),
            _labels(one.labels),
            "unknown" if one.seconds is None else f"{one.seconds:.0f} s",
            "unknown" if one.active_ms is None else f"{one.active_ms / 1000:.0f} s",
            _sight(one),
            one.policy or "unknown",
            _state(one),
            one.note,
        )
        for one in life.records.labels
    ]
    work = [(one.task, _time(one.at), one.event, one.user or "-", one.reason or "") for one in life.records.assignments]
    passes = [(one.user, _time(one.created_at), one.kind, one.reason, one.note) for one in life.records.passes]
    decided = [
        (one.actor, _time(one.created_at), _labels(one.labels), one.cause.value, one.note) for one in life.adjudications
    ]
    disputed = [
        (one.kind, one.rater, _labels(one.labels), one.other_rater or "model", _labels(one.other_labels))
        for one in life.records.disagreements
    ]
    return [
        *_table("human labels", ("who", "at", "answer", "time", "active", "saw", "policy", "state", "note"), labels),
        *_table("tasks", ("task", "at", "event", "who", "reason"), work),
        *_table("passed on", ("who", "at", "how", "reason", "note"), passes),
        *_table("disagreements", ("between", "who", "answer", "other", "other answer"), disputed),
        *_table("adjudications", ("who", "at", "answer", "cause", "note"), decided),
    ]


def _of_outcome(life: ItemLife) -> list[Any]:
    records = life.records
    samples = [
        (one.id, one.run, one.purpose, f"{one.size:,} of {one.population:,}", f"{one.inclusion_probability:.4g}")
        for one in records.samples
    ]
    finals = [
        (
            one.revision,
            _time(one.created_at),
            _labels(one.labels),
            one.origin,
            one.run,
            "-" if one.certificate_id is None else one.certificate_id,
            one.raters,
        )
        for one in records.settlements
    ]
    certificates = [(one.id, one.run, one.standing, one.sentence) for one in life.certificates]
    guides = [(f"gold {one.id}", _labels(one.labels), "active" if one.active else "retired") for one in records.gold]
    guides += [("precedent", _labels(one.labels), one.event) for one in records.precedents]
    releases = [(one.id, one.file, one.run, _time(one.created_at), one.actor) for one in records.releases]
    views = [(_time(one.at), one.actor) for one in life.views]
    changes = [(_time(one.at), one.actor, one.action, one.subject) for one in records.changes]
    columns = ("revision", "at", "answer", "origin", "run", "certificate", "raters")
    return [
        *_table("samples", ("sample", "run", "purpose", "size", "P(drawn)"), samples),
        *_table("final labels", columns, finals),
        *_table("certificates", ("certificate", "run", "standing", "sentence"), certificates),
        *_table("gold and precedents", ("what", "answer", "state"), guides),
        *_table("releases", ("release", "file", "run", "at", "by"), releases),
        *_table("viewed by", ("at", "who"), views),
        *_table("audit log", ("at", "who", "did", "to"), changes),
    ]


def _table(title: str, columns: tuple[str, ...], rows: list[Any]) -> list[Any]:
    return ["", table(columns, rows, title=title)] if rows else []


def _sight(one: Any) -> str:
    if one.shown_suggestion is None:
        return "unknown"
    if not one.shown_suggestion:
        return "blind"
    return "suggestion" if one.suggestion is None else f"suggestion {_labels(one.suggestion)}"


def _state(one: Any) -> str:
    if one.withdrawn_at is not None:
        return f"withdrawn {_time(one.withdrawn_at)}"
    return "superseded" if one.superseded else "counts"


def _labels(labels: tuple[str, ...]) -> str:
    return "|".join(labels) or "no label"


def _time(moment: str) -> str:
    return moment[:19]
