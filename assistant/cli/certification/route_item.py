"""What `assistant route --explain` says about one item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.cli.certification.trusted import trusted_facts, trusted_notes
from assistant.cli.output import Output, table

if TYPE_CHECKING:
    from assistant.application.routing.explain_route import HumanSide, ItemRoute
    from assistant.domain.labels import LabelAnswer
    from assistant.routing.instructions.finding import Instruction
    from assistant.routing.route import Decision

_DOES = {
    "override": "overrides the instructions",
    "demand": "requests a label, a score or a reply",
    "address": "addresses the labeler",
    "role": "imitates the system, the assistant or chat markup",
    "fence": "imitates the end of the content or a new one",
    "reply": "imitates a model reply",
    "authority": "claims a policy, precedent or review about its own label",
    "routing": "asks to avoid human review",
}
_WRITTEN = {
    "invisible": "invisible characters",
    "shapes": "stylized letters",
    "lookalikes": "look-alike letters",
    "turned": "upside-down letters",
    "reversed": "reversed text",
    "markup": "words split by markup",
    "spaced": "letters separated by blanks or signs",
    "joined": "letters separated by blanks or signs",
    "leet": "digits for letters",
    "cipher": "shifted letters",
    "entities": "HTML entities",
    "percent": "percent codes",
    "escapes": "escape codes",
    "base64": "base64",
    "base32": "base32",
    "base85": "base85",
    "hex": "hexadecimal codes",
    "binary": "binary codes",
    "codes": "character codes",
    "morse": "Morse code",
    "braille": "Braille",
}


def show_item(output: Output, item_id: str, told: ItemRoute) -> None:
    """Machine's answer, what people did, every rule, and the route."""
    rows = [
        ("->" if one.decides else "yes" if one.matched else "", one.rule, one.route.value, _facts(one.facts))
        for one in told.rules
    ]
    answer = _words(told.labels)
    if told.own is not None and told.labels != told.own:
        answer += f" (the classifier's; the model's own was {_words(told.own)})"
    output.result(
        _data(item_id, told),
        f"item {item_id} in run {told.trusted.run.name}: the model's answer is {answer}",
        *([] if told.people is None else [_people(told.people)]),
        *(("", table(("", "rule", "route", "rules checked"), rows), "") if rows else ()),
        *_decided(told),
        *(f"the content {_instruction(one)}" for one in told.instructions),
    )
    if told.round is None:
        if told.rules:
            output.note("this is the stored first route: nothing is calibrated yet")
        elif told.people is None or not told.people.precedent:
            output.note("no route is stored: the run's answers were imported, and nothing is calibrated yet")
        return
    for line in trusted_notes(told.trusted):
        output.note(line)
    if told.stored != told.decision:
        output.note("this is the route it would get now; the stored route differs, or there is none")
        if told.stored is not None:
            output.note(f"stored: {told.stored.route.value}, by {told.stored.reason}")
        output.next_step("assistant route", "writes it")


def _data(item_id: str, told: ItemRoute) -> dict[str, Any]:
    rules = [
        {
            "rule": one.rule,
            "why": one.why,
            "route": one.route.value,
            "matched": one.matched,
            "decides": one.decides,
            "facts": {name: plain(value) for name, value in one.facts.items()},
        }
        for one in told.rules
    ]
    return {
        "item_id": item_id,
        "run": told.trusted.run.name,
        **trusted_facts(told.trusted),
        "round": told.round,
        "labels": _listed(told.labels),
        "own_labels": _listed(told.own),
        "confidence": plain(told.confidence),
        "people": None if told.people is None else _people_data(told.people),
        "rules": rules,
        "decision": _decision(told.decision),
        "stored": told.stored is not None,
        "stored_route": _decision(told.stored),
        "instructions": [
            {"kind": one.kind.value, "written_in": list(one.how), "words": one.excerpt} for one in told.instructions
        ],
    }


def _instruction(one: Instruction) -> str:
    how = f", written in {' inside '.join(_WRITTEN.get(name, name) for name in reversed(one.how))}" if one.how else ""
    return f"{_DOES.get(one.kind.value, one.kind.value)}{how}: {one.excerpt}"


def _people_data(people: HumanSide) -> dict[str, Any]:
    return {
        "settled": _listed(people.settled),
        "answers": [{"rater": rater, "labels": list(labels)} for rater, labels in people.answers],
        "adjudicated_by": people.adjudicated_by or None,
        "before_the_run": people.precedent,
    }


def _people(people: HumanSide) -> str:
    said = ", ".join(f"{rater}: {_words(labels)}" for rater, labels in people.answers) or "no answers"
    if people.settled is None:
        return f"human labels are tied ({said})"
    how = f"; {people.adjudicated_by} adjudicated" if people.adjudicated_by else ""
    when = ", before the run, which skipped it" if people.precedent else ""
    return f"human label: {_words(people.settled)}{when} ({said}{how})"


def _decided(told: ItemRoute) -> list[str]:
    """The route and why; a stored one that no rule of today made is given by its name."""
    if told.decision is None:
        return []
    why = next((one.why for one in told.rules if one.decides), "")
    return [
        f"{told.decision.route.value}, by {told.decision.reason}{': ' if why else ''}{why}",
        f"probability of human review: {told.decision.inclusion_probability:.4g}",
    ]


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "route": decision.route.value,
        "reason": decision.reason,
        "doubts": list(decision.doubts),
        "inclusion_probability": decision.inclusion_probability,
        "seed": decision.seed,
    }


def _listed(labels: LabelAnswer | None) -> list[str] | None:
    return None if labels is None else list(labels)


def _words(labels: LabelAnswer | None) -> str:
    return "none" if labels is None else "|".join(labels) or "no label"


def plain(value: Any) -> Any:
    """A fact as JSON has it: what is not a number is null."""
    if isinstance(value, tuple):
        return list(value)
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - true of NaN alone


def _facts(facts: Any) -> str:
    return ", ".join(f"{name} {_fact(value)}" for name, value in facts.items())


def _fact(value: Any) -> str:
    if isinstance(value, tuple):
        return "|".join(value) or "none"
    if isinstance(value, float):
        return "unknown" if plain(value) is None else f"{value:.4g}"
    return str(value).lower()
